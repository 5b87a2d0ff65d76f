"""A ledger taken in: its rows understood, matched with what is known, stored or merged."""
