"""Saving: where every case stands, as a file that names its model by its fingerprint."""

import io
from pathlib import Path

import polars as pl

from onward.files import read_bytes
from onward.history.states import States, plain_header
from onward.history.stepping import checked_reading
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import Problem, UsageError
from onward.streaming.checkpoint import write_whole
from onward.streaming.output import writing
from onward.streaming.seal import seal, unseal


def check_place(path: Path | str) -> None:
    """Make sure that a file can be written at *path*, before the work that it is to keep.

    Raises:
        UsageError: it can't.

    """
    where = Path(path)
    with writing(where):
        if where.is_dir():
            raise IsADirectoryError
        if not where.exists():
            # What cannot be begun cannot be finished either.
            probe = where.with_name(f".{where.name}.part")
            probe.touch()
            probe.unlink()


def write_states(states: States, path: Path | str) -> None:
    """Write *states* to the file at *path*, which is whole or untouched whatever happens.

    Raises:
        UsageError: it can't be written there.

    """
    where = Path(path)
    table = io.BytesIO()
    states.table.sort("case").write_parquet(table)
    data = seal(plain_header(states), table.getvalue())
    with writing(where):
        if where.exists() and not where.is_file() and not where.is_dir():
            # A pipe or a device is written to, never replaced.
            where.write_bytes(data)
        else:
            write_whole(where, data)


def read_states(path: Path | str, model: Model) -> States:
    """Return the states in the file at *path*, which `write_states` wrote.

    Raises:
        LogError: there is no such file, or it can't be opened.
        UsageError: it holds no states, is damaged, or belongs to another model.

    """
    where = Path(path)
    header, data = unseal(read_bytes(where), str(where))
    if header.get("kind") != "states":
        raise UsageError([Problem(str(where), "this file holds no states", "name one that --save-state wrote")])
    if header.get("fingerprint") != fingerprint(model):
        what = f"the states belong to another model or another version of it ({header.get('model')!r})"
        mend = "name the model that they were saved with, or replay the whole log with this one"
        raise UsageError([Problem(str(where), what, mend)])
    return States(model, checked_reading(str(header.get("reading"))), table=pl.read_parquet(io.BytesIO(data)))
