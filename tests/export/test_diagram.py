"""`onward diagram` writes one model in one format, by name or by the file's ending."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import onward
from onward.cli import diagram
from onward.cli.arguments import UsageStop
from onward.export.dot import dot
from onward.export.mermaid import mermaid
from onward.export.prism import prism, properties

WRITERS: dict[str, Callable[[onward.Model], str]] = {
    "mermaid": mermaid,
    "dot": dot,
    "prism": prism,
    "props": properties,
}


def printed(*argv: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    assert diagram.run(argv, out, err) == 0
    assert err.getvalue() == ""
    return out.getvalue()


def test_a_drawing_is_in_mermaid_if_nobody_says_more() -> None:
    assert printed("treaty") == mermaid(onward.load_model("treaty"))


@pytest.mark.parametrize("name", diagram.FORMATS)
def test_a_format_is_asked_for_by_name(name: str) -> None:
    assert printed("partnership", "--format", name) == WRITERS[name](onward.load_model("partnership"))


@pytest.mark.parametrize(
    ("ending", "name"),
    [("mmd", "mermaid"), ("DOT", "dot"), ("gv", "dot"), ("prism", "prism"), ("nm", "prism"), ("props", "props")],
)
def test_or_by_the_ending_of_the_file(ending: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"partnership.{ending}"
    assert printed("partnership", "-o", str(path)) == ""
    assert path.read_text(encoding="utf-8") == WRITERS[name](onward.load_model("partnership"))


def test_a_name_says_more_than_an_ending(tmp_path: Path) -> None:
    path = tmp_path / "partnership.txt"
    printed("partnership", "-o", str(path), "--format", "dot")
    assert path.read_text(encoding="utf-8") == dot(onward.load_model("partnership"))


def test_an_unknown_format_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageStop) as stop:
        printed("partnership", "--format", "svg")
    assert stop.value.code == 2
    assert all(name in stop.value.text for name in ("'svg'", *diagram.FORMATS))


@pytest.mark.parametrize("name", ["drawing.svg", "drawing"])
def test_so_is_an_unknown_ending(name: str) -> None:
    with pytest.raises(onward.UsageError) as raised:
        printed("partnership", "-o", name)
    says = "let it end in .mmd, .dot, .gv, .prism, .nm, .props, or name one: --format mermaid"
    assert str(raised.value) == f"-o: {name!r} says no format; {says}"
    assert not Path(name).exists()


def test_a_model_that_has_no_automaton_is_told_by_its_guards(tmp_path: Path) -> None:
    path = tmp_path / "treaty.prism"
    with pytest.raises(onward.ModelError, match="disuse: after"):
        printed("treaty", "-o", str(path))
    assert not path.exists()
