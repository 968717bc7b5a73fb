"""The operators: every module in here is imported, and registers its own."""
