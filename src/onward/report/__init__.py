"""What a reader sees: every number and sentence as data first, then as text, JSON or CSV."""
