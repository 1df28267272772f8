"""ONE FORMAT A MODULE: value → text that other programs draw or check; computes nothing of its own."""
