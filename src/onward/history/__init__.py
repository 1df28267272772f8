"""What happened: the log as the model reads it."""
