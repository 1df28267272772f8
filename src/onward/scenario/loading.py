"""Scenario files from disk, and the models, logs and tables that they name by paths of their own."""

import os
from pathlib import Path

from attrs import frozen

from onward.files import read_bytes, read_log
from onward.history.window import window_of
from onward.library import Study, load_model, load_study, shipped_models
from onward.log.formats import decode
from onward.log.log import EventLog
from onward.log.schema import OnBadRows
from onward.log.table import Table
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import LogError, Problem, UsageError, suggestion
from onward.scenario.document import ScenarioFile, parse_scenarios
from onward.scenario.orders import table_at

DEFAULT_MODEL = "partnership"
"""The model of a scenario file that names none, as elsewhere."""


@frozen
class StudyOfFile:
    """What a scenario file is about: a model, a log, the end of the window, and the outcome that is expected.

    Attributes:
        model: what may happen.
        log: what was seen.
        as_of: the end of the window as a date, None where the log ends it.
        expect: where each case should end, None where the file does not say.

    """

    model: Model
    log: EventLog
    as_of: str | None
    expect: dict[str, str] | None


def load_scenarios(source: str | os.PathLike[str]) -> ScenarioFile:
    """Return what the scenario file at *source* says.

    Raises:
        UsageError: there is no such file, it cannot be read, or it has mistakes; every one is in `problems`, as
            `file:line:column: what; mend`.

    """
    path = Path(source)
    try:
        text = decode(read_bytes(path), path.name)
    except LogError as error:
        # The problems of a file that cannot be opened or decoded are the same, whatever it holds.
        raise UsageError(error.problems) from None
    return parse_scenarios(text, path.name)


def study_of_file(  # noqa: PLR0913  # what goes before what the file says
    file: ScenarioFile,
    source: str | os.PathLike[str],
    *,
    model: Model | None = None,
    log: EventLog | None = None,
    as_of: str | None = None,
    on_bad_rows: OnBadRows = "fail",
) -> StudyOfFile:
    """Return what the scenario *file*, read from *source*, is about.

    Args:
        file: what the file says.
        source: the path that it was read from, from whose folder its own paths lead.
        model: goes before the model that the file names.
        log: goes before the log that the file names.
        as_of: goes before the end that the file names.
        on_bad_rows: what is done with bad rows of the log that the file names, as `read_log` has it.

    Raises:
        UsageError: no log is named, and none comes with the model: one comes with a shipped model as it was shipped;
            *as_of* is no date.
        ModelError: the model file has mistakes.
        LogError: the log cannot be read.

    """
    folder = Path(source).parent
    named = file.model or DEFAULT_MODEL
    found = model or load_model(_model_source(named, folder))
    window_of(as_of)
    end = as_of if as_of is not None else None if file.as_of is None else file.as_of.recorded
    if log is None and file.log:
        log = read_log(folder / file.log, on_bad_rows=on_bad_rows)
    if log is None:
        study = _shipped_study(named) if model is None else _study_like(model)
        log, end = study.log, study.as_of if end is None else end
    return StudyOfFile(found, log, end, expected(file, folder))


def _shipped_study(named: str) -> Study:
    """Return the study that comes with the shipped model *named*."""
    if named not in shipped_models():
        raise UsageError([_no_log(named)])
    return load_study(named)


def _study_like(model: Model) -> Study:
    """Return the study that comes with *model*, if that is one as it was shipped: another may bear its name."""
    if model.name in shipped_models():
        study = load_study(model.name)
        if fingerprint(study.model) == fingerprint(model):
            return study
    raise UsageError([_no_log(model.name)])


def _no_log(model: str) -> Problem:
    return Problem("log", f"no log comes with the model {model!r}", "name a log, in the file or beside it")


def _model_source(named: str, folder: Path) -> str | Path:
    """Return the shipped model's name, or the path that leads from *folder*."""
    return named if named in shipped_models() or _is_mere_name(named) else folder / named


def _is_mere_name(text: str) -> bool:
    """Tell whether *text* looks like the name of a shipped model: the library then says which there are."""
    return not Path(text).suffix and os.sep not in text and "/" not in text


def expected(file: ScenarioFile, folder: Path) -> dict[str, str] | None:
    """Return where *file* expects each case to end, reading the table that it names from *folder*.

    Raises:
        LogError: the table cannot be read, or has broken rows.
        UsageError: it lacks a column `case` or `phase`, has a case twice, or says nothing.

    """
    if file.expect is None or not isinstance(file.expect, str):
        return None if file.expect is None else dict(file.expect)
    return _expected_in(table_at(folder / file.expect, "case and phase, and a row for each case"))


def _expected_in(table: Table) -> dict[str, str]:
    """Return the phase of each case in *table*; every problem is told at once."""
    if broken := [problem for row in table.broken for problem in row.problems]:
        raise LogError(broken)
    names = ("case", "phase")
    problems = [_lacking(table, name) for name in names if name not in table.header]
    if problems:
        raise UsageError(problems)
    cases, phases = (table.columns[table.header.index(name)] for name in names)
    found: dict[str, str] = {}
    for row in range(len(table.rows)):
        case, phase = (_text(column[row]) for column in (cases, phases))
        if not case or not phase:
            problems.append(Problem(table.place(row), "a case or its phase is missing", "write both"))
        elif case in found:
            what = f"the case {case!r} stands here a second time"
            problems.append(Problem(table.place(row), what, "delete one"))
        found.setdefault(case, phase)
    if not table.rows:
        problems.append(Problem(table.head, "no outcome is expected", "write a row for each case below"))
    if problems:
        raise UsageError(problems)
    return found


def _lacking(table: Table, name: str) -> Problem:
    what = f"there is no column {name!r} among {', '.join(table.header)}"
    return Problem(table.head, what, suggestion(name, table.header, otherwise="add it"))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
