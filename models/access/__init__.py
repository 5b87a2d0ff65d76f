"""Who comes in: passwords, sign-ins, tokens, one-time links, and what each may see."""
