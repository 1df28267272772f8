"""YAML text → a tree of values that know their line and column.

Only what a model file needs: mappings, sequences and plain values by the rules of YAML 1.2 (so `on` is a word, not a
truth value). Tags, anchors and aliases are refused, which also disarms documents that grow when they are expanded.
This is the one module that knows PyYAML, and of it only the event stream, which carries the marks.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from attrs import field, frozen

from onward.model.guards import Scalar
from onward.problems import Problem

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover  # wheels of PyYAML carry the fast parser; a build from source may not
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_DEEPEST = 50
_DIGITS = 18  # a whole number beyond that does not fit a 64-bit column
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@frozen(order=True)
class Place:
    """A place in a text: line and column, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@frozen
class Plain:
    """A single value.

    Attributes:
        text: as written, without quotes.
        quoted: whether it stood in quotes or in a block.
        place: where it starts.
        inside: where its first character stands, if the whole text stands on one line exactly as in the file.

    """

    text: str
    quoted: bool
    place: Place
    inside: Place | None = None

    @property
    def value(self) -> Scalar | None:
        """The value meant: null, true or false, an integer, a number, or the text."""
        if self.quoted:
            return self.text
        if self.text in _NULL:
            return None
        if self.text in _TRUTH:
            return _TRUTH[self.text]
        if _INTEGER.fullmatch(self.text) and len(self.text) <= _DIGITS:
            return int(self.text)
        return float(self.text) if _NUMBER.fullmatch(self.text) else self.text


@frozen
class Sequence:
    """A list of nodes."""

    items: "tuple[Node, ...]"
    place: Place


@frozen
class Mapping:
    """Keys and nodes, in file order, each key once."""

    entries: "tuple[tuple[Plain, Node], ...]"
    place: Place


Node = Plain | Sequence | Mapping


@frozen
class Marked:
    """A document as a tree, and what is wrong with it as YAML, each problem with its place."""

    root: Node | None
    problems: tuple[tuple[Place, str, str], ...]


def read_marked(text: str) -> Marked:
    """Return the tree of the one YAML document in *text*."""
    builder = _Builder(text)
    try:
        stream: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        root = builder.document(stream)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.problems.append((_place(mark), *_in_our_words(error)))
        root = None
    except yaml.reader.ReaderError as error:
        builder.problems.append((_at(text, error.position), "a character that YAML does not allow", "delete it"))
        root = None
    return Marked(root, tuple(builder.problems))


def problems_of(marked: Marked, name: str) -> list[Problem]:
    """Return the problems of *marked*, found in the file *name*."""
    return [Problem(f"{name}:{place}", what, mend) for place, what, mend in marked.problems]


@frozen
class _Builder:
    """Builds nodes from the parser's events; what is refused is noted and left out."""

    text: str
    problems: list[tuple[Place, str, str]] = field(factory=list)

    def document(self, stream: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in stream:
            if isinstance(event, yaml.NodeEvent):
                if root is not None:
                    self.note(event, "a second document", "keep one document a file: delete the line ---")
                    break
                root = self.node(event, stream, 0)
        return root

    def note(self, event: Any, what: str, mend: str) -> None:  # noqa: ANN401  # PyYAML has no types of its own
        self.problems.append((_place(event.start_mark), what, mend))

    def node(self, event: Any, stream: Iterator[Any], depth: int) -> Node:  # noqa: ANN401
        if depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if getattr(event, "anchor", None) is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self.note(event, f"{sign}{event.anchor}: anchors and aliases are not read", "write the value out")
        if getattr(event, "tag", None) is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.note(event, f"the tag {tag} is not read", "delete it: a model file holds plain values only")
        place = _place(event.start_mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.items(stream, depth + 1)), place)
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(tuple(self.entries(stream, depth + 1)), place)
        if isinstance(event, yaml.AliasEvent):
            return Plain("", quoted=False, place=place)
        return Plain(event.value, quoted=bool(event.style), place=place, inside=self.inside(event))

    def items(self, stream: Iterator[Any], depth: int) -> Iterator[Node]:
        for event in stream:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self.node(event, stream, depth)

    def entries(self, stream: Iterator[Any], depth: int) -> Iterator[tuple[Plain, Node]]:
        seen: dict[str, Place] = {}
        for event in stream:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self.node(event, stream, depth)
            value = self.node(next(stream), stream, depth)
            if not isinstance(key, Plain):
                self.note(event, "a key that is no plain word", "write key: value")
            elif key.text in seen:
                where = f"line {seen[key.text].line}"
                self.note(event, f"{key.text!r} stands here a second time", f"delete one; the first is in {where}")
            else:
                seen[key.text] = key.place
                yield key, value

    def inside(self, event: Any) -> Place | None:  # noqa: ANN401
        """Return where the text of a scalar begins, if columns inside it are columns of the file."""
        start, end = event.start_mark, event.end_mark
        if start.line != end.line:
            return None
        # Marks count characters here: `yaml.parse` was given text, not bytes.
        written = self.text[start.index : end.index]
        at = written.find(event.value)
        return None if at < 0 else Place(start.line + 1, start.column + at + 1)


def _place(mark: Any) -> Place:  # noqa: ANN401
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


def _at(text: str, index: int) -> Place:
    before = text[:index]
    return Place(before.count("\n") + 1, index - before.rfind("\n"))


def _in_our_words(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Return what is wrong and the mend for what the YAML parser says."""
    said = error.problem or "not YAML"
    for sign, mend in _MENDS.items():
        if sign in said:
            return f"this is not YAML: {said}", mend
    return f"this is not YAML: {said}", "check the indentation, the colons and the quotes just before this place"


_MENDS = {
    "cannot start any token": "indent with blanks, never tabs, and put quotes round a text that begins with a sign",
    "mapping values are not allowed": "put quotes round a text that contains ': '",
    "nested too deeply": "a model file needs five levels at most",
    "did not find expected ',' or": "close the bracket that is open, or put a comma between the parts",
    "unexpected end of stream": "close the quote or bracket that is open",
    "undefined alias": "write the value out: anchors and aliases are not read",
    "found undefined tag": "delete it: a model file holds plain values only",
    "tag": "delete it: a model file holds plain values only",
}


class _Writer(yaml.SafeDumper):
    """Writes by the rules of YAML 1.2: quotes go round a text that would be read as something else."""


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_text = isinstance(Plain(text, quoted=False, place=Place(1, 1)).value, str)
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_text else '"')


_Writer.add_representer(str, _write_text)


def write_yaml(document: object) -> str:
    """Return *document* (plain mappings, lists and values) as YAML that `read_marked` understands."""
    written: str = yaml.dump(document, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=100)
    return written
