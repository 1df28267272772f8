"""`python -m onward.cli` is `onward`."""

from onward.cli import run

run()
