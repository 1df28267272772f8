"""Checkpoint: how far a streamed run came, kept beside its output, so that a killed run can go on.

A run that is told anything else than the one before (another model, log or option) begins anew: what it would go on
from is not its own. So does one that finds its checkpoint damaged. Neither is an error, and both are said.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import field, frozen

from onward.problems import UsageError
from onward.streaming.output import Mark, checkpoint_of, mark_of, part_of, reaches, sync_folder, write_all, writing
from onward.streaming.seal import seal, unseal


@frozen
class Checkpoint:
    """How far a run came.

    Attributes:
        facts: what the run was told: model, log, options; values that JSON can hold.
        rows: the rows of the log that are done.
        mark: how far the output had grown by then.
        state: the engine's state at that moment.

    """

    facts: Mapping[str, Any]
    rows: int
    mark: Mark
    state: bytes = field(repr=False)


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Keep *checkpoint* for the output at *path*, in place of the one before.

    Raises:
        UsageError: it can't be written; the one before stays.

    """
    header = {"facts": dict(checkpoint.facts), "rows": checkpoint.rows, "mark": checkpoint.mark.plain()}
    with writing(path):
        write_whole(checkpoint_of(path), seal(header, checkpoint.state))


def write_whole(path: Path, data: bytes) -> None:
    """Write *data* to the file at *path*, which is on the disk as a whole or untouched whatever happens."""
    part = path.with_name(f".{path.name.removeprefix('.')}.part")
    try:
        with part.open("wb", buffering=0) as file:
            write_all(file, data)
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    sync_folder(path.parent)


def read_checkpoint(path: Path, facts: Mapping[str, Any]) -> tuple[Checkpoint | None, str]:
    """Return the checkpoint from which a run of these *facts* can go on to *path*, and why not where there is none.

    The reason is empty where nothing has been left there by an unfinished run.
    """
    file = checkpoint_of(path)
    try:
        header, state = unseal(file.read_bytes(), str(file))
        found = Checkpoint(header["facts"], int(header["rows"]), mark_of(header["mark"]), state)
    except OSError as error:
        # There can't be one under a name that is too long, either.
        return None, f"its checkpoint can't be read ({error.strerror})" if os.path.lexists(file) else ""
    except UsageError as error:
        return None, f"its checkpoint can't be used: {error.problems[0].what}"
    except (KeyError, TypeError, ValueError):
        return None, "its checkpoint can't be used: it was written by another version of Onward"
    # As JSON has them: a tuple comes back as a list.
    others = differences(found.facts, json.loads(json.dumps(facts)))
    if others:
        return None, f"it was another run ({', '.join(others)})"
    if not reaches(path, found.mark):
        return None, f"what it wrote is gone ({part_of(path).name})"
    return found, ""


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the names of the facts that are not the same, `log.size` for one inside another."""
    found = []
    for name in sorted({*before, *now}):
        one, other = before.get(name), now.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found += [f"{name}.{inner}" for inner in differences(one, other)]
        elif one != other:
            found.append(name)
    return found
