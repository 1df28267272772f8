"""What if: edits of logs and models as data, what comes of them, what it would take, and how sure one can be."""
