"""The names of cases: a pair of organizations is its sorted codes, joined by `;`."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations

from onward.problems import Problem, UsageError, nearest, suggestion

# A code may hold a hyphen or a blank itself, so what surely parts two codes is tried before what may be one code's own.
SEPARATORS = tuple(
    re.compile(pattern) for pattern in (r"\s*;\s*", r"\s*[;,/|&+\u2013\u2014]\s*", r"[\s;,/|&+\u2013\u2014-]+")
)
FOLDS: tuple[Callable[[str], str], ...] = (str, str.casefold)


def pair_name(codes: Iterable[str]) -> str:
    """Return the name of the pair of these *codes*: sorted, joined by `;`."""
    return ";".join(sorted(codes))


def pairs_of(organizations: tuple[str, ...]) -> tuple[str, ...]:
    """Return the name of every pair of *organizations*: three organizations are three pairs."""
    return tuple(pair_name(pair) for pair in combinations(sorted(organizations), 2))


def typed_pair(text: str) -> str:
    """Return the name of the pair that a person typed: `UN-EU` is `EU;UN`; what is no pair stays as it is."""
    for separator in SEPARATORS:
        codes = separator.sub(";", text.strip()).split(";")
        if len(codes) == 2 and all(codes):
            return pair_name(codes)
    return text


def find_case(text: str, cases: Collection[str]) -> str:
    """Return the one of *cases* that a person meant by *text*: `UN-EU` is `EU;UN`, in any order and any case.

    Raises:
        UsageError: no case is meant by *text*, or several may be.

    """
    if text in cases:
        return text
    for separator in SEPARATORS:
        for fold in FOLDS:
            typed = fold(separator.sub(";", text.strip()))
            meant = [case for case in cases if typed in (fold(separator.sub(";", way)) for way in _both_ways(case))]
            if len(meant) == 1:
                return meant[0]
            if meant:
                what = f"{text!r} may mean {' or '.join(map(repr, sorted(meant)))}"
                raise UsageError([Problem("case", what, "write the one you mean exactly so")])
    raise UsageError([Problem("case", f"there is no case {text!r}", _suggested_case(text, cases))])


def _both_ways(case: str) -> Iterator[str]:
    """Yield the name of a *case* from left to right and from right to left: a pair has no order."""
    yield case
    if ";" in case:
        yield ";".join(reversed(case.split(";")))


def _suggested_case(text: str, cases: Collection[str]) -> str:
    """Return the mend for a case that is not known."""
    ways = {way: case for case in cases for way in _both_ways(case)}
    near = nearest(text, ways)
    return suggestion(text if near is None else ways[near], cases)


def is_pair(name: str) -> bool:
    """Tell whether the case *name* is two different codes."""
    codes = name.split(";")
    return len(codes) == 2 and codes[0] != codes[1] and all(codes)


def no_pair(log: str, name: str, row: int) -> Problem:
    """Return the problem that the case of a row is no pair, where cases are pairs."""
    what = f"{name!r} is no pair, and the model's cases are pairs"
    return Problem(f"{log}: row {row + 1}: case", what, "write two codes joined by ;")


def no_cases(log: str, model: str) -> Problem:
    """Return the problem that a log has pairs where a model asks for cases."""
    what = f"{model} takes its cases from the column `case`, and the log has `organizations` only"
    return Problem(log, what, "add a column `case`, or write `cases: pairs` in the model")
