"""Models and studies by name or path, and the shelf of those that come with Onward."""

import os
from pathlib import Path

from attrs import frozen

from onward.files import parse_table, read_bytes, read_log
from onward.log.case_table import CaseTable, build_case_table
from onward.log.formats import decode
from onward.log.log import EventLog
from onward.model.document import parse_model
from onward.model.model import Model
from onward.problems import LogError, ModelError, Problem, UsageError, suggestion

_PACKAGE = Path(__file__).parent
# In a checkout the shelves stand at the top of the repository; a wheel carries them inside the package.
_SHELVES = _PACKAGE if (_PACKAGE / "models").is_dir() else _PACKAGE.parents[1]

_ENDS = {
    "partnership": "2007-12-31",
    "partnership_activity": "2007-12-31",
    "partnership_lessons": "2007-12-31",
    "norm_change": "2012-12-31",
    "treaty": "2020-12-31",
    "alliance": "2020-12-31",
}
"""The shipped studies: the model that each replays, and the end of its window."""


@frozen
class Study:
    """A model, the log of its own case, and the end of the window.

    Attributes:
        model: what may happen.
        log: what was seen.
        as_of: the last day of the window.
        cases: what is known of whole cases beside their events; nothing where the study has no such table.

    """

    model: Model
    log: EventLog
    as_of: str
    cases: CaseTable


def shipped_models() -> tuple[str, ...]:
    """Return the names of the models that come with Onward."""
    return tuple(sorted(path.stem for path in (_SHELVES / "models").glob("*.yaml")))


def load_model(source: str | os.PathLike[str]) -> Model:
    """Return a model.

    Args:
        source: the name of a shipped model, or the path of a model file.

    Raises:
        ModelError: the file has mistakes; every one is in `problems`, as `file:line:column: what; mend`.
        UsageError: there is no such model and no such file.

    """
    text, name = model_text(source)
    return parse_model(text, name)


def model_text(source: str | os.PathLike[str]) -> tuple[str, str]:
    """Return the text of a model file, and the name by which problems call it.

    Args:
        source: the name of a shipped model, or the path of a model file.

    Raises:
        ModelError: the file cannot be read.
        UsageError: there is no such model and no such file.

    """
    text = os.fspath(source)
    path = _SHELVES / "models" / f"{text}.yaml" if text in shipped_models() else Path(text)
    # Path.exists raises where the name is too long.
    if not path.suffix and os.sep not in text and not os.path.exists(text):  # noqa: PTH110
        mend = suggestion(text, shipped_models(), otherwise="name a shipped model (`onward models`), or a model file")
        raise UsageError([Problem("model", f"there is no model {text!r}", mend)])
    try:
        return decode(read_bytes(path), path.name), path.name
    except LogError as error:
        # The problems of a file that cannot be opened or decoded are the same, whatever it holds.
        raise ModelError(error.problems) from None


def load_cases(source: str | os.PathLike[str]) -> CaseTable:
    """Return what a file says of whole cases: a column `case`, and any others to print beside it.

    Raises:
        LogError: the file cannot be read, or a case stands in it twice.

    """
    return build_case_table(parse_table(Path(source)))


def load_study(name: str = "partnership") -> Study:
    """Return a shipped study: a model, its log and the end of its window.

    Raises:
        UsageError: no study of that name comes with Onward.

    """
    if name not in _ENDS:
        mend = suggestion(name, tuple(_ENDS), otherwise="name a log to replay")
        raise UsageError([Problem("study", f"no log comes with the model {name!r}", mend)])
    folder = _SHELVES / "data" / name
    cases = folder / "cases.csv"
    return Study(
        model=load_model(name),
        log=read_log(folder / "events.csv"),
        as_of=_ENDS[name],
        cases=load_cases(cases) if cases.is_file() else CaseTable(),
    )
