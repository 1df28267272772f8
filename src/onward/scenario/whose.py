"""Whose an event is: the cases of a log, and the cells of one more row as a person writes them."""

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher

from attrs import evolve, frozen

from onward.log.cases import find_case, is_pair, no_cases, pair_name, pairs_of, typed_pair
from onward.log.cells import CellError, read_any_organizations
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import LogError, Problem, UsageError
from onward.scenario.rows import cases_of, pairs_in, row_of


@frozen
class Whose:
    """Whose a row is: its cells `case` and `organizations`, and what is wrong with what was written.

    Both are empty where nothing was written.
    """

    case: str = ""
    organizations: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_nobody(self) -> bool:
        """Whether nothing was written."""
        return not self.case and not self.organizations


def whose_of(model: Model, log: EventLog, case: str, organizations: tuple[str, ...], place: str) -> Whose:
    """Return whose a row is that goes into *log* with this *case* or these *organizations*, each possibly empty.

    A case may be new to the log; one that is not may be written in any way that finds it (`UN-EU`), and so may the
    organizations of an event. What looks like a slip of the pen is refused.

    Raises:
        LogError: the log has no column `case` where *model* takes its cases from one.

    """
    if not case and not organizations:
        return Whose()
    try:
        said = read_any_organizations(";".join(organizations))
        codes = _known_codes(model, log, said)
        name = _case_meant(model, log, case) if case else ""
    except CellError as error:
        return _wrong(place, error.what, error.mend)
    except UsageError as error:
        return Whose(problems=tuple(evolve(problem, where=place) for problem in error.problems))
    if model.cases == "pairs":
        return _of_pair(log, name, codes, place)
    if not log.has_case:
        raise LogError([no_cases(log.name, model.name)])
    if not name:
        return _wrong(place, f"{model.name} takes its cases from the column `case`", "write case: and whose it is")
    if codes and not log.has_organizations:
        return _wrong(place, f"{log.name} has no column `organizations`", "leave organizations out")
    return Whose(name, codes)


def _of_pair(log: EventLog, name: str, codes: tuple[str, ...], place: str) -> Whose:
    if name and not is_pair(name):
        return _wrong(place, f"{name!r} is no pair, and the model's cases are pairs", "write two codes joined by ;")
    if name and codes and name != pair_name(codes) and not (log.has_case and log.has_organizations):
        counted = "organizations" if log.has_organizations else "case"
        what = f"case: {name} and organizations: {';'.join(codes)} are not the same, and the log has room for one"
        return _wrong(place, what, f"write {counted}: alone")
    if log.has_organizations:
        said = codes or tuple(name.split(";"))
        return Whose((name or ";".join(said)) if log.has_case else "", said)
    if len(codes) > 2:
        what = f"{log.name} has no column `organizations`, so that each row is one pair's"
        return _wrong(place, what, "add an event for each pair")
    return Whose(name or pair_name(codes))


def _wrong(place: str, what: str, mend: str) -> Whose:
    return Whose(problems=(Problem(place, what, mend),))


def _case_meant(model: Model, log: EventLog, text: str) -> str:
    """Return the case of *log* that *text* means, else the new one that it names.

    Raises:
        UsageError: several may be meant.

    """
    pairs = model.cases == "pairs"
    name = typed_pair(text) if pairs else text.strip()
    known = cases_in(model, log)
    if name in known:
        return name
    try:
        return find_case(text, known)
    except UsageError as error:
        if "may mean" in error.problems[0].what:
            raise
    if pairs and is_pair(name):
        return pair_name(_known_codes(model, log, name.split(";")))
    return _known(name, known, "case")


def _known_codes(model: Model, log: EventLog, said: Collection[str]) -> tuple[str, ...]:
    """Return the codes that are *said* as the log has them; a new one as it is said."""
    known = _codes_in(model, log) if said else ()
    return tuple(_known(code, known, "organization") for code in said)


def _codes_in(model: Model, log: EventLog) -> Collection[str]:
    """Return the codes of the organizations of *log*, each once."""
    if model.cases != "pairs" and not log.has_organizations:
        return ()
    if not log.has_organizations:
        return dict.fromkeys(code for case in cases_in(model, log) for code in case.split(";"))
    if log.store is None:
        return dict.fromkeys(code for codes in log.organizations for code in codes)
    cells = log.store.organizations
    return dict.fromkeys(code for text in (cells.texts.to_list() if cells else ()) for code in codes_in(text))


def _known(name: str, known: Collection[str], thing: str) -> str:
    """Return the one of *known* names that *name* is but for capitals, else *name*, which is new.

    Raises:
        UsageError: *name* is one slip of a letter away from a known one, or is several but for capitals.

    """
    if name in known:
        return name
    folded = [each for each in known if each.casefold() == name.casefold()]
    if len(folded) == 1:
        return folded[0]
    if folded:
        what = f"{name!r} may mean {' or '.join(map(repr, sorted(folded)))}"
        raise UsageError([Problem(thing, what, "write the one you mean exactly so")])
    compared = known if len(known) <= MANY else ()
    near = next((each for each in compared if _is_slip(name.casefold(), each.casefold())), None)
    if near is not None:
        mend = f"did you mean {near!r}? A new one needs a name that is less like it"
        raise UsageError([Problem(thing, f"there is no {thing} {name!r}", mend)])
    return name


MANY = 20_000
"""Names among which the nearest is not looked for: that would take minutes."""

_LETTERS = 5
"""Of shorter names one letter makes another: OSCE and CSCE."""


def _is_slip(name: str, known: str) -> bool:
    """Tell whether two names are one letter apart, or have two exchanged; numbers tell names apart."""
    longer = max(len(name), len(known))
    if longer < _LETTERS or abs(len(name) - len(known)) > 1 or _digits(name) != _digits(known):
        return False
    return SequenceMatcher(None, name, known, autojunk=False).ratio() >= 1 - 1 / longer


def _digits(name: str) -> str:
    return "".join(sign for sign in name if sign.isdigit())


def cases_in(model: Model, log: EventLog) -> Collection[str]:
    """Return the cases of *log*, each once."""
    return dict.fromkeys(_long_cases(model, log) if log.store is not None else _cases(model, log))


def _cases(model: Model, log: EventLog) -> Iterator[str]:
    for row in range(len(log)):
        yield from cases_at(model, log, row)


def _long_cases(model: Model, log: EventLog) -> Iterator[str]:
    assert log.store is not None  # noqa: S101  # asked for such only
    cases, organizations = log.store.cases, log.store.organizations
    if model.cases == "column" and cases is None:
        raise LogError([no_cases(log.name, model.name)])
    names = [] if cases is None else cases.texts.to_list()
    if model.cases == "column":
        yield from names
        return
    yield from map(typed_pair, names)
    for text in [] if organizations is None else organizations.texts.to_list():
        yield from pairs_of(codes_in(text))


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes in a cell of organizations."""
    return tuple(text.split(";")) if text else ()


def cases_at(model: Model, log: EventLog, row: int) -> tuple[str, ...]:
    """Return the cases of a *row* of *log*."""
    if model.cases == "column" and log.has_case:
        return (log.case_names[row],)
    if model.cases == "pairs" and log.has_organizations and (pairs := pairs_in(log.organizations[row])):
        return pairs
    return cases_of(model, log, row_of(log, row))
