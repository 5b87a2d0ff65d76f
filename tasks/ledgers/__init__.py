"""Reading ledgers from files; no database here."""
