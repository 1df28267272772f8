"""What may happen: pure data that knows no log."""
