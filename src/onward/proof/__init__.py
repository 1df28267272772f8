"""WHAT MUST BE SO: flaws of structure, proofs of invariants, counterexamples as logs."""
