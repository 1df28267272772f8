"""Long text files → frames, cut by polars; only where nothing at all is doubtful.

`formats` reads any file carefully and says what is wrong in which line, but takes minutes for ten million rows. What is
regular is cut here instead. Whatever polars might understand otherwise is left to the careful parser: None is returned.
"""

import csv
import json
import re
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.log.encoding import encode
from onward.log.formats import parse_separated
from onward.log.log import EventLog
from onward.problems import LogError

Bytes = NDArray[np.uint8]
CHUNK = 2**26
HALF_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
QUOTE, LINE_FEED, CARRIAGE_RETURN = b'"\n\r'


def bulk_log(data: bytes, name: str, ending: str) -> EventLog | None:
    """Return the log in *data*, a file of the format with this *ending*; None where it takes a careful parser."""
    try:
        frame = CUTTERS[ending](data, name)
        return None if frame is None else encode(frame, name=name, on_bad_rows="fail", texts=ending not in JSON)
    except (LogError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        # The careful parser finds what it is, and in which line.
        return None


def cut_separated(data: bytes, name: str, separator: str) -> pl.DataFrame | None:
    """Return the cells of *data*, separated values, as text."""
    head = data[: data.find(b"\n") + 1]
    sign = ord(separator)
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n") or head.count(b'"') % 2 or not head.strip():
        return None
    quoted = b'"' in data
    if quoted and not _quotes_are_regular(np.frombuffer(data, dtype=np.uint8), sign):
        return None
    header = parse_separated(head, name, separator).header
    frame = pl.read_csv(
        data,
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys(header, pl.String),
        separator=separator,
        raise_if_empty=False,
    )
    inside = _count(frame, separator) if quoted else 0
    signs = data.count(separator.encode()) - head.count(separator.encode())
    # Where a row has too few cells, polars adds empty ones.
    if signs - inside != frame.height * (len(header) - 1) or _longest(frame) > csv.field_size_limit():
        return None
    return frame


def _count(frame: pl.DataFrame, sign: str) -> int:
    """Return how often *sign* stands inside the cells of *frame*."""
    return sum(frame.select(pl.all().str.count_matches(sign, literal=True).sum()).row(0))


def _longest(frame: pl.DataFrame) -> int:
    """Return the length of the longest cell of *frame*, in bytes."""
    return max((length or 0 for length in frame.select(pl.all().str.len_bytes().max()).row(0)), default=0)


def _quotes_are_regular(text: Bytes, separator: int) -> bool:
    """Return whether every quote in *text* opens or closes a whole cell, or is one of two that stand for one."""
    seen = 0
    for start in range(0, len(text), CHUNK):
        places = np.flatnonzero(text[start : start + CHUNK] == QUOTE) + start
        # Counted from 0, the even ones open and the odd ones close; of two in a row inside a cell the first closes it.
        opening, closing = places[seen % 2 :: 2], places[1 - seen % 2 :: 2]
        before = text[opening[opening > 0] - 1]
        after = text[closing[closing + 1 < len(text)] + 1]
        if not np.isin(before, (separator, LINE_FEED, QUOTE)).all():
            return False
        if not np.isin(after, (separator, LINE_FEED, CARRIAGE_RETURN, QUOTE)).all():
            return False
        seen += len(places)
    return seen % 2 == 0


def cut_json_lines(data: bytes, name: str) -> pl.DataFrame | None:  # noqa: ARG001  # as the other cutter is called
    """Return the cells of *data*, one JSON object in each line."""
    text = np.frombuffer(data, dtype=np.uint8)
    controls = np.count_nonzero(text < ord(" ")) - data.count(b"\n") - data.count(b"\r\n")
    if controls or HALF_SURROGATE.search(data):
        return None
    # No cell holds a control character, so each line is one cell.
    lines = pl.read_csv(data, has_header=False, schema={"line": pl.String}, separator="\x01", quote_char=None)["line"]
    lines = lines.filter(lines.str.strip_chars() != "")
    frame = pl.read_ndjson(data, infer_schema_length=None)
    if frame.height != len(lines) or not _is_as_written(frame, lines):
        return None
    return frame


def _is_as_written(frame: pl.DataFrame, lines: pl.Series) -> bool:
    """Return whether *frame* has every cell of the JSON in *lines*, each key once, and none in another type."""
    bare = lines.str.replace_all(r"\\.", "")
    # What is left of {"a": "x", "b": [1, true]} is {": ", ": [1, true]}.
    bones = bare.str.replace_all(r'"[^"]*"', '"')
    keys = bones.str.count_matches(r'"\s*:')
    texts, truths, numbers, present = (pl.repeat(0, len(lines), dtype=pl.UInt32, eager=True) for _ in range(4))
    for column in frame.iter_columns():
        known = column.is_not_null()
        if column.dtype == pl.List(pl.String):
            texts += column.list.drop_nulls().list.len().fill_null(0)
        elif column.dtype == pl.String:
            texts += known
        elif column.dtype == pl.Boolean:
            truths += known
        elif column.dtype in {pl.Int64, pl.Null} or (column.dtype == pl.Float64 and _is_small(column)):
            numbers += known
        else:
            return False
        key = re.escape(json.dumps(column.name, ensure_ascii=False))
        present += known | bare.str.contains(rf"{key}\s*:")
    same = (
        (bones.str.count_matches(r"\{") == 1)
        & (keys == present)
        & (bones.str.count_matches('"') == keys + texts)
        & (bones.str.count_matches("[tf]") == truths)
        & (bones.str.count_matches(r"[0-9][0-9.eE+-]*") == numbers)
    )
    return same.all()


def _is_small(numbers: pl.Series) -> bool:
    """Return whether all *numbers* are finite, and none was an integer past 64 bits, which is a code."""
    return (numbers.abs() < 2.0**63).all()


CUTTERS: Mapping[str, Callable[[bytes, str], pl.DataFrame | None]] = {
    ".csv": partial(cut_separated, separator=","),
    ".tsv": partial(cut_separated, separator="\t"),
    ".tab": partial(cut_separated, separator="\t"),
    ".jsonl": cut_json_lines,
    ".ndjson": cut_json_lines,
}
JSON = (".jsonl", ".ndjson")
