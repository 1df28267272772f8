"""The text formats of a log: bytes → Table. Opens no file, and asks nothing of a row but that it has its cells."""

import codecs
import csv
import gzip
import io
import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from attrs import frozen

from onward.log.cells import CellError, type_text, type_values
from onward.log.log import RejectedRow
from onward.log.table import Table
from onward.problems import LogError, Problem

QUOTES = "close every quote, and write a quote inside a quoted field twice"
AGAIN = "copy or download it again"
ONE_OBJECT = "write one JSON object in each line"
PLAIN_TEXT = "save it as plain text: CSV or JSON Lines for a log, YAML for a model"
COMMAS_IN_EXCEL = (
    "save it with commas between the fields (in Excel: as 'CSV UTF-8', with the list separator set to a comma), "
    "or as JSON Lines"
)
SEPARATOR_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}


def decode(data: bytes, name: str) -> str:
    """Return the text of *data*, which is UTF-8 with or without a byte-order mark.

    Raises:
        LogError: the text is in another encoding, or it is no text.

    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        what = "the text is UTF-16, as Excel's 'Unicode text' is"
        raise LogError([Problem(name, what, "save it as UTF-8 (in Excel: 'CSV UTF-8')")])
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        what = "there is a NUL byte, so this is no text"
        raise LogError([Problem(f"{name}:{line}", what, PLAIN_TEXT)])
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise LogError([_wrong_encoding(body, error.start, name)]) from None


def _wrong_encoding(data: bytes, start: int, name: str) -> Problem:
    """Return the problem of a byte at *start* that is not UTF-8."""
    byte = data[start : start + 1]
    line = data.count(b"\n", 0, start) + 1
    what = f"the byte 0x{byte.hex().upper()} is not UTF-8"
    letter = byte.decode("cp1252", errors="ignore")
    guess = f" (it looks like Windows-1252 or Latin-1, where this byte is {letter!r})" if letter else ""
    return Problem(f"{name}:{line}", what, f"save the file as UTF-8{guess}")


def decompress(data: bytes, name: str) -> bytes:
    """Return what is compressed in *data*, as gzip does it.

    Raises:
        LogError: it is no gzip, or damaged.

    """
    try:
        return gzip.decompress(data)
    except EOFError:
        raise LogError([Problem(name, "the file ends too early to be unpacked", AGAIN)]) from None
    except (OSError, zlib.error) as error:
        raise LogError([Problem(name, f"the file can't be unpacked ({error})", AGAIN)]) from None


def _said(data: bytes, name: str) -> str:
    """Return the text of a log, which says something."""
    text = decode(data, name)
    if not text.strip():
        raise LogError([_empty(name)])
    return text


def _empty(name: str) -> Problem:
    """Return the problem of a file that says nothing."""
    mend = "it needs the columns time, event, and case or organizations, and a row for each event"
    return Problem(name, "the file is empty", mend)


@frozen
class Record:
    """One record of separated values: its cells, or why it has none.

    Attributes:
        line: the line where it starts, from 1.
        last_line: the line where it ends.
        cells: the cells as recorded; of a record that can't be cut, the whole line.
        error: why it can't be cut, else empty.

    """

    line: int
    last_line: int
    cells: tuple[str, ...]
    error: str = ""


def parse_separated(data: bytes, name: str, separator: str) -> Table:
    """Return the table in *data*: a header and rows whose cells are parted by *separator*.

    Raises:
        LogError: there is no text, no header that can be used, or a quote that swallows lines.

    """
    records = _records(_said(data, name), name, separator)
    header = next(records, None)
    if header is None:
        raise LogError([_empty(name)])
    head = f"{name}:{header.line}"
    if header.error:
        raise LogError([Problem(head, header.error, QUOTES)])
    names = tuple(cell.strip() for cell in header.cells)
    if len(names) == 1:
        _refuse_other_separator(names[0], head, separator)
    rows, good, broken = [], [], []
    for row, record in enumerate(records):
        problem = _record_problem(record, len(names), name, separator)
        if problem is None:
            rows.append(row)
            good.append(record)
        else:
            broken.append(RejectedRow(record.line, row, (problem,), record.cells))
    return Table(
        name=name,
        head=head,
        header=names,
        columns=tuple(zip(*(record.cells for record in good), strict=True)) if good else ((),) * len(names),
        rows=rows,
        lines=[record.line for record in good],
        type_column=type_text,
        broken=broken,
    )


def _records(text: str, name: str, separator: str) -> Iterator[Record]:
    """Yield every record of *text* that is not blank."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            what = f"the quotes do not match ({error})"
            if reader.line_num > line:
                # The lines between may be rows of their own, so nobody could count them.
                what = f"the quotes that open here do not match up to line {reader.line_num} ({error})"
                raise LogError([Problem(f"{name}:{line}", what, QUOTES)]) from None
            yield Record(line, line, (lines[line - 1].rstrip("\r\n"),), what)
            continue
        # A spreadsheet saves an empty row as separators alone.
        if any(cell.strip() for cell in cells):
            yield Record(line, reader.line_num, cells)


