"""A run killed at any moment leaves a complete output or one that can be taken up, and in the end the same bytes."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

RUN = """
import sys
from pathlib import Path
import polars as pl
from onward.streaming.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from onward.streaming.output import open_output

path = Path(sys.argv[1])
found, reason = read_checkpoint(path, {"run": 1})
assert not reason or "is gone" in reason, reason
print("going on from", found.rows if found else 0, flush=True)
with open_output(path, resume=found.mark if found else None) as output:
    total = int.from_bytes(found.state, "little") if found else 0
    for row in range(found.rows if found else 0, 3000, 50):
        total += row
        output.append(pl.DataFrame({"row": range(row, row + 50), "total": [total] * 50, "text": ["x" * 20] * 50}))
        if row % 200 == 0:
            write_checkpoint(path, Checkpoint({"run": 1}, row + 50, output.mark(), total.to_bytes(8, "little")))
        print(row, flush=True)
    output.finish()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("ending", [".parquet", ".arrow", ".csv"])
def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    draw = random.Random(ending)  # noqa: S311 - the moments need only differ
    command = (sys.executable, "-c", RUN)
    whole = tmp_path / f"undisturbed{ending}"
    subprocess.run([*command, whole], check=True, capture_output=True)
    path = tmp_path / f"steps{ending}"
    began = []
    for _ in range(5):
        run = subprocess.Popen([*command, path], stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        began.append(run.stdout.readline())
        for _ in range(draw.randint(2, 25)):  # some batches, and then at any moment of the next one
            run.stdout.readline()
        time.sleep(draw.uniform(0, 0.005))
        run.kill()
        run.communicate()
        assert not path.exists() or path.read_bytes() == whole.read_bytes()
    subprocess.run([*command, path], check=True, capture_output=True)
    assert path.read_bytes() == whole.read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted([path, whole])
    assert len(set(began)) > 1, "no run was taken up"
