"""Every example runs as a reader would run it, and prints what the text beside it says.

That is `expected.txt`; where a folder has several scripts, `NAME.expected.txt` beside each.

`pytest tests/test_examples.py --update-golden` writes what they print; read the diff as you would read code.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*/*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}-{script.stem}")
def test_an_example_prints_what_is_expected(script: Path, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    golden(expected_of(script), ran.stdout)


def expected_of(script: Path) -> Path:
    alone = len(list(script.parent.glob("*.py"))) == 1
    return script.with_name("expected.txt") if alone else script.with_suffix(".expected.txt")


def test_every_example_has_a_page_and_a_script() -> None:
    folders = [folder for folder in EXAMPLES.iterdir() if folder.is_dir() and not folder.name.startswith("__")]
    assert folders
    for folder in folders:
        assert (folder / "README.md").exists()
        assert list(folder.glob("*.py"))