def _record_problem(record: Record, width: int, name: str, separator: str) -> Problem | None:
    """Return why a *record* is no row of *width* cells, if it is none."""
    where = f"{name}:{record.line}"
    if record.error:
        return Problem(where, record.error, QUOTES)
    count = len(record.cells)
    if count == width:
        return None
    fields = "1 field" if count == 1 else f"{count} fields"
    what = f"{fields} under a header of {width}"
    if record.last_line > record.line:
        return Problem(where, f"{what}, in lines {record.line} to {record.last_line}", QUOTES)
    sign = SEPARATOR_NAMES[separator]
    few = f"write the missing {sign}, also where a field is empty"
    many = f"put quotes around a field that holds {sign}"
    return Problem(where, what, few if count < width else many)


def _refuse_other_separator(header: str, head: str, separator: str) -> None:
    """Raise a LogError if the one name in *header* is several, parted by another sign than *separator*."""
    other = next((sign for sign in SEPARATOR_NAMES if sign != separator and sign in header), None)
    if other is None:
        return
    what = f"the fields are parted by {SEPARATOR_NAMES[other]}, not by {SEPARATOR_NAMES[separator]}"
    # Where a comma is the decimal sign, semicolons are what Excel saves.
    mends = {(";", ","): COMMAS_IN_EXCEL, (",", "\t"): "name the file .csv", ("\t", ","): "name the file .tsv"}
    mend = mends.get((other, separator), f"save it with {SEPARATOR_NAMES[separator]} between the fields")
    raise LogError([Problem(head, what, mend)])


def parse_json_lines(data: bytes, name: str) -> Table:
    """Return the table in *data*: a JSON object in each line, whose keys are the columns.

    Raises:
        LogError: there is no text, or no line that holds an object.

    """
    objects: list[Mapping[str, object]] = []
    rows, lines, broken = [], [], []
    # Not splitlines: JSON may hold U+2028 and its like inside a string.
    written = ((line, text) for line, text in enumerate(_said(data, name).split("\n"), 1) if text.strip())
    for row, (line, text) in enumerate(written):
        parsed = _parse_object(text, f"{name}:{line}")
        if isinstance(parsed, Problem):
            broken.append(RejectedRow(line, row, (parsed,), (text.strip(),)))
        else:
            objects.append(parsed)
            rows.append(row)
            lines.append(line)
    if not objects:
        raise LogError(problem for row in broken for problem in row.problems)
    header = tuple(dict.fromkeys(key for cells in objects for key in cells))
    return Table(
        name=name,
        head=name,
        header=header,
        columns=tuple([cells.get(key) for cells in objects] for key in header),
        rows=rows,
        lines=lines,
        type_column=type_values,
        broken=broken,
    )


def _parse_object(text: str, place: str) -> Mapping[str, object] | Problem:
    """Return the JSON object in *text*, or why there is none."""
    try:
        value = json.loads(text, parse_constant=_finite, parse_float=_finite, object_pairs_hook=_unique)
        # Half of a surrogate pair can be escaped in JSON, but it is no text.
        json.dumps(value, ensure_ascii=False).encode()
    except CellError as error:
        return Problem(place, error.what, error.mend)
    except json.JSONDecodeError as error:
        return Problem(f"{place}:{error.colno}", f"this is no JSON ({error.msg})", ONE_OBJECT)
    except UnicodeEncodeError:
        return Problem(place, "there is half a surrogate pair, which is no text", "write the whole character")
    except (ValueError, RecursionError):  # thousands of digits, thousands of brackets
        return Problem(place, "a number is too long or a list too deep to be read", ONE_OBJECT)
    if isinstance(value, dict):
        return value
    return Problem(place, f"{text.strip()} is not an object", ONE_OBJECT)


def _finite(text: str) -> float:
    """Return the number in *text*, which has to be one that a float can hold."""
    number = float(text)
    if not math.isfinite(number):
        raise CellError(f"{text} is no number that can be kept", "write null where there is none")
    return number


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Return *pairs* as an object, unless a key stands twice: JSON readers would keep the last one in silence."""
    cells = dict(pairs)
    if len(cells) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in cells if keys.count(key) > 1)
        raise CellError(f"the key {twice!r} stands twice", "rename or delete one of them")
    return cells


PARSERS: Mapping[str, Callable[[bytes, str], Table]] = {
    ".csv": partial(parse_separated, separator=","),
    ".tsv": partial(parse_separated, separator="\t"),
    ".tab": partial(parse_separated, separator="\t"),
    ".jsonl": parse_json_lines,
    ".ndjson": parse_json_lines,
}
