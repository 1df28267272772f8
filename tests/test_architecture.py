"""Imports point one way, heavy libraries have one home, and the public page tells the truth."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import onward
from onward.model.document import CASE_COLUMNS
from onward.report.summary import COLUMNS

SOURCE = Path(onward.__file__).parent

# The stages of the work, lowest first; a module imports from its own stage and from lower ones.
STAGES: dict[str, tuple[str, ...]] = {
    "version": (),
    "problems": (),
    "model": ("problems",),
    "log": ("problems",),
    "history": ("problems", "version", "model", "log"),
    "export": ("problems", "version", "model", "log", "history"),
    "files": ("problems", "log"),
    "library": ("problems", "model", "log", "files"),
    "proof": ("problems", "version", "model", "log", "history", "files", "library"),
    "scenario": ("problems", "version", "model", "log", "history", "files", "library"),
    "streaming": ("problems", "version", "model", "log", "history", "files"),
    "report": ("problems", "version", "model", "log", "history", "proof", "scenario", "streaming"),
    "cli": (
        *("problems", "version", "model", "log", "history", "export", "files", "library", "proof", "streaming"),
        *("scenario", "report"),
    ),
    "testing": ("problems", "model", "log", "history", "library", "proof", "scenario"),
    "__main__": ("cli",),
}
COLUMNAR = {
    *(f"log/{name}.py" for name in ("binary", "bulk", "columns", "content", "encoding", "frames", "log", "views")),
    *(f"history/{name}.py" for name in ("alphabets", "automaton", "carrying", "columnar", "crossing", "deviating")),
    *(f"history/{name}.py" for name in ("finite", "fold", "histories", "holdings", "letters", "looking")),
    *(f"history/{name}.py" for name in ("minimising", "notes", "product", "treading")),
    *(f"history/{name}.py" for name in ("seating", "standing", "states", "tables", "walked", "walking")),
    *(f"export/{name}.py" for name in ("boxes", "prism")),
    *(f"scenario/{name}.py" for name in ("asking", "codings", "comparison", "dating", "differing", "draws", "fates")),
    *(f"scenario/{name}.py" for name in ("forking", "lives", "multiverse", "reaching", "removing", "sifting")),
    *(f"scenario/{name}.py" for name in ("stacking", "strands", "sweeping", "what_if")),
    *(f"streaming/{name}.py" for name in ("arrow", "attributes", "forms", "opening", "output", "parquet")),
    *(f"streaming/{name}.py" for name in ("converting", "lines", "replaying", "saving", "sorting", "source")),
}
HOMES = {
    "yaml": {"model/marked.py"},
    "transitions": {"history/machine.py"},
    # Columns are what the long way is made of; the short way, on which no log needs them, is told below.
    "polars": COLUMNAR | {"history/engine.py", "history/replayed.py", "log/framed.py", "files.py"},
    "numpy": COLUMNAR,
    "numba": {"history/fold.py"},
    "rich": {"report/text.py", "streaming/progress.py"},
    "argparse": {"cli/arguments.py"},
    "hypothesis": {
        *(f"testing/{name}.py" for name in ("alphabet", "checking", "dating", "driving", "editing", "guarding")),
        *(f"testing/{name}.py" for name in ("modelling", "recording", "rows", "walking", "ways")),
    },
    # Whether there is a z3 is told in the manifest.
    "z3": {"proof/verifying.py"}
    | {f"proof/reckoning/{name}.py" for name in ("frames", "moves", "runs", "solver", "states", "values")},
}
STANDARD = {"attrs", "onward", *sys.stdlib_module_names}
MODULES = sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield node.module or ""
            # `from onward.model import marked` names a module too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "onward.model")


def stage_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_import_points_back(path: Path) -> None:
    relative = path.relative_to(SOURCE)
    if relative.as_posix() == "__init__.py":
        return  # the public page names every stage
    stage = relative.parts[0].removesuffix(".py")
    allowed = {stage, *STAGES[stage]}
    wrong = [name for name in imported(path) if name.startswith("onward.") and stage_of(name) not in allowed]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_library_has_one_home(path: Path) -> None:
    relative = path.relative_to(SOURCE).as_posix()
    tops = {name.split(".")[0] for name in imported(path)}
    assert [name for name in tops - STANDARD if relative not in HOMES.get(name, set())] == []


def test_the_stages_have_no_round() -> None:
    seen: set[str] = set()
    for stage, lower in STAGES.items():
        assert set(lower) <= seen, stage
        seen.add(stage)


def test_no_cycle_among_modules() -> None:
    names = {path: ".".join(("onward", *path.relative_to(SOURCE).with_suffix("").parts)) for path in MODULES}
    graph = {
        names[path]: {name for name in imported(path) if name in names.values()}
        for path in MODULES
        if path.name != "__init__.py"
    }
    done: set[str] = set()
    while ready := {name for name, needs in graph.items() if name not in done and needs <= done}:
        done |= ready
    # `replayed` loads the life of a case, and `machine` the state, when they are asked for.
    assert set(graph) - done == set()


def test_the_public_names_are_those_of_the_public_page() -> None:
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    told = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names} - {
        "import_module"
    }
    assert set(onward.__all__) == told
    for name in onward.__all__:
        assert getattr(onward, name) is not None
    assert dir(onward) == onward.__all__
    with pytest.raises(AttributeError, match="has no attribute 'replya'"):
        _ = onward.replya


def test_importing_onward_loads_nothing_heavy() -> None:
    heavy = {"attrs", "yaml", "polars", "numpy", "numba", "transitions", "rich"}
    script = f"import sys, onward; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_small_replay_loads_neither_columns_nor_a_compiler() -> None:
    script = (
        "import sys; from onward.cli import main; main(['replay'], sys.stderr, sys.stderr);"
        "print({'polars', 'numpy', 'numba', 'transitions'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_repository_speaks_of_itself_alone() -> None:
    """No path of a machine stands in what is shipped or documented."""
    top = SOURCE.parents[1]
    if not (top / "pyproject.toml").exists():
        pytest.skip("not in a checkout")
    for path in [*top.glob("*.md"), *top.glob("docs/*.md"), *top.glob("src/**/*.py"), *top.glob("*.toml")]:
        assert not any(f"/{home}/" in path.read_text(encoding="utf-8") for home in ("root", "home")), path


def test_no_model_can_show_a_column_that_every_table_of_cases_has() -> None:
    # `model` and `report` do not know each other, so each has its own list.
    study = onward.load_study()
    cases = onward.replay(study.model, study.log, as_of=study.as_of).cases.columns
    own = set(cases) - {shown.name for shown in study.model.shows}
    assert own == set(CASE_COLUMNS)
    assert set(COLUMNS) <= set(CASE_COLUMNS)
