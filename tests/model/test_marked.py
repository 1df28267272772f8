import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from onward.model import marked
from onward.model.marked import Mapping, Marked, Node, Place, Plain, Sequence, problems_of, read_marked, write_yaml

# Every character that a YAML file may hold, those that people type most often more often.
SIGNS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\u2028\u2029")
WORDS = (
    "yes",
    "no",
    "on",
    "null",
    "~",
    "true",
    "1",
    "-3",
    "1.5",
    "1e3",
    ".5",
    "2001-01-01",
    "0x10",
    "<<",
    "a: b",
    "#c",
)
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(st.sampled_from("ab \n:#-'\"\\[]{},&*!|>%@`é😀")), st.text(SIGNS))
NUMBERS = st.integers(-(10**16), 10**16) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
TREES: st.SearchStrategy[object] = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


def said(node: Node | None) -> object:
    """Return what a tree says, without places."""
    match node:
        case Plain():
            return node.value
        case Sequence(items):
            return [said(item) for item in items]
        case Mapping(entries):
            return {key.text: said(value) for key, value in entries}
        case None:
            return "nothing"


def scalars(node: Node | None) -> list[Plain]:
    match node:
        case Plain():
            return [node]
        case Sequence(items):
            return [plain for item in items for plain in scalars(item)]
        case Mapping(entries):
            return [plain for key, value in entries for plain in (key, *scalars(value))]
        case None:
            return []


def told(text: str) -> list[str]:
    found = read_marked(text)
    return [f"{place} {what}; {mend}" for place, what, mend in found.problems]


@given(TREES)
@example({"a": "x" * 200, "b" * 200: "word " * 60})
@example([1, True, 1.0, "1", "true", "1.0", "", None])
def test_reading_undoes_writing(tree: object) -> None:
    found = read_marked(write_yaml(tree))
    assert found.problems == ()
    assert repr(said(found.root)) == repr(tree)


@given(
    st.dictionaries(st.sampled_from("abc"), TEXTS, min_size=1),
    st.integers(5, 40),
    st.sampled_from(["|", ">", "'", None]),
)
def test_every_character_of_a_text_knows_its_place_in_the_file(
    tree: dict[str, str], width: int, style: str | None
) -> None:
    text = yaml.safe_dump(tree, default_style=style, allow_unicode=True, width=width)
    lines = re.split("[\n\x85\u2028\u2029]", text)
    for plain in scalars(read_marked(text).root):
        for offset, sign in enumerate(plain.text):
            place = plain.at(offset)
            if place is not None and not sign.isspace():
                assert lines[place.line - 1][place.column - 1] == sign


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("k: rings > x", 8, Place(1, 12)),
        ("k: 'rings > x'", 8, Place(1, 13)),
        ('k: "rings > x"', 8, Place(1, 13)),
        ("k: rings\n   >\n   x", 8, Place(3, 4)),
        ("k: |\n  rings > x", 8, Place(2, 11)),
        ("k: >2\n  rings\n   > x", 9, Place(3, 6)),
        ("k: 'rings\n\n\n  > x'", 9, Place(4, 5)),
        ("é: größe > x", 8, Place(1, 12)),
        ("k: rings >", 7, Place(1, 11)),  # behind the last character
        ("k: rings > x", 5, Place(1, 9)),  # a blank is taken to stand right behind the word before it
        ("k: ''", 0, Place(1, 5)),
        ("k: rings > x\r\nl: y", 8, Place(1, 12)),
    ],
)
def test_where_a_character_of_a_text_stands(text: str, offset: int, place: Place) -> None:
    assert scalars(read_marked(text).root)[1].at(offset) == place


def test_escapes_hide_where_a_character_stands() -> None:
    assert scalars(read_marked('k: "rings > \\x41"').root)[1].at(8) is None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[(text, None) for text in ("", "~", "null", "Null", "NULL")],
        *[(text, True) for text in ("true", "True", "TRUE")],
        *[(text, False) for text in ("false", "False", "FALSE")],
        *[(text, text) for text in ("yes", "no", "on", "off", "2001-01-01", "1_000", "0x10", "1.2.3", ".nan", "nUll")],
        *[('"1"', "1"), ("'true'", "true"), ("''", ""), ('"null"', "null")],
        *[("12", 12), ("-3", -3), ("+4", 4), ("007", 7), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0)],
        *[("123456789012345678", 123456789012345678), ("1234567890123456789", 1234567890123456789.0)],
    ],
)
def test_plain_values_follow_yaml_1_2(written: str, value: object) -> None:
    found = read_marked(f"key: {written}")
    assert repr(said(found.root)) == repr({"key": value})


def test_places_count_from_one() -> None:
    root = read_marked("a: 1\nb:\n  - {é: x}\n").root
    assert [(plain.text, str(plain.place)) for plain in scalars(root)] == [
        *[("a", "1:1"), ("1", "1:4"), ("b", "2:1"), ("é", "3:6"), ("x", "3:9")],
    ]
    assert root is not None
    assert root.place == Place(1, 1)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_marked("\ufeffa: 1") == read_marked("a: 1")


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n..."])
def test_an_empty_document_has_no_tree_or_a_null(text: str) -> None:
    found = read_marked(text)
    assert found.problems == ()
    assert said(found.root) in ("nothing", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "2:1 'a' stands here a second time; delete one: the first is in line 1"),
        ("? [a]\n: b", "1:3 a key that is no plain word; write key: value"),
        ("{a: b}: c", "1:1 a key that is no plain word; write key: value"),
        ("a: 1\n---\nb: 2", "3:1 a second document; keep one document a file: delete the line ---"),
    ],
)
def test_what_is_odd_is_told_and_the_rest_is_read(text: str, problem: str) -> None:
    assert told(text) == [problem]
    assert read_marked(text).root is not None


