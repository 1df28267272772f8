"""Output: a table that grows batch by batch and appears whole or not at all.

It grows in a hidden file beside its place, `.NAME.onward-part`, always the same one, so that a later run finds what a
killed one left; the footers of its batches grow in `.NAME.onward-index`. Both can be cut back to any mark.
"""

import os
import struct
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import polars as pl
from attrs import define, field, frozen

from onward.problems import Problem, UsageError, nearest, suggestion
from onward.streaming.forms import FORMS, Form, Piece

ENTRY = struct.Struct("<qq")  # how far the bytes of a batch moved, and the length of its footer


@frozen
class Mark:
    """How far an output has grown, all of it safely on the disk.

    Attributes:
        rows: the rows of the table.
        part: the bytes of the part.
        index: the bytes of the index.

    """

    rows: int
    part: int
    index: int

    def plain(self) -> dict[str, int]:
        """Return the mark as JSON can hold it."""
        return {"rows": self.rows, "part": self.part, "index": self.index}


def mark_of(plain: Mapping[str, int]) -> Mark:
    """Return the mark that *plain* holds."""
    return Mark(int(plain["rows"]), int(plain["part"]), int(plain["index"]))


def part_of(path: Path) -> Path:
    """Return the file in which the table for *path* grows."""
    return path.with_name(f".{path.name}.onward-part")


def index_of(path: Path) -> Path:
    """Return the file that keeps the footers of the batches of the table for *path*."""
    return path.with_name(f".{path.name}.onward-index")


def checkpoint_of(path: Path) -> Path:
    """Return the file that says how far a run came whose output is to be at *path*."""
    return path.with_name(f".{path.name}.onward-checkpoint")


def reaches(path: Path, mark: Mark) -> bool:
    """Return whether what an earlier run left beside *path* holds everything up to *mark*."""
    try:
        return part_of(path).stat().st_size >= mark.part and index_of(path).stat().st_size >= mark.index
    except OSError:
        return False


def discard(path: Path) -> None:
    """Delete what an unfinished run left beside *path*."""
    # The checkpoint goes first: without it nobody takes the others for what it told of.
    for file in (checkpoint_of(path), part_of(path), index_of(path)):
        file.unlink(missing_ok=True)


@define
class Output:
    """A table that grows. Leaving its `with` block without `finish` keeps what can be taken up again."""

    path: Path
    form: Form = field(repr=False)
    _part: BinaryIO = field(repr=False)
    _index: BinaryIO = field(repr=False)
    rows: int = 0
    resumable: bool = False

    def append(self, frame: pl.DataFrame) -> None:
        """Append the rows of *frame*, which has the columns of the first one.

        Raises:
            UsageError: they can't be written.

        """
        piece = self.form.render(frame, self._part.tell())
        with writing(self.path):
            self._append(piece)
        self.rows += frame.height

    def _append(self, piece: Piece) -> None:
        by = self._part.tell() - piece.begin
        write_all(self._part, piece.body)
        if piece.footer:
            write_all(self._index, ENTRY.pack(by, len(piece.footer)) + piece.footer)

    def mark(self) -> Mark:
        """Return how far the table has grown, once that is safely on the disk.

        Raises:
            UsageError: it can't be written.

        """
        with writing(self.path):
            os.fsync(self._part.fileno())
            os.fsync(self._index.fileno())
        self.resumable = True
        return Mark(self.rows, self._part.tell(), self._index.tell())

    def finish(self) -> None:
        """Make the table whole and let it appear in its place; what an earlier run could go on from is deleted.

        Raises:
            UsageError: it can't be written.

        """
        ending = self.form.ending(list(self._entries()))
        with writing(self.path):
            write_all(self._part, ending)
            os.fsync(self._part.fileno())
            self._part.close()
            part_of(self.path).replace(self.path)
            sync_folder(self.path.parent)
            self._index.close()
            discard(self.path)

    def _entries(self) -> Iterator[tuple[int, bytes]]:
        """Yield how far each batch moved, and its footer."""
        self._index.seek(0)
        while head := self._index.read(ENTRY.size):
            by, size = ENTRY.unpack(head)
            yield by, self._index.read(size)

    def abandon(self) -> None:
        """Stop here. What has a mark stays beside the path, to be taken up again; else nothing is left."""
        if self._index.closed:
            return
        self._part.close()
        if not self.resumable:
            with suppress(OSError):
                discard(self.path)
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()


