"""YAML text → a tree of values that know their line and column.

Only what a model file needs: mappings, sequences and plain values by the rules of YAML 1.2 (so `on` is a word, not a
truth value). Tags, anchors and aliases are refused, which also disarms documents that grow when they are expanded.
This is the one module that knows PyYAML, and of it only the event stream, which carries the marks.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml
from attrs import evolve, field, frozen
from yaml.reader import Reader

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
_NOT_YAML = Reader.NON_PRINTABLE  # compiling so many ranges once more would take 10 ms of every start
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@frozen(order=True)
class Place:
    """A place in a text: line and column, both from 1.

    *file* is what problems call the text, "" for the one that is read. What was written nowhere has no line: line 0.
    """

    line: int
    column: int
    file: str = ""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"

    def within(self, file: str) -> str:
        """Return the place as a problem's `where`, *file* being the text that is read."""
        return f"{self.file or file}:{self}" if self.line else self.file


@frozen
class Plain:
    """A single value.

    Attributes:
        text: as written, without quotes.
        quoted: whether it stood in quotes or in a block.
        place: where it starts.
        written: as written, with quotes and block signs and on as many lines as it takes.

    """

    text: str
    quoted: bool
    place: Place
    written: str = ""

    def at(self, offset: int) -> Place | None:
        """Return where the character at *offset* of the text stands in the file; None if that cannot be told.

        YAML folds lines and cuts blanks, and leaves everything else as it is unless there are escapes in quotes. So
        the n-th character that is no blank is the n-th such character of what is written.
        """
        if not self.quoted:
            start = 0
        elif self.written[:1] in {"|", ">"}:
            start = self.written.find("\n") + 1
        else:
            start = 1
        if not self.place.line:
            return None
        ink = [at for at, sign in enumerate(self.written) if at >= start and not sign.isspace()]
        said = [sign for sign in self.text if not sign.isspace()]
        if [self.written[at] for at in ink[: len(said)]] != said:
            return None
        before = sum(not sign.isspace() for sign in self.text[:offset])
        on_ink = not self.text[offset : offset + 1].isspace() and offset < len(self.text)
        index = ink[before] if on_ink else ink[before - 1] + 1 if before else start
        lines = _LINE_END.split(self.written[:index])
        column = len(lines[-1]) + (self.place.column if len(lines) == 1 else 1)
        return Place(self.place.line + len(lines) - 1, column, self.place.file)

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
    """Return the tree of the one YAML document in *text*; no tree if parts of it could not be read."""
    text = text.removeprefix("\ufeff")
    if odd := _NOT_YAML.search(text):
        what = f"the character U+{ord(odd[0]):04X}, which YAML does not allow"
        return Marked(None, ((_at(text, odd.start()), what, "delete it"),))
    builder = _Builder(text)
    root = None
    try:
        stream: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        root = builder.document(stream)
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_in_our_words(error, text))
    return Marked(None if builder.unread else root, tuple(builder.problems))


def problems_of(marked: Marked, name: str) -> list[Problem]:
    """Return the problems of *marked*, found in the file *name*."""
    return [Problem(f"{name}:{place}", what, mend) for place, what, mend in marked.problems]


@frozen
class _Builder:
    """Builds nodes from the parser's events; what is refused is noted, and *unread* if its value is then missing."""

    text: str
    problems: list[tuple[Place, str, str]] = field(factory=list)
    unread: list[Place] = field(factory=list)

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
        # A document that ends with `---` goes on, for the parser, behind its last line.
        ends = len(self.text.rstrip())
        place = _place(event.start_mark) if event.start_mark.index < ends else _at(self.text, ends)
        self.problems.append((place, what, mend))

    def node(self, event: Any, stream: Iterator[Any], depth: int) -> Node:  # noqa: ANN401
        if depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        place = _place(event.start_mark)
        if getattr(event, "anchor", None) is not None:
            self.unread.append(place)
            if isinstance(event, yaml.AliasEvent):
                self.note(event, f"the alias *{event.anchor} is not read", "write its value out")
            else:
                self.note(event, f"the anchor &{event.anchor} is not read", "delete it, and write each value out")
        if getattr(event, "tag", None) is not None:
            self.unread.append(place)
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            mend = "delete it, or put quotes round a text that begins with !; in a guard write not"
            self.note(event, f"{tag} is read as a tag of YAML", mend)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.items(stream, depth + 1)), place)
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(tuple(self.entries(stream, depth + 1)), place)
        if isinstance(event, yaml.AliasEvent):
            return Plain("", quoted=False, place=place)
        # Marks count characters here: `yaml.parse` was given text, not bytes.
        written = self.text[event.start_mark.index : event.end_mark.index]
        return Plain(event.value, quoted=bool(event.style), place=place, written=written)

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
                self.note(event, f"{key.text!r} stands here a second time", f"delete one: the first is in {where}")
            else:
                seen[key.text] = key.place
                yield key, value


def _place(mark: Any) -> Place:  # noqa: ANN401
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


def _at(text: str, index: int) -> Place:
    lines = _LINE_END.split(text[:index])
    return Place(len(lines), len(lines[-1]) + 1)


