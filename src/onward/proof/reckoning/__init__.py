"""What z3 makes of a model: its steps as constraints, proof by induction, search for a log that breaks something."""
