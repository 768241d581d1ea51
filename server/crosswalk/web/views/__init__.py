"""One small blueprint for each group of addresses."""
