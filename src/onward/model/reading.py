"""Reader: the shapes of a document (mappings, lists, names, guards), each mistake noted with its place.

It knows how a document is written, not what a model is: `document` puts the parts together.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from attrs import define, evolve, field

from onward.model import marked
from onward.model.elements import ANY, START
from onward.model.grammar import GuardError, parse_guard
from onward.model.guards import Guard
from onward.model.marked import Node, Place, Plain
from onward.model.schema import FORMAT, SCHEMA, Schema, keys_of, required_of
from onward.model.vocabulary import COLUMNS, RESERVED, Vocabulary, is_name
from onward.problems import Problem, nearest, suggestion

_ELSEWHERE = {"within": "only count and sum slide with time: use one of them, or delete it"}
"""What to say of keys that make sense in other parts."""

_OF_EVENT = "event."
_COLUMNS = ", ".join(COLUMNS)
_OF_TYPE = ("event", "event_type", "type")
"""What people call the type of an event."""

_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
"""What YAML calls a number without an end, and one that is none."""

_ENOUGH = 100


@define
class Reader:
    """Walks a document; notes what is wrong and goes on with what is left."""

    file: str
    problems: list[Problem]
    names: Vocabulary = field(factory=Vocabulary)
    own: Collection[str] = ()
    """The phases and stages of the track whose transitions are read; of every phase in a model without tracks."""
    full: bool = False
    """Whether so much is wrong that the rest is left alone."""
    schema: Schema = SCHEMA
    """The shape of the document: which keys there are."""

    def note(self, place: Place, what: str, mend: str) -> None:
        """Keep a problem at *place* for the end."""
        self.problems.append(Problem(place.within(self.file), what, mend))

    def fields(self, node: Node, part: str, thing: str, also: tuple[str, ...] = ()) -> dict[str, Node]:
        """Return the entries of a mapping by key; note a node that is none, unknown keys and missing ones.

        The schema knows which keys there are, and those that must be there; *also* must these.
        """
        if not isinstance(node, marked.Mapping):
            self.note(node.place, f"{thing} is not written as keys and values", f"write {{{self._example(part)}}}")
            return {}
        known = keys_of(part, self.schema)
        found: dict[str, Node] = {}
        for key, value in node.entries:
            if key.text in known:
                found[key.text] = value
            else:
                mend = _ELSEWHERE.get(key.text) or suggestion(key.text, known)
                self.note(key.place, f"{thing} has no key {key.text!r}", mend)
        for key_name in (*required_of(part, self.schema), *also):
            if key_name not in found and not self.is_slip(node, key_name, known):
                example = FORMAT if key_name == "onward" else "..."
                self.note(node.place, f"{thing} lacks {key_name!r}", f"add {key_name}: {example}")
        return found

    def _example(self, part: str) -> str:
        return ", ".join(f"{key}: ..." for key in required_of(part, self.schema) or keys_of(part, self.schema)[:1])

    def is_slip(self, node: marked.Mapping, missing: str, known: Collection[str]) -> bool:
        """Tell whether an unknown key was reported with *missing* as the one meant: one slip, one problem."""
        meant = {missing, "tracks"} if missing in {"phases", "transitions"} else {missing}
        return any(nearest(key.text, known) in meant for key, _ in node.entries if key.text not in known)

    def undecided(self, node: Node, kinds: tuple[str, ...], thing: str, does: str, mend: str) -> None:
        """Note a mapping without the key that tells its kind, or the misspelt key that may be meant for it."""
        known = {key for kind in kinds for key in keys_of(kind, self.schema)}
        for key, _ in node.entries if isinstance(node, marked.Mapping) else ():
            meant = nearest(key.text, kinds)
            if key.text not in known and meant:
                self.note(key.place, f"{thing} has no key {key.text!r}", f"did you mean {meant!r}?")
                return
        self.note(node.place, f"{thing} does not say what it {does}", mend)

    def entries(self, node: Node | None, thing: str, example: str) -> tuple[tuple[Plain, Node], ...]:
        """Return the names and values of a mapping; note what is none."""
        if node is None or is_null(node):
            return ()
        if isinstance(node, marked.Mapping):
            return node.entries
        self.note(node.place, f"{thing} are not written as names and values", f"write {example}, one a line")
        return ()

    def items(self, node: Node | None, thing: str) -> tuple[Node, ...]:
        """Return the entries of a list; note what is none."""
        if node is None or is_null(node):
            return ()
        if isinstance(node, marked.Sequence):
            return node.items
        self.note(node.place, f"{thing} are not written as a list", "begin each with a dash")
        return ()

    def until_full(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """Yield *nodes* until enough is wrong with the document."""
        for node in nodes:
            if self.is_full(node.place):
                return
            yield node

    def is_full(self, place: Place) -> bool:
        """Tell, and note at *place*, that nobody could act on more: each search for a nearest name takes its time."""
        if len(self.problems) >= _ENOUGH and not self.full:
            self.full = True
            self.note(place, "the rest is not read", "mend what stands before it first")
        return self.full

    def text(self, node: Node | None, thing: str) -> str:
        """Return a text on one line, empty where there is none; note what is none."""
        if node is None:
            return ""
        if isinstance(node, Plain):
            return " ".join(node.text.split())
        self.note(node.place, f"{thing} is no text", "write one text")
        return ""

    def truth(self, node: Node | None, thing: str) -> bool:
        """Return true or false, false where nothing is written; note what is neither."""
        if node is None:
            return False
        if isinstance(node, Plain) and isinstance(node.value, bool):
            return node.value
        said = f" {node.text}, which is" if isinstance(node, Plain) else ""
        self.note(node.place, f"{thing} is{said} neither true nor false", "write true or false")
        return False

    def name(self, key: Plain, thing: str) -> str:
        """Return a name that guards can use; note one that they cannot."""
        if not is_name(key.text):
            better = re.sub(r"\W+", "_", key.text).strip("_")
            better = better if is_name(better) else f"{thing}_{better}".strip("_")
            mend = f"use letters, digits and _ only, no digit first: {better}"
            self.note(key.place, f"{key.text!r} is no name for a {thing}", mend)
        elif key.text in RESERVED:
            self.note(key.place, f"{key.text!r} is a word of the guard language", f"give the {thing} another name")
        return key.text

    def one_or_more(self, node: Node | None, thing: str) -> tuple[Plain, ...]:
        """Return the single name or the names of a list; note what is neither."""
        if isinstance(node, Plain) and not is_null(node):
            return (node,)
        if isinstance(node, marked.Sequence) and node.items:
            for item in node.items:
                if not isinstance(item, Plain):
                    self.note(item.place, f"{thing} is no name", "write one name, or a list of names")
            return tuple(item for item in node.items if isinstance(item, Plain))
        if node is not None:
            self.note(node.place, f"{thing} is missing", "write one name, or a list of names")
        return ()

    def known(self, node: Node | None, thing: str, names: Collection[str], also: str = "") -> tuple[str, ...]:
        """Return the names in *node* that are among *names*, or are *also*; note the others."""
        found = []
        for plain in self.one_or_more(node, f"the {thing}"):
            if plain.text in names or (also and plain.text == also):
                found.append(plain.text)
            elif thing == "phase" and self.names.phases.get(plain.text):
                track = self.names.phases[plain.text]
                mend = f"a transition stays on its track: move it to {track}, or ask {track}.phase in a guard"
                self.note(plain.place, f"{plain.text!r} is a phase of {track}, not of {self.names.track}", mend)
            elif plain.text == START:
                self.note(plain.place, "nothing leads back to start", "a case is there only before its first phase")
            else:
                dotted = [name for name in names if name.endswith(f".{plain.text}")]
                choice = [*filter(None, [also]), *names]
                mend = f"did you mean {dotted[0]!r}?" if dotted else suggestion(plain.text, choice)
                self.note(plain.place, f"there is no {thing} {plain.text!r}", mend)
        return tuple(found)

    def phases_named(self, node: Node | None) -> tuple[str, ...]:
        """Return phases, stages and `start`; note unknown ones, and with a track those of another."""
        return self.known(node, "phase", self.own if self.names.track else self.names.phases, also=START)

    def types_named(self, node: Node | None) -> tuple[str, ...]:
        """Return event types and `any`; note unknown ones."""
        return self.known(node, "event type", self.names.types, also=ANY)

    def column(self, node: Node | None, thing: str, key: str = "") -> str:
        """Return the name of a column of the log, which stands under *key*; note one that is no attribute's.

        Guards say `event.place`, and so do people here: what follows `event.` is the name that they mean.
        """
        text = self.text(node, "the attribute")
        name = text.removeprefix(_OF_EVENT)
        if not isinstance(node, Plain):
            return name
        if not name:
            self.note(node.place, f"{thing} names no attribute", "write the name of a column of the log")
        elif not self._is_kept_apart(node, name) and name != text:
            meant = f"{key}: {name}" if key else name
            mend = f"write {meant}: the attribute stands without event. here"
            self.note(node.place, f"{thing} names {text!r}, as guards do", mend)
        return name

    def _is_kept_apart(self, node: Plain, name: str) -> bool:
        """Tell, and note, whether a log has the column *name* for itself: no event has it as an attribute."""
        if name in _OF_TYPE:
            mend = "types stand under events and of, and an attribute needs another name"
            self.note(node.place, f"{name!r} is the type of an event, not an attribute", mend)
        elif name in COLUMNS:
            self.note(node.place, f"{name!r} is no attribute of an event", f"use a column other than {_COLUMNS}")
        return name in {*_OF_TYPE, *COLUMNS}

    def part_of(self, node: Node | None, thing: str, key: str = "") -> tuple[str, str]:
        """Return the name of a column and, behind a dot, the part of its values: `actors.ecology`."""
        text = self.column(node, thing, key)
        column, _, part = text.rpartition(".")
        if not column or not is_name(part):
            return text, ""
        if isinstance(node, Plain) and not node.text.startswith(_OF_EVENT):
            self._is_kept_apart(node, column)
        return column, part

    def whole(self, node: Node | None, thing: str, key: str) -> str:
        """Return the name of a column with one value; note a part of one with several."""
        before = len(self.problems)
        column, part = self.part_of(node, thing, key)
        if node is not None and part and len(self.problems) == before:
            mend = f"count the events that have one: {{count: [types], where: '\"x\" in event.{column}.{part}'}}"
            self.note(node.place, f"'{column}.{part}' can have several values", mend)
        return column

    def guard(self, node: Node | None, *, event: bool = True, case: bool = True, before: bool = False) -> Guard | None:
        """Return the guard in *node*, None without one; note its mistakes at their own columns."""
        if node is None:
            return None
        if not isinstance(node, Plain):
            self.note(node.place, "a guard is one text", "write a condition, in quotes if it contains ': ' or '#'")
            return None
        try:
            return parse_guard(node.text, evolve(self.names, event=event, case=case, before=before))
        except GuardError as error:
            for mistake in error.mistakes:
                if place := node.at(mistake.offset):
                    self.note(place, mistake.what, mistake.mend)
                else:
                    at = f"at character {mistake.offset + 1} of the guard"
                    self.note(node.place, f"{mistake.what} ({at})", mistake.mend)
            return None


def is_null(node: Node) -> bool:
    """Tell whether nothing is written there."""
    return isinstance(node, Plain) and node.value is None


def is_no_number(node: Node) -> bool:
    """Tell whether one of YAML's infinities is written there, or what is no number to YAML."""
    return isinstance(node, Plain) and not node.quoted and _NO_NUMBER.fullmatch(node.text) is not None


def field_of(node: Node, key: str) -> Node | None:
    """Return what a mapping has under *key*, None if it has nothing or is no mapping."""
    found = [value for name, value in node.entries if name.text == key] if isinstance(node, marked.Mapping) else []
    return found[0] if found else None
