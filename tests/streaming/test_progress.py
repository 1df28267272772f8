import io
import subprocess
import sys

import pytest

from onward.streaming.progress import Progress, told


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def run(stream: io.StringIO, *, seconds: float = 1.0, total: int | None = 4_000_000, quiet: bool = False) -> str:
    clock = Clock()
    with Progress(total, quiet=quiet, stream=stream, clock=clock) as progress:
        for _ in range(4):
            clock.seconds += seconds
            progress.advance(1_000_000)
    return stream.getvalue()


def test_a_long_run_shows_rows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    shown = run(Terminal())
    assert "1,000,000 of" not in shown, "it shows itself after a while only"
    assert "2,000,000 of 4,000,000 rows, 1.0 million a second, 0:00:02 left" in shown
    assert shown.count("4,000,000 of 4,000,000 rows") >= 1


@pytest.mark.parametrize(
    ("stream", "seconds", "quiet"),
    [(Terminal(), 0.1, False), (Terminal(), 1.0, True), (io.StringIO(), 1.0, False)],
    ids=["short", "quiet", "no terminal"],
)
def test_it_is_silent_where_nobody_waits(stream: io.StringIO, seconds: float, *, quiet: bool) -> None:
    assert run(stream, seconds=seconds, quiet=quiet) == ""


def test_a_run_taken_up_counts_its_own_rows_for_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    clock, stream = Clock(), Terminal()
    progress = Progress(10_000, stream=stream, clock=clock, rows=5_000)
    clock.seconds = 2
    progress.advance(1_000)
    progress.close()
    assert "6,000 of 10,000 rows, 500 a second, 0:00:08 left" in stream.getvalue()


def test_what_is_told() -> None:
    assert told(1000, 10, None) == "1,000 rows, 10 a second"
    assert told(0, 0, 10) == "0 of 10 rows, 0 a second"
    assert told(1, 1, 10_000) == "1 of 10,000 rows, 1 a second, 2:46:39 left"


def test_rich_is_imported_only_when_it_appears() -> None:
    script = (
        "import sys; from onward.streaming.progress import Progress; p = Progress(3); p.advance(3); p.close(); "
        "print('rich' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "False\n"
