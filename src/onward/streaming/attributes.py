"""The type of an attribute in a log too long to be held: each column is asked once, from its first row to its last.

The rules are those of `onward.log.cells`, said as expressions over columns.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

import polars as pl
from polars.selectors import by_name

from onward.log.log import AttributeType

INTEGER = r"^(?:0|-?[1-9][0-9]*)$"
# As in `cells`, where a look-ahead allows `.5` and forbids `.`; polars has none.
NUMBER = r"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
TRUTH = r"^(?i:true|false)$"
FIRST = 10_000
"""How many rows are asked first."""

Name = TypeVar("Name", bound=str)


def types_of_text(scan: pl.LazyFrame, columns: Collection[str]) -> dict[str, AttributeType]:
    """Return for each of *columns* the type that every one of its cells, all text, can be read as."""
    readings = {name: _readings(by_name(name)) for name in columns}
    # Most types are ruled out by the first rows already, and then need not be asked of all.
    begun = _answers(scan.head(FIRST), readings)
    left = {
        name: {type_: question for type_, question in readings[name].items() if begun[name][type_]} for name in columns
    }
    filled = {name: {"filled": (by_name(name).str.strip_chars() != "").any()} for name in columns if left[name]}
    answers = _answers(scan, {name: left[name] | filled[name] for name in filled})
    return {
        name: next((type_ for type_ in left[name] if answers[name][type_] and answers[name]["filled"]), "string")
        for name in columns
    }


def _readings(column: pl.Expr) -> dict[AttributeType, pl.Expr]:
    """Return for each type, the narrowest first, whether every filled cell of *column* can be read so."""
    text = column.str.strip_chars()
    whole = text.str.contains(INTEGER)
    short = text.cast(pl.Int64, strict=False).is_not_null()
    fits: dict[AttributeType, pl.Expr] = {
        "boolean": text.str.contains(TRUTH),
        "integer": whole & short,
        "number": text.str.contains(NUMBER) & text.cast(pl.Float64, strict=False).is_finite() & (~whole | short),
    }
    return {type_: (fit | (text == "")).all() for type_, fit in fits.items()}


def types_of_values(scan: pl.LazyFrame, columns: Collection[str]) -> dict[str, AttributeType]:
    """Return the type of each of *columns*, whose values bear types already; a column without a value is text."""
    types = scan.select(by_name(*columns)).collect_schema()
    answers = _answers(
        scan,
        {
            name: {
                "known": _known(by_name(name), types[name]).any(),
                "long": _is_long(by_name(name), types[name]).any(),
            }
            for name in columns
        },
    )
    plain = {name for name in columns if answers[name]["known"] and not answers[name]["long"]}
    return {name: type_of(types[name]) if name in plain else "string" for name in columns}


def _is_long(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return where *column* has a whole number that 64 bits can't hold: a code, and so are the others."""
    if not dtype.is_integer():
        return pl.lit(value=False)
    return column.is_not_null() & column.cast(pl.Int64, strict=False).is_null()


def _known(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return where *column* says something: what is not a number is nothing recorded."""
    return (column.fill_nan(None) if dtype.is_float() else column).is_not_null()


def type_of(dtype: pl.DataType) -> AttributeType:
    """Return the attribute type of values of *dtype*."""
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_integer():
        return "integer"
    return "number" if dtype.is_numeric() else "string"


def _answers(scan: pl.LazyFrame, questions: Mapping[str, Mapping[Name, pl.Expr]]) -> dict[str, dict[Name, bool]]:
    """Return the answers to all *questions*, from one pass over the columns that they ask."""
    asked = [(column, name) for column, some in questions.items() for name in some]
    row = (
        scan.select(questions[column][name].alias(str(number)) for number, (column, name) in enumerate(asked))
        .collect(engine="streaming")
        .row(0)
        if asked
        else ()
    )
    answers: dict[str, dict[Name, bool]] = {column: {} for column in questions}
    for (column, name), answer in zip(asked, row, strict=True):
        answers[column][name] = bool(answer)
    return answers
