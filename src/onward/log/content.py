"""What a long log says, as the bytes that its fingerprint is of: the JSON that a plain log says row by row.

Texts are written once each and numbers by the column, so that ten million rows take seconds.
"""

import json
from collections.abc import Iterator

import polars as pl

from onward.log.columns import Coded, Columns, Dates

CHUNK = 2**18
"""As many rows are written at once: a part of a long log that fits into memory beside it."""

# Where polars writes a float as Python does: outside, Python writes an exponent in its own way.
SMALLEST, LARGEST = 1e-4, 1e16


def content_of(columns: Columns) -> Iterator[bytes]:
    """Yield what *columns* say: one line of JSON a row, in the order of the file."""
    cases = None if columns.cases is None else _quoted_once(columns.cases)
    organizations = None if columns.organizations is None else _lists_once(columns.organizations)
    types = _quoted_once(columns.types)
    for start in range(0, len(columns), CHUNK):
        stop = min(start + CHUNK, len(columns))
        nothing = pl.repeat("null", stop - start, eager=True)
        parts = (
            nothing.replace("null", '""') if columns.ids is None else _quoted(columns.ids[start:stop]),
            nothing if cases is None else _rows(cases, start, stop),
            nothing.replace("null", "[]") if organizations is None else _rows(organizations, start, stop),
            _dates(columns.times, start, stop),
            _rows(types, start, stop),
            nothing if columns.untils is None else _dates(columns.untils, start, stop).fill_null("null"),
            _objects({name: values[start:stop] for name, values in columns.attributes.items()}, stop - start),
        )
        lines = pl.select(pl.concat_str(pl.lit("["), _joined(parts), pl.lit("]\n"))).to_series()
        yield lines.str.join("").item().encode()


def _joined(parts: tuple[pl.Series, ...]) -> pl.Expr:
    return pl.concat_str(*(pl.lit(part) for part in parts), separator=", ")


def _rows(coded: Coded, start: int, stop: int) -> pl.Series:
    return Coded(coded.codes[start:stop], coded.texts).series()


def _dates(dates: Dates, start: int, stop: int) -> pl.Series:
    rows = Dates(dates.first[start:stop], dates.last[start:stop], dates.written[start:stop])
    return _quoted(rows.recorded())


def _quoted_once(coded: Coded) -> Coded:
    """Return a column of texts as JSON writes them."""
    return Coded(coded.codes, _quoted(coded.texts))


def _lists_once(coded: Coded) -> Coded:
    """Return a column of codes joined by `;` as JSON writes the lists of them."""
    lists = [json.dumps(text.split(";") if text else []) for text in coded.texts]
    return Coded(coded.codes, pl.Series(lists, dtype=pl.String))


def _quoted(texts: pl.Series) -> pl.Series:
    """Return *texts* as JSON writes them; null stays null."""
    quoted = '"' + texts + '"'
    # All of ASCII but control characters, the quote and the backslash stands for itself.
    special = texts.str.contains(r"[^ !#-\[\]-~]").fill_null(value=False)
    if not special.any():
        return quoted
    written = pl.Series([json.dumps(text) for text in texts.filter(special)], dtype=pl.String)
    return quoted.scatter(special.arg_true(), written)


def _objects(columns: dict[str, pl.Series], height: int) -> pl.Series:
    """Return the JSON object of what is recorded in each row."""
    if not columns:
        return pl.repeat("{}", height, eager=True)
    fields = [pl.lit(_key(name) + _values(columns[name])) for name in sorted(columns)]
    inner = pl.concat_str(*fields, separator=", ", ignore_nulls=True)
    return pl.select(pl.concat_str(pl.lit("{"), inner, pl.lit("}"))).to_series()


def _key(name: str) -> str:
    return f"{json.dumps(name)}: "


def _values(values: pl.Series) -> pl.Series:
    """Return the *values* of an attribute as JSON writes them; null stays null."""
    if values.dtype == pl.String:
        return _quoted(values)
    written = values.cast(pl.String)
    if values.dtype != pl.Float64:
        return written
    sizes = values.abs()
    odd = ~(((sizes >= SMALLEST) & (sizes < LARGEST)) | (values == 0)).fill_null(value=True)
    return written.scatter(
        odd.arg_true(), pl.Series([json.dumps(value) for value in values.filter(odd)]).cast(pl.String)
    )