def _in_our_words(error: yaml.MarkedYAMLError, text: str) -> tuple[Place, str, str]:
    """Return where what the YAML parser stumbled over is, what is wrong there, and the mend."""
    said = error.problem or "it is something else"
    index = error.problem_mark.index if error.problem_mark else 0
    # The parser finds out at the end of the file, which is no line any more: the last character is one.
    ends = len(text.rstrip())
    here = _place(error.problem_mark or error.context_mark) if index < ends else _at(text, ends)
    # Where a bracket or a quote is left open, the parser stumbles far below; the place to mend is where it opens.
    opened = _place(error.context_mark) if error.context_mark else here
    if "mapping values" in said:
        line = _LINE_END.split(text[:index])[-1]
        if ": " in line:
            return here, "a second ': ' in one line", "put quotes round the text that contains it"
        begins = Place(here.line, len(line) - len(line.lstrip()) + 1)
        mend = "begin it in the same column as its neighbours, or end the line before with a colon"
        return begins, "this line does not fit those before it", mend
    if text[index : index + 1] == "\t":
        return here, "a tab", "indent with blanks"
    if "cannot start any token" in said:
        return here, f"a text cannot begin with {text[index : index + 1]}", "put quotes round it"
    if "expected ',' or" in said and here.line == opened.line and index < ends:
        mend = "put a comma between two parts, and quotes round a text that contains brackets, commas or ': '"
        return here, "a comma or quotes are missing", mend
    for sign, from_opening, what, mend in _SAYINGS:
        if sign in f"{error.context} {said}":
            return opened if from_opening else here, what, mend
    return here, f"this is not YAML: {said}", "check the indentation, the colons and the quotes just before this place"


_MISFIT = "this does not fit what stands before it"
_REALIGN = "begin the parts of one list or mapping in the same column, and put quotes round the whole of a text"
# What libyaml says, whether the place is where the construct opens, what is wrong, and the mend.
_SAYINGS = (
    (
        "a tag",
        True,
        "a text that begins with !, which YAML takes for a tag",
        "put quotes round it; in a guard write not",
    ),
    ("an anchor", True, "a text that begins with &, which YAML takes for an anchor", "put quotes round it"),
    ("an alias", True, "a text that begins with *, which YAML takes for an alias", "put quotes round it"),
    ("expected ':'", True, "a line without a colon", "write key: value, or indent a text that goes on from above"),
    ("node content", False, "a value is missing here", "write it, close what is open, or put quotes round a sign"),
    ("nested too deeply", False, "this is nested too deeply", "a model file needs five levels at most"),
    ("maximum nesting depth", False, "this is nested too deeply", "a model file needs five levels at most"),
    ("expected ',' or", True, "a bracket that is never closed", "close it, or put the comma that is missing after it"),
    ("unexpected end of stream", True, "a quote that is never closed", "put the same quote at the end of the text"),
    ("unexpected document", True, "a quote that is never closed", "put the same quote at the end of the text"),
    ("sequence entries", False, "a list cannot begin here", "begin it in the next line, or write [first, second]"),
    ("line break", True, "a text after | or > begins in the next line", "break the line, or put quotes round the text"),
    ("escape character", False, "a backslash that stands for nothing", "write it twice, or use single quotes"),
    ("expected key", False, _MISFIT, _REALIGN),
    ("expected '-'", False, _MISFIT, _REALIGN),
)


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


def tree_of(document: object, place: Place) -> Node:
    """Return *document* (plain mappings, lists and values) as the tree that its YAML has, all of it at *place*."""
    match document:
        case dict():
            return Mapping(tuple((_plain(key, place), tree_of(each, place)) for key, each in document.items()), place)
        case list() | tuple():
            return Sequence(tuple(tree_of(item, place) for item in document), place)
        case _:
            return _plain(document, place)


def _plain(value: object, place: Place) -> Plain:
    match value:
        case None:
            return Plain("", quoted=False, place=place)
        case bool():
            return Plain("true" if value else "false", quoted=False, place=place)
        case float() if not math.isfinite(value):
            return Plain(".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf", quoted=False, place=place)
        case int() | float():
            return Plain(repr(value), quoted=False, place=place)
        case _:
            bare = Plain(str(value), quoted=False, place=place)
            return bare if isinstance(bare.value, str) else Plain(bare.text, quoted=True, place=place)


def located(node: Node, file: str) -> Node:
    """Return *node* with places that say in which *file* they are, for a tree whose parts go into another."""
    match node:
        case Mapping(entries, place):
            inside = tuple((evolve(key, place=evolve(key.place, file=file)), located(v, file)) for key, v in entries)
            return Mapping(inside, evolve(place, file=file))
        case Sequence(items, place):
            return Sequence(tuple(located(item, file) for item in items), evolve(place, file=file))
        case Plain():  # the union is closed
            return evolve(node, place=evolve(node.place, file=file))


def document_of(node: Node) -> Any:  # noqa: ANN401  # whatever the document holds
    """Return what *node* holds as plain mappings, lists and values."""
    match node:
        case Mapping(entries):
            return {key.text: document_of(value) for key, value in entries}
        case Sequence(items):
            return [document_of(item) for item in items]
        case Plain():  # the union is closed
            return node.value
