"""Scenario files from disk, and the models, logs and tables that they name by paths of their own."""

import os
from pathlib import Path

from attrs import frozen

from onward.files import parse_table, read_bytes, read_log
from onward.library import load_model, load_study, shipped_models
from onward.log.formats import decode
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import LogError, Problem, UsageError, suggestion
from onward.scenario.document import ScenarioFile, parse_scenarios

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


def study_of_file(
    file: ScenarioFile,
    source: str | os.PathLike[str],
    *,
    model: Model | None = None,
    log: EventLog | None = None,
    as_of: str | None = None,
) -> StudyOfFile:
    """Return what the scenario *file*, read from *source*, is about.

    Args:
        file: what the file says.
        source: the path that it was read from, from whose folder its own paths lead.
        model: goes before the model that the file names.
        log: goes before the log that the file names.
        as_of: goes before the end that the file names.

    Raises:
        UsageError: the file names a model, or none for which a log is shipped, and no log.
        ModelError: the model file has mistakes.
        LogError: the log cannot be read.

    """
    folder = Path(source).parent
    named = file.model or DEFAULT_MODEL
    found = model or load_model(_model_source(named, folder))
    end = as_of or (None if file.as_of is None else file.as_of.recorded)
    if log is None and file.log:
        log = read_log(folder / file.log)
    if log is None:
        study = load_study(found.name if model is not None else named)
        log, end = study.log, end or study.as_of
    return StudyOfFile(found, log, end, expected(file, folder))


def _model_source(named: str, folder: Path) -> str | Path:
    """Return the shipped model's name, or the path that leads from *folder*."""
    return named if named in shipped_models() or _is_mere_name(named) else folder / named


def _is_mere_name(text: str) -> bool:
    """Tell whether *text* looks like the name of a shipped model: the library then says which there are."""
    return not Path(text).suffix and os.sep not in text and "/" not in text


def expected(file: ScenarioFile, folder: Path) -> dict[str, str] | None:
    """Return where *file* expects each case to end, reading the table that it names from *folder*.

    Raises:
        LogError: the table cannot be read.
        UsageError: it lacks a column `case` or `phase`, or has a case twice.

    """
    if file.expect is None or not isinstance(file.expect, str):
        return None if file.expect is None else dict(file.expect)
    table = parse_table(folder / file.expect)
    columns = {}
    for name in ("case", "phase"):
        if name not in table.header:
            what = f"there is no column {name!r} among {', '.join(table.header)}"
            raise UsageError([Problem(table.head, what, suggestion(name, table.header, otherwise="add it"))])
        columns[name] = table.columns[table.header.index(name)]
    found: dict[str, str] = {}
    for row in range(len(table.rows)):
        case, phase = (str(columns[name][row] or "").strip() for name in ("case", "phase"))
        if not case or not phase:
            raise UsageError([Problem(table.place(row), "a case or its phase is missing", "write both")])
        if case in found:
            raise UsageError([Problem(table.place(row), f"the case {case!r} stands here a second time", "delete one")])
        found[case] = phase
    return found
