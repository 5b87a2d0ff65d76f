"""The file of rules: what may stand in it, where, what of it makes no sense, and how it is told in words."""
