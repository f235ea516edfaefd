"""Which drug a mention names."""
