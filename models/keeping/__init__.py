"""The data folder: where it lies, its backups, and what is restored from them."""
