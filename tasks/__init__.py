"""What is done: one effect each; one file per step; letters, mail, ledgers read from files."""
