"""What was seen: event logs as plain columns; knows no model."""
