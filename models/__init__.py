"""What is remembered: tables, the ledger (the one writer), questions, settings, migrations."""
