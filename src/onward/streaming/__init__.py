"""The two ends of a streamed replay: logs that come in batches, and tables that grow and can be taken up again."""
