"""Lists of findings: what is asked for, which rows that is, how many, and on which page."""