TAG = "delete it, or put quotes round a text that begins with !; in a guard write not"
FIT = "begin the parts of one list or mapping in the same column, and put quotes round the whole of a text"
LINE = "begin it in the same column as its neighbours, or end the line before with a colon"
ELSE = "check the indentation, the colons and the quotes just before this place"
COMMA = "put a comma between two parts, and quotes round a text that contains brackets, commas or ': '"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x 1", "1:4 the anchor &x is not read; delete it, and write each value out"),
        ("a: *x", "1:4 the alias *x is not read; write its value out"),
        ("a: !!str b", f"1:4 !!str is read as a tag of YAML; {TAG}"),
        ("a: !event.formal", f"1:4 !event.formal is read as a tag of YAML; {TAG}"),
        (
            "a: ![x]",
            "1:4 a text that begins with !, which YAML takes for a tag; put quotes round it; in a guard write not",
        ),
        ("a: & b", "1:4 a text that begins with &, which YAML takes for an anchor; put quotes round it"),
        ("a: * b", "1:4 a text that begins with *, which YAML takes for an alias; put quotes round it"),
        ("a: b\n\tc: d", "2:1 a tab; indent with blanks"),
        ("\ta: b", "1:1 a tab; indent with blanks"),
        ("a: @b", "1:4 a text cannot begin with @; put quotes round it"),
        ("é: `b", "1:4 a text cannot begin with `; put quotes round it"),
        ("a: b: c", "1:5 a second ': ' in one line; put quotes round the text that contains it"),
        (
            "a: 1\n  b: 2",
            f"2:3 this line does not fit those before it; {LINE}",
        ),
        ("a: 1\nb\nc: 2", "2:1 a line without a colon; write key: value, or indent a text that goes on from above"),
        ("a: {b\nc: d", "1:4 a bracket that is never closed; close it, or put the comma that is missing after it"),
        ("a: {b: c", "1:4 a bracket that is never closed; close it, or put the comma that is missing after it"),
        ("a: [b: c d: e]", f"1:11 a comma or quotes are missing; {COMMA}"),
        ("a: {b: x in [y]}", f"1:13 a comma or quotes are missing; {COMMA}"),
        ("a: 'b\nc: d", "1:4 a quote that is never closed; put the same quote at the end of the text"),
        ("a: 'b\n---\nc'", "1:4 a quote that is never closed; put the same quote at the end of the text"),
        ("a: [b,", "1:7 a value is missing here; write it, close what is open, or put quotes round a sign"),
        ("a: ]", "1:4 a value is missing here; write it, close what is open, or put quotes round a sign"),
        ("a: - b", "1:4 a list cannot begin here; begin it in the next line, or write [first, second]"),
        ("a: | b", "1:4 a text after | or > begins in the next line; break the line, or put quotes round the text"),
        ('a: "\\q"', "1:5 a backslash that stands for nothing; write it twice, or use single quotes"),
        ('a: "b" c', f"1:8 this does not fit what stands before it; {FIT}"),
        ("- a\nb: c", f"2:1 this does not fit what stands before it; {FIT}"),
        ("[" * 60 + "]" * 60, "1:52 this is nested too deeply; a model file needs five levels at most"),
        ("a: \x07", "1:4 the character U+0007, which YAML does not allow; delete it"),
        ("é:\n  '\ud800'", "2:4 the character U+D800, which YAML does not allow; delete it"),
        (
            "%FOO\n---\na: b",
            f"1:5 this is not YAML: found unknown directive name; {ELSE}",
        ),
    ],
)
def test_what_cannot_be_read_is_told_in_our_words_and_leaves_no_tree(text: str, problem: str) -> None:
    assert told(text) == [problem]
    assert read_marked(text).root is None


@given(
    st.text() | st.lists(st.sampled_from([*"ab:-#[]{},'\"&*!|>%@`?\t\n \\", ": ", "\n  ", "---", "..."])).map("".join)
)
@example("[" * 20_000)
@example("{" * 20_000)
@example("- " * 20_000)
@example("0\n---")
def test_any_text_is_read_or_told_of_at_a_place_inside_it(text: str) -> None:
    found = read_marked(text)
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text.removeprefix("\ufeff"))
    for place, what, mend in found.problems:
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert what
        assert mend


def test_a_problem_is_told_with_the_name_of_the_file() -> None:
    assert list(map(str, problems_of(read_marked("a: *x"), "m.yaml"))) == [
        "m.yaml:1:4: the alias *x is not read; write its value out"
    ]


def test_the_slow_parser_reads_the_same_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[2] / "models" / "partnership.yaml").read_text(encoding="utf-8")
    fast = read_marked(text)
    loader: Any = yaml.SafeLoader
    monkeypatch.setattr(marked, "_Loader", loader)
    assert read_marked(text) == fast
    assert isinstance(fast, Marked)
