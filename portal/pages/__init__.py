"""The pages people read, one module each."""