def open_output(path: Path, *, resume: Mark | None = None) -> Output:
    """Return a table that will appear at *path*, new, or as an earlier run left it at the mark *resume*.

    Raises:
        UsageError: there is no such format, nothing can be written there, or another run is writing there.

    """
    form = form_of(path)
    path = led_to(path)
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError
        if path.exists() and not path.is_file():
            what = "a table cannot be written to a pipe or a device"
            raise UsageError([Problem(str(path), what, "name a file")])
        index = _locked(path)
        try:
            part = _part(path, resume)
            start = resume or Mark(0, 0, 0)
            for file, size in ((part, start.part), (index, start.index)):
                file.truncate(size)
                file.seek(size)
        except BaseException:
            index.close()
            raise
    return Output(path, form, part, index, rows=start.rows, resumable=resume is not None)


def _part(path: Path, resume: Mark | None) -> BinaryIO:
    """Return the file in which the table for *path* grows, which reaches to *resume* at least."""
    if resume is None:
        # A checkpoint tells of what an earlier run left. It has to go before that is overwritten.
        checkpoint_of(path).unlink(missing_ok=True)
    elif not reaches(path, resume):
        what = "this is not what the unfinished run left"
        raise UsageError([Problem(str(part_of(path)), what, "delete it and begin anew")])
    return _opened(part_of(path))


def led_to(path: Path) -> Path:
    """Return *path*, or where it leads if it is a link: a link stays one, and what it leads to is replaced."""
    # Those of Path raise where the name is too long, and where links lead in a circle.
    return Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114


def check_apart(path: Path, others: Mapping[str, Path | str | None]) -> None:
    """Make sure that the output at *path* would not overwrite one of *others*, each under the words for it.

    Raises:
        UsageError: it would.

    """
    for what, other in others.items():
        with suppress(OSError, ValueError, RuntimeError):  # there need be no such files yet, and links may go round
            if other is not None and (path.resolve() == Path(other).resolve() or path.samefile(other)):
                raise UsageError([Problem(str(path), f"this is {what}", "write to another file")])


def check_ending(path: Path, others: Collection[str]) -> None:
    """Make sure that the ending of *path*, if it is no form and none of *others*, is not a slip for one.

    Raises:
        UsageError: it is, or it asks for compression.

    """
    ending, known = path.suffix.lower(), (*FORMS, *others)
    if ending == ".gz":
        what = "what is written is not compressed"
        raise UsageError([Problem(str(path), what, "leave out .gz, or write .parquet, which is small")])
    near = None if ending in known or not ending else nearest(ending, known)
    if near is not None:
        raise UsageError([Problem(str(path), f"there is no format {ending}", f"did you mean {near!r}?")])


def form_of(path: Path) -> Form:
    """Return the form of the file at *path*, by its ending.

    Raises:
        UsageError: there is no such form.

    """
    ending = path.suffix.lower()
    if ending in FORMS:
        return FORMS[ending]
    what = f"a table can't be written as {ending}" if ending else "the file name has no ending"
    raise UsageError([Problem(str(path), what, suggestion(ending, FORMS, otherwise=f"end it in {', '.join(FORMS)}"))])


def _opened(path: Path) -> BinaryIO:
    """Return the file at *path*, new or as it is, to be read and written without a buffer that could fail later."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b", buffering=0)


def _locked(path: Path) -> BinaryIO:
    """Return the index of the table for *path*, which no other run can open until this one ends."""
    index = _opened(index_of(path))
    if sys.platform == "win32":  # an open file can't be replaced there, so the second run fails by itself
        return index
    import fcntl  # noqa: PLC0415  # Windows has none

    try:
        fcntl.flock(index, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        index.close()
        what = "another run is writing this file"
        raise UsageError([Problem(str(path), what, "wait until it has ended, or write to another file")]) from None
    if not _is_at(index, index_of(path)):  # the other run ended just now, and has deleted what was opened here
        index.close()
        return _locked(path)
    return index


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Return whether *file* is the one that stands at *path*."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def write_all(file: BinaryIO, data: bytes) -> None:
    """Write *data*, in as many parts as the system wants."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def sync_folder(folder: Path) -> None:
    """Make a new name in *folder* survive a power cut."""
    if sys.platform == "win32":  # folders can't be opened there
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tell what the system has against writing the file at *path* as a problem of the user's."""
    try:
        yield
    except (OSError, ValueError) as error:
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where the name is too long
            raise UsageError([Problem(str(path), "this is a folder", "name a file in it")]) from None
        if not os.path.isdir(path.parent):  # noqa: PTH112 - as above
            what = f"there is no folder {str(path.parent)!r}"
            raise UsageError([Problem(str(path), what, "make it, or check the path")]) from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        what = f"the file can't be written ({reason})"
        raise UsageError([Problem(str(path), what, "check the folder, its rights and its space")]) from None


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write *frame* to the file at *path*, in the format of its ending.

    Raises:
        UsageError: there is no such format, or it can't be written there.

    """
    with open_output(path) as output:
        output.append(frame)
        output.finish()
