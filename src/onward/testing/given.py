"""What users ask for instead of what Onward would draw: cases by name, attributes by strategy."""

import math
from collections.abc import Collection, Mapping, Sequence

from onward.log.cases import is_pair, typed_pair
from onward.log.cells import CellError, read_value, type_values
from onward.log.log import AttributeType, Value
from onward.model.model import Model
from onward.model.vocabulary import COLUMNS
from onward.problems import Problem, UsageError
from onward.testing.alphabet import (
    Strategy,
)

Attributes = Mapping[str, Strategy[Value]]
"""For names of attributes what a user wants drawn for them."""


def own_of(attributes: Attributes | None) -> Attributes:
    """Return the strategies of *attributes*.

    Raises:
        UsageError: one has a name that means something else in a log.

    """
    problems = [
        Problem("attributes", f"{name!r} is no attribute: it means something else in a log", "leave it out")
        for name in attributes or ()
        if name in COLUMNS
    ]
    if problems:
        raise UsageError(problems)
    return attributes or {}


def checked_cases(model: Model, cases: Collection[str]) -> tuple[str, ...]:
    """Return *cases* as a log of *model* has them.

    Raises:
        UsageError: one is no pair where cases are pairs, or there is none.

    """
    names = tuple(map(typed_pair, cases)) if model.cases == "pairs" else tuple(cases)
    wrong = [name for name in names if model.cases == "pairs" and not is_pair(name)]
    problems = [Problem("cases", f"{name!r} is no pair", "write two codes joined by ;") for name in wrong]
    if not names or isinstance(cases, str):
        problems.append(Problem("cases", "there is no list of cases", "name one at least, or leave cases out"))
    if problems:
        raise UsageError(problems)
    return names


def read_given(name: str, value: object) -> Value:
    """Return *value* as a log would hold it."""
    try:
        read = read_value(value)
    except CellError as error:
        raise UsageError([Problem(f"attributes: {name}", error.what, error.mend)]) from error
    if isinstance(read, float) and not math.isfinite(read):
        mend = "draw finite numbers: st.floats(allow_nan=False, allow_infinity=False)"
        raise UsageError([Problem(f"attributes: {name}", f"{read} is no number to compare", mend)])
    return read


def typed(name: str, values: Sequence[object]) -> tuple[AttributeType, tuple[Value, ...]]:
    """Return the type of the column *name*, and its *values*, as a log would hold them."""
    return type_values([read_given(name, value) for value in values])
