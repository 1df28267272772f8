"""The command line, called as a function."""

import io
from collections.abc import Callable

import pytest

from onward.cli import main

Onward = Callable[..., tuple[int, str, str]]


@pytest.fixture
def onward() -> Onward:
    """Run one command and return its exit code, what it printed, and what it complained of."""

    def run(*argv: object) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        code = main([str(argument) for argument in argv], out, err)
        return code, out.getvalue(), err.getvalue()

    return run
