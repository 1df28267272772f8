"""A built wheel, in an empty environment, outside the checkout."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of commands of an environment that holds the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(folder), str(TOP)], check=True, capture_output=True)
    [wheel] = folder.glob("onward-*.whl")
    venv.create(folder / "empty", with_pip=True)
    commands = folder / "empty" / ("Scripts" if os.name == "nt" else "bin")
    install = [str(commands / "python"), "-m", "pip", "--disable-pip-version-check", "-q", "install", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return commands


def said(environment: Path, *argv: str) -> str:
    # From an empty folder, and with no path back into the checkout.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    command = [str(environment / argv[0]), *argv[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=environment, env=clean)
    return done.stdout


def test_the_wheel_gives_the_command_with_models_and_log_inside(environment: Path) -> None:
    table = (TOP / "tests" / "cli" / "golden" / "replay.txt").read_text(encoding="utf-8")
    assert said(environment, "onward", "replay") == table
    assert "partnership" in said(environment, "onward", "models")
    assert "maintenance needs a formal basis (0 of 1)" in said(environment, "onward", "explain", "UN-NATO")


def test_the_wheel_gives_the_library_with_its_types(environment: Path) -> None:
    script = (
        "import onward; from pathlib import Path; home = Path(onward.__file__).parent;"
        "s = onward.load_study(); r = onward.replay(s.model, s.log, as_of=s.as_of);"
        "print(r.cases.height, (home / 'py.typed').exists(), (home / 'data/partnership/README.md').exists(),"
        "onward.live(s.model).phase)"
    )
    assert said(environment, "python", "-c", script) == "6 True True start\n"
