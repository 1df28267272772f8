"""How each format of a log is opened as a polars scan, and what is said where it can't be."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from textwrap import shorten
from zlib import error as ZlibError  # noqa: N812 - it is an error

import polars as pl
from attrs import frozen
from polars.exceptions import PanicException, PolarsError

from onward.files import read_bytes
from onward.log.formats import ONE_OBJECT, QUOTES, decode
from onward.log.table import header_problems
from onward.problems import LogError, Problem
from onward.streaming.lines import CHUNK, first_ragged

HEADER = 2**16
"""A header is surely shorter, in bytes."""


@frozen
class Opened:
    """A log file that can be scanned.

    Attributes:
        scan: begins a new scan of its rows, in file order. (Polars pushes less into one that was asked for its columns:
            with row numbers, a filter no longer skips row groups.)
        sliced: whether any rows of it can be had without reading all that stands before them.
        text: whether all cells are text, an empty one an empty text.

    """

    scan: Callable[[], pl.LazyFrame]
    sliced: bool
    text: bool


def open_parquet(path: Path) -> Opened:
    """Return the Parquet file at *path*."""
    return Opened(partial(pl.scan_parquet, path, glob=False), sliced=True, text=False)


def open_arrow(path: Path) -> Opened:
    """Return the Arrow file at *path*."""
    return Opened(partial(pl.scan_ipc, path, glob=False), sliced=True, text=False)


def open_separated(path: Path, separator: str) -> Opened:
    """Open the file of separated values at *path*: all cells are text, and blank rows are none.

    Raises:
        LogError: a row has not as many cells as the header, or the header is none.

    """
    header = _header(path, separator)
    with _unpacked(path) as file:
        ragged = first_ragged(iter(partial(file.read, CHUNK), b""), separator, len(header))
    if ragged is not None:
        what = f"the row that ends here has not the {len(header)} cells of the header"
        raise LogError(
            [
                Problem(
                    f"{path.name}:{ragged}", what, "write a cell for each column, quotes around those with separators"
                )
            ]
        )
    return Opened(partial(_scan_separated, path, separator, header), sliced=False, text=True)


def _scan_separated(path: Path, separator: str, header: list[str]) -> pl.LazyFrame:
    rows = pl.scan_csv(
        path, separator=separator, infer_schema=False, empty_string_is_null=False, new_columns=header, glob=False
    )
    # A spreadsheet saves an empty row as separators alone.
    return rows.filter(pl.any_horizontal(pl.all().str.strip_chars() != ""))


def _header(path: Path, separator: str) -> list[str]:
    """Return the names of the columns.

    Raises:
        LogError: the text is in another encoding, there is no header, or two columns have one name.

    """
    with _unpacked(path) as file:
        head = file.read(HEADER)
    lines = head.removeprefix(codecs.BOM_UTF8)
    # What is cut off in the middle of a letter is no wrong letter.
    text = decode(lines[: lines.rfind(b"\n") + 1] or lines, path.name)
    names = next((cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if cells), None)
    if names is None:
        raise LogError([Problem(path.name, "the file is empty", "write a header, and a row for each event")])
    header = [name.strip() for name in names]
    problems = header_problems(header, f"{path.name}:1")
    if problems:
        raise LogError(problems)
    return header


def _unpacked(path: Path) -> io.BufferedIOBase:
    """Return the file at *path*, unpacked if it is a gzip file."""
    if path.suffix.lower() != ".gz":
        return path.open("rb")
    import gzip  # noqa: PLC0415  # few logs are packed

    return gzip.open(path)


def open_json_lines(path: Path) -> Opened:
    """Open the file of JSON Lines at *path*: its columns and their types are those of all its lines."""
    with _unpacked(path) as file:
        if not file.read(1):
            raise LogError([Problem(path.name, "the file is empty", ONE_OBJECT)])
    schema = pl.scan_ndjson(path, infer_schema_length=None).collect_schema()
    return Opened(partial(pl.scan_ndjson, path, schema=schema), sliced=False, text=False)


@frozen
class Format:
    """A format that can be read in batches: how it is opened, what a file is that is not sound, and how to mend it."""

    open: Callable[[Path], Opened]
    unsound: str
    mend: str


DAMAGED = "the file is damaged, or not what its name says"
ROWS = "the file can't be cut into rows and cells"
AGAIN = "copy or download it once more, or write it again"
CELLS = f"give each row the cells of the header; {QUOTES}"
PARQUET = Format(open_parquet, DAMAGED, AGAIN)
ARROW = Format(open_arrow, DAMAGED, f"{AGAIN} (as an Arrow file, not as a stream)")
CSV = Format(partial(open_separated, separator=","), ROWS, CELLS)
TSV = Format(partial(open_separated, separator="\t"), ROWS, CELLS)
JSON_LINES = Format(
    open_json_lines, "the lines can't be read as one table", f"{ONE_OBJECT}, and in one column values of one type"
)

FORMATS: Mapping[str, Format] = {
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".arrow": ARROW,
    ".feather": ARROW,
    ".ipc": ARROW,
    ".csv": CSV,
    ".tsv": TSV,
    ".tab": TSV,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
}
PACKED = tuple(name for name, format_ in FORMATS.items() if format_ in (CSV, TSV, JSON_LINES))
"""What may also stand in a gzip file, and end in .gz."""


def format_of(path: Path) -> Format:
    """Return the format of the file at *path*, by its ending.

    Raises:
        LogError: there is no such format.

    """
    ending = path.suffix.lower()
    if ending == ".gz" and Path(path.stem).suffix.lower() in PACKED:
        return FORMATS[Path(path.stem).suffix.lower()]
    if ending in FORMATS:
        return FORMATS[ending]
    what = f"a log can't be read from a {ending} file" if ending else "the file name has no ending"
    mend = f"save it in a format that Onward reads: {', '.join(FORMATS)}, or text packed as .gz"
    raise LogError([Problem(str(path), what, mend)])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell what is wrong with the file at *path* as a problem of the user's."""
    try:
        yield
    except (PolarsError, PanicException, OSError, EOFError, ZlibError) as error:
        if not path.is_file():
            read_bytes(path)
        # Polars adds advice for programmers below the first line, and now and then a page of detail.
        reason = shorten(next(filter(None, str(error).splitlines()), type(error).__name__), 120)
        # A packed file that is cut short is no matter of rows and cells.
        format_ = PARQUET if isinstance(error, (OSError, EOFError, ZlibError)) else format_of(path)
        raise LogError([Problem(str(path), f"{format_.unsound} ({reason})", format_.mend)]) from None
