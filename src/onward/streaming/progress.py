"""Progress: how a long run tells how far it is; silent where nobody watches. Knows nothing of what is done."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from attrs import define, field

if TYPE_CHECKING:
    import rich.progress

PATIENCE = 1.5
"""How many seconds a person waits before wondering."""


@define
class Progress:
    """How far a run is: rows, rows a second, time left. Appears on a terminal, and only if the run takes longer."""

    total: int | None = None
    quiet: bool = False
    stream: TextIO = field(factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    rows: int = 0
    first: int = 0
    _began: float = field(init=False)
    _shown: "_Bar | None" = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.first = self.rows
        self._began = self.clock()

    def advance(self, rows: int) -> None:
        """Tell that *rows* more are done."""
        self.rows += rows
        seconds = self.clock() - self._began
        if self._shown is None and not self.quiet and seconds >= PATIENCE and self.stream.isatty():
            self._shown = _Bar(self.stream, self.total)
        if self._shown is not None:
            self._shown.show(self.rows, (self.rows - self.first) / seconds, self.total)

    def close(self) -> None:
        """Take the bar away, so that what is printed next stands on a line of its own."""
        if self._shown is not None:
            self._shown.close()
            self._shown = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Bar:
    """The bar of rich, which is imported when it appears."""

    def __init__(self, stream: TextIO, total: int | None) -> None:
        from rich.console import Console  # noqa: PLC0415  # a quick run does without
        from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
        from rich.progress import Progress as Bars  # noqa: PLC0415

        self.bars = Bars(
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            console=Console(file=stream),
            transient=True,
            auto_refresh=False,
        )
        self.task: rich.progress.TaskID = self.bars.add_task("", total=total, told="")
        self.bars.start()

    def show(self, rows: int, rate: float, total: int | None) -> None:
        self.bars.update(self.task, completed=rows, told=told(rows, rate, total))
        self.bars.refresh()

    def close(self) -> None:
        self.bars.stop()


def told(rows: int, rate: float, total: int | None) -> str:
    """Return in words how far a run is: `3,000,000 of 20,000,000 rows, 2.1 million a second, 0:00:08 left`."""
    speed = f"{rate / 1e6:.1f} million" if rate >= 1e6 else f"{rate:,.0f}"
    if total is None:
        return f"{rows:,} rows, {speed} a second"
    done = f"{rows:,} of {total:,} rows, {speed} a second"
    if not rate:
        return done
    minutes, seconds = divmod(round(max(total - rows, 0) / rate), 60)
    return f"{done}, {minutes // 60}:{minutes % 60:02d}:{seconds:02d} left"
