import json
from pathlib import Path

import polars as pl
import pytest

from onward.problems import UsageError
from onward.streaming.checkpoint import (
    Checkpoint,
    differences,
    read_checkpoint,
    write_checkpoint,
    write_whole,
)
from onward.streaming.output import checkpoint_of, open_output, part_of
from onward.streaming.seal import seal

FACTS = {"model": "abc", "log": {"name": "log.parquet", "size": 10}, "options": {"as_of": None, "marks": (1, 2)}}


@pytest.fixture
def left(tmp_path: Path) -> tuple[Path, Checkpoint]:
    """Leave what a killed run leaves."""
    path = tmp_path / "steps.csv"
    with open_output(path) as output:
        output.append(pl.DataFrame({"case": ["a", "b"]}))
        checkpoint = Checkpoint(FACTS, 3, output.mark(), b"state\n\0")
        write_checkpoint(path, checkpoint)
    return path, checkpoint


def test_a_checkpoint_is_read_as_it_was_written(left: tuple[Path, Checkpoint]) -> None:
    path, checkpoint = left
    found, reason = read_checkpoint(path, FACTS)
    assert found is not None
    assert (found.rows, found.mark, found.state, reason) == (3, checkpoint.mark, b"state\n\0", "")
    assert found.facts == json.loads(json.dumps(FACTS))
    left_there = {f".steps.csv.onward-{kind}" for kind in ("checkpoint", "index", "part")}
    assert {file.name for file in path.parent.iterdir()} == left_there
    checkpoint_of(path).unlink()
    assert read_checkpoint(path, FACTS) == (None, "")


def test_another_run_begins_anew_and_says_why(left: tuple[Path, Checkpoint]) -> None:
    path, _ = left
    others = {**FACTS, "log": {"name": "log.parquet", "size": 11}, "seed": 1}
    assert read_checkpoint(path, others) == (None, "it was another run (log.size, seed)")
    assert differences(FACTS, FACTS) == []


def test_a_damaged_checkpoint_is_left_alone(left: tuple[Path, Checkpoint]) -> None:
    path, _ = left
    file = checkpoint_of(path)
    data = file.read_bytes()
    file.write_bytes(data[:-1])
    assert read_checkpoint(path, FACTS) == (
        None,
        "its checkpoint can't be used: the file is cut short (6 bytes of 7)",
    )
    file.write_bytes(seal({"facts": FACTS}, b""))
    reason = "its checkpoint can't be used: it was written by another version of Onward"
    assert read_checkpoint(path, FACTS) == (None, reason)
    file.unlink()
    file.mkdir()
    assert read_checkpoint(path, FACTS) == (None, "its checkpoint can't be read (Is a directory)")


def test_a_checkpoint_without_its_part_is_of_no_use(left: tuple[Path, Checkpoint]) -> None:
    path, _ = left
    part_of(path).unlink()
    assert read_checkpoint(path, FACTS) == (None, "what it wrote is gone (.steps.csv.onward-part)")


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(left: tuple[Path, Checkpoint]) -> None:
    resource = pytest.importorskip("resource")
    path, checkpoint = left
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(UsageError, match=r"steps\.csv: the file can't be written \(File too large\)"):
            write_checkpoint(path, Checkpoint(FACTS, 9, checkpoint.mark, b"x" * 1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    found, _ = read_checkpoint(path, FACTS)
    assert found is not None
    assert found.rows == 3
    assert not list(path.parent.glob(".*.part"))


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"two", 1)
