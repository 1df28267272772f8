"""Model document → Model. Every mistake in a document is found in one pass and named by line and column."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeVar

from attrs import define, evolve, field, frozen

from onward.model import marked
from onward.model.checks import eventless_loop
from onward.model.elements import (
    ANY,
    START,
    Count,
    Distinct,
    EventKind,
    Forbid,
    Invariant,
    Label,
    Phase,
    Reducer,
    Shown,
    Transition,
    Variable,
    Years,
)
from onward.model.grammar import RESERVED, GuardError, Vocabulary, is_name, parse_guard, write_guard
from onward.model.guards import Guard, Scalar
from onward.model.marked import Node, Place, Plain
from onward.model.model import Model, places_of
from onward.model.schema import FORMAT, keys_of, required_of
from onward.problems import ModelError, Problem, nearest, suggestion

CASE_COLUMNS = ("case", "track", "phase", "stage", "label", "since", "first_event", "last_event", "events", "moves")
"""The columns that every table of cases has; a model cannot show another of that name."""

LATER = {
    "after": "timers are not part of this version",
    "tracks": "tracks are not part of this version; write one model a track",
    "within": "sliding windows are not part of this version",
    **dict.fromkeys(("sum", "max", "latest", "flag", "open"), "this version remembers with count and distinct"),
}
"""Keys that the format names and that this version does not read, so that nobody takes them for typos."""


def parse_model(text: str, name: str = "model") -> Model:
    """Return the model that a document says.

    Args:
        text: the whole document (YAML).
        name: what problems call the document, mostly its file name.

    Raises:
        ModelError: with every problem of the document, as `name:line:column: what; mend`.

    """
    tree = marked.read_marked(text)
    reader = _Reader(name, marked.problems_of(tree, name))
    if isinstance(tree.root, marked.Mapping):
        model = reader.model(tree.root)
    else:
        model = None
        if not reader.problems:
            place = tree.root.place if tree.root else Place(1, 1)
            reader.note(place, "this is no model", "begin with `onward: 1`; `onward schema` has the whole format")
    if reader.problems or model is None:
        raise ModelError(sorted(reader.problems, key=_line_and_column))
    return model


def _line_and_column(problem: Problem) -> tuple[int, ...]:
    return tuple(int(part) for part in problem.where.rsplit(":", 2)[1:])


T = TypeVar("T")


@frozen
class _Defined:
    """A name that the document gives to something."""

    name: str
    thing: str
    place: Place


@define
class _Reader:
    """Walks a document; notes what is wrong and goes on with what is left."""

    file: str
    problems: list[Problem]
    names: Vocabulary = field(factory=Vocabulary)

    def note(self, place: Place, what: str, mend: str) -> None:
        self.problems.append(Problem(f"{self.file}:{place}", what, mend))

    # ---- shapes

    def fields(self, node: Node, part: str, thing: str) -> dict[str, Node]:
        """Return the entries of a mapping by key; note a node that is none, unknown keys and missing ones."""
        if not isinstance(node, marked.Mapping):
            self.note(node.place, f"{thing} is not written as keys and values", f"write {{{_example(part)}}}")
            return {}
        known = keys_of(part)
        found: dict[str, Node] = {}
        for key, value in node.entries:
            if key.text in known:
                found[key.text] = value
            else:
                mend = LATER.get(key.text) or suggestion(key.text, known)
                self.note(key.place, f"{thing} has no key {key.text!r}", mend)
        for key_name in required_of(part):
            if key_name not in found and not self.is_slip(node, key_name, known):
                example = FORMAT if key_name == "onward" else "..."
                self.note(node.place, f"{thing} lacks {key_name!r}", f"add {key_name}: {example}")
        return found

    def is_slip(self, node: marked.Mapping, missing: str, known: Collection[str]) -> bool:
        """Tell whether an unknown key was reported with *missing* as the one meant: one slip, one problem."""
        unknown = [key.text for key, _ in node.entries if key.text not in known]
        if missing in {"phases", "transitions"} and "tracks" in unknown:
            return True
        return any(suggestion(text, known) == f"did you mean {missing!r}?" for text in unknown)

    def entries(self, node: Node | None, thing: str, example: str) -> tuple[tuple[Plain, Node], ...]:
        if node is None or _is_null(node):
            return ()
        if isinstance(node, marked.Mapping):
            return node.entries
        self.note(node.place, f"{thing} are not written as names and values", f"write {example}, one a line")
        return ()

    def items(self, node: Node | None, thing: str) -> tuple[Node, ...]:
        if node is None or _is_null(node):
            return ()
        if isinstance(node, marked.Sequence):
            return node.items
        self.note(node.place, f"{thing} are not written as a list", "begin each with a dash")
        return ()

    def text(self, node: Node | None, thing: str) -> str:
        if node is None:
            return ""
        if isinstance(node, Plain):
            return " ".join(node.text.split())
        self.note(node.place, f"{thing} is no text", "write one text")
        return ""

    def truth(self, node: Node | None, thing: str) -> bool:
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
        if isinstance(node, Plain) and not _is_null(node):
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
            elif plain.text == START:
                self.note(plain.place, "nothing leads back to start", "a case is there only before its first phase")
            else:
                dotted = [name for name in names if name.endswith(f".{plain.text}")]
                choice = [*filter(None, [also]), *names]
                mend = f"did you mean {dotted[0]!r}?" if dotted else suggestion(plain.text, choice)
                self.note(plain.place, f"there is no {thing} {plain.text!r}", mend)
        return tuple(found)

    def phases_named(self, node: Node | None) -> tuple[str, ...]:
        return self.known(node, "phase", self.names.phases, also=START)

    def types_named(self, node: Node | None) -> tuple[str, ...]:
        return self.known(node, "event type", self.names.types, also=ANY)

    def column(self, node: Node | None, thing: str) -> str:
        """Return the name of a column of the log; note one that is empty."""
        text = self.text(node, "the attribute")
        if isinstance(node, Plain) and not text:
            self.note(node.place, f"{thing} names no attribute", "write the name of a column of the log")
        return text

    def guard(self, node: Node | None, *, event: bool = True, case: bool = True, before: bool = False) -> Guard | None:
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

    # ---- the parts of a model

    def model(self, root: marked.Mapping) -> Model | None:
        parts = self.fields(root, "", "the model")
        self.version(parts.get("onward"))
        name = self.text(parts.get("name"), "the name")
        if isinstance(parts.get("name"), Plain) and not is_name(name):
            self.note(parts["name"].place, f"{name!r} is no name for a model", "use letters, digits and _ only")
        phases = tuple(self.phases(parts.get("phases")))
        events = tuple(
            self.event(key, node) for key, node in self.entries(parts.get("events"), "the events", "name: {}")
        )
        parameters = self.parameters(parts.get("parameters"))
        remembered = self.entries(parts.get("context"), "the variables", "name: {count: [types]}")
        self.one_meaning_each(parts)
        # Where a whole part is missing, every name of it would be unknown below: one slip, one problem.
        if not phases or not isinstance(parts.get("events"), marked.Mapping):
            return None
        self.names = Vocabulary(
            parameters=parameters,
            context=dict.fromkeys(key.text for key, _ in remembered),
            phases=dict.fromkeys(name for phase in phases for name in (phase.name, *places_of(phase))),
            types=dict.fromkeys(event.name for event in events),
        )
        transitions = self.items(parts.get("transitions"), "the transitions")
        model = Model(
            name=name,
            title=self.text(parts.get("title"), "the title"),
            source=self.text(parts.get("source"), "the source"),
            cases=self.cases(parts.get("cases")),
            phases=phases,
            events=events,
            parameters=tuple((name, value) for name, value in parameters.items() if value is not None),
            context=_read(self.variable(*entry) for entry in remembered),
            transitions=tuple(self.transition(node) for node in transitions),
            forbid=tuple(self.forbid(node) for node in self.items(parts.get("forbid"), "the rules under forbid")),
            invariants=_read(map(self.invariant, self.items(parts.get("invariants"), "the invariants"))),
            shows=_read(self.shown(*entry) for entry in self.entries(parts.get("show"), "the columns", "name: {...}")),
        )
        if self.problems:
            return None
        loop = eventless_loop(model)
        if loop is not None:
            place = transitions[model.transitions.index(loop.transitions[0])].place
            self.note(place, f"transitions without an event can go round for ever: {loop}", loop.mend)
        return model

    def version(self, node: Node | None) -> None:
        if node is None or (isinstance(node, Plain) and node.text == str(FORMAT) and not node.quoted):
            return
        said = "a list or a mapping"
        if isinstance(node, Plain):
            said = repr(node.text) if node.quoted else node.text
        self.note(node.place, f"this version of Onward reads format {FORMAT}, not {said}", f"write onward: {FORMAT}")

    def cases(self, node: Node | None) -> Literal["pairs", "column"]:
        text = self.text(node, "cases")
        if node is not None and text not in {"pairs", "column"}:
            mend = "write pairs (every pair of an event's organizations) or column (the log's column `case`)"
            self.note(node.place, f"cases cannot be {text!r}", mend)
        return "pairs" if text == "pairs" else "column"

    def phases(self, node: Node | None) -> Iterable[Phase]:
        return self.phase_list(self.at_least_one(node, "phases"), "phase")

    def at_least_one(self, node: Node | None, thing: Literal["phases", "stages"]) -> tuple[Node, ...]:
        items = self.items(node, f"the {thing}")
        if node is not None and not items and not isinstance(node, marked.Mapping):
            mend = "list at least one" + (", or leave the key out" if thing == "stages" else "")
            self.note(node.place, f"there are no {thing}", mend)
        return items

    def phase_list(self, items: Iterable[Node], part: Literal["phase", "stage"]) -> list[Phase]:
        found: dict[str, Phase] = {}
        for item in items:
            if isinstance(item, Plain):
                phase, place = Phase(self.name(item, part)), item.place
            elif isinstance(item, marked.Mapping) and len(item.entries) == 1:
                key, value = item.entries[0]
                phase, place = self.phase(key, value, part), key.place
            else:
                self.note(item.place, f"this is no {part}", "write a name, or one name with its keys: - name: {...}")
                continue
            if phase.name in found:
                self.note(place, f"the {part} {phase.name!r} stands here a second time", "delete one")
            found[phase.name] = phase
        return list(found.values())

    def phase(self, key: Plain, node: Node, part: Literal["phase", "stage"]) -> Phase:
        name = self.name(key, part)
        if _is_null(node):
            return Phase(name)
        parts = self.fields(node, part, f"the {part} {name!r}")
        stages = self.phase_list(self.at_least_one(parts.get("stages"), "stages"), "stage") if part == "phase" else []
        return Phase(
            name=name,
            title=self.text(parts.get("title"), "the title"),
            final=self.truth(parts.get("final"), "final"),
            stages=tuple(stages),
        )

    def event(self, key: Plain, node: Node) -> EventKind:
        if not key.text.strip() or key.text in {ANY, START}:
            self.note(key.place, f"{key.text!r} cannot be an event type", "give it another name")
        if _is_null(node):
            return EventKind(key.text)
        parts = self.fields(node, "event", f"the event type {key.text!r}")
        codes = self.one_or_more(parts.get("cameo"), "cameo")
        return EventKind(key.text, self.text(parts.get("title"), "the title"), tuple(code.text for code in codes))

    def parameters(self, node: Node | None) -> dict[str, Scalar | None]:
        found: dict[str, Scalar | None] = {}
        for key, value in self.entries(node, "the parameters", "name: value"):
            name = self.name(key, "parameter")
            scalar = value.value if isinstance(value, Plain) else None
            if scalar is None or scalar in {float("inf"), float("-inf")}:
                self.note(value.place, f"the parameter {name!r} has no value", "write a number, a text, true or false")
                scalar = None
            found[name] = scalar
        return found

    def one_meaning_each(self, parts: Mapping[str, Node]) -> None:
        """Note every name that two things of the document share: a guard could not tell them apart."""
        first: dict[str, _Defined] = {}
        for defined in self.defined(parts):
            earlier = first.setdefault(defined.name, defined)
            if earlier.thing != defined.thing:
                also = f"{earlier.thing} in line {earlier.place.line}"
                self.note(defined.place, f"{defined.name!r} is {defined.thing} and also {also}", "rename one of them")

    def defined(self, parts: Mapping[str, Node]) -> Iterable[_Defined]:
        for part, thing in (("parameters", "a parameter"), ("events", "an event type"), ("context", "a variable")):
            node = parts.get(part)
            for name, _ in node.entries if isinstance(node, marked.Mapping) else ():
                yield _Defined(name.text, thing, name.place)
        phases = parts.get("phases")
        for item in phases.items if isinstance(phases, marked.Sequence) else ():
            key = _key_of(item)
            yield _Defined(key.text, "a phase", key.place)
            stages = _field(item.entries[0][1], "stages") if isinstance(item, marked.Mapping) and item.entries else None
            for inner in map(_key_of, stages.items if isinstance(stages, marked.Sequence) else ()):
                yield _Defined(f"{key.text}.{inner.text}", "a stage", inner.place)

    def variable(self, key: Plain, node: Node) -> Variable | None:
        name = self.name(key, "variable")
        reducer = self.reducer(name, node)
        if reducer is None:
            return None
        return Variable(name, reducer, self.text(_field(node, "title"), "the title"))

    def reducer(self, name: str, node: Node) -> Reducer | None:
        thing = f"the variable {name!r}"
        if _field(node, "count") is not None:
            parts = self.fields(node, "count", thing)
            return Count(self.types(parts.get("count")), self.guard(parts.get("where"), case=False))
        if _field(node, "distinct") is not None:
            parts = self.fields(node, "distinct", thing)
            attribute = self.column(parts.get("distinct"), thing)
            return Distinct(attribute, self.types(parts.get("of")), self.guard(parts.get("where"), case=False))
        mend = "write {count: [types]} or {distinct: attribute, of: [types]}"
        self.undecided(node, ("count", "distinct"), thing, "remembers", mend)
        return None

    def undecided(self, node: Node, kinds: tuple[str, str], thing: str, does: str, mend: str) -> None:
        """Note a mapping without the key that tells its kind, or the misspelt key that may be meant for it."""
        known = {*keys_of(kinds[0]), *keys_of(kinds[1])}
        for key, _ in node.entries if isinstance(node, marked.Mapping) else ():
            meant = nearest(key.text, kinds)
            if key.text not in known and (key.text in LATER or meant):
                why = LATER.get(key.text) or f"did you mean {meant!r}?"
                self.note(key.place, f"{thing} has no key {key.text!r}", why)
                return
        self.note(node.place, f"{thing} does not say what it {does}", mend)

    def types(self, node: Node | None) -> tuple[str, ...] | None:
        names = self.types_named(node)
        return None if ANY in names else names

    def transition(self, node: Node) -> Transition:
        parts = self.fields(node, "transition", "a transition")
        target = self.known(parts.get("to"), "phase", self.names.phases)
        if len(target) > 1:
            self.note(parts["to"].place, "a transition leads to one phase", "write a transition for each")
        return Transition(
            sources=self.phases_named(parts.get("from")),
            target="".join(target[:1]),
            on=self.types_named(parts["on"]) if "on" in parts else None,
            when=self.guard(parts.get("when")),
            title=self.text(parts.get("name"), "the name"),
        )

    def forbid(self, node: Node) -> Forbid:
        parts = self.fields(node, "forbid", "a rule under forbid")
        return Forbid(
            on=self.types_named(parts.get("on")),
            phases=self.phases_named(parts["in"]) if "in" in parts else None,
            when=self.guard(parts.get("when")),
            because=self.text(parts.get("because"), "the reason"),
        )

    def invariant(self, node: Node) -> Invariant | None:
        if isinstance(node, Plain):
            if node.text == "irreversible":
                return Invariant(node.text, "irreversible")
            self.note(
                node.place, f"there is no invariant {node.text!r}", "write irreversible, {always: ...} or {step: ...}"
            )
            return None
        if _field(node, "step") is None and _field(node, "always") is None:
            mend = "write irreversible, {always: ...} or {step: ...}"
            self.undecided(node, ("always", "step"), "an invariant", "demands", mend)
            return None
        kind: Literal["always", "step"] = "step" if _field(node, "step") is not None else "always"
        parts = self.fields(node, kind, "an invariant")
        guard = self.guard(parts.get(kind), event=kind == "step", before=kind == "step")
        if guard is None:
            return None
        return Invariant(self.text(parts.get("name"), "the name") or write_guard(guard), kind, guard)

    def shown(self, key: Plain, node: Node) -> Shown | None:
        thing = f"the column {key.text!r}"
        if key.text in CASE_COLUMNS:
            self.note(key.place, f"{key.text!r} is a column of every table of cases", "give it another name")
        if _field(node, "label") is not None:
            parts = self.fields(node, "label", thing)
            choices = [
                (choice.text, self.guard(guard, event=False))
                for choice, guard in self.entries(parts.get("label"), "the labels", "text: guard")
            ]
            if isinstance(parts["label"], marked.Mapping) and not choices:
                self.note(parts["label"].place, f"{thing} has no labels", "write label: {text: guard}")
            return Label(key.text, tuple((text, guard) for text, guard in choices if guard is not None))
        if _field(node, "years") is not None:
            parts = self.fields(node, "years", thing)
            return Years(
                name=key.text,
                attribute=self.column(parts.get("years"), thing),
                types=self.known(parts.get("of"), "event type", self.names.types),
                moments=self.known(parts.get("moments"), "event type", self.names.types),
                ended=self.known(parts.get("ended"), "event type", self.names.types),
                planned=self.known(parts.get("planned"), "event type", self.names.types),
            )
        self.undecided(node, ("label", "years"), thing, "shows", "write {label: {...}} or {years: ..., of: [...]}")
        return None


def _read(parts: Iterable[T | None]) -> tuple[T, ...]:
    """Return the parts that could be read; what was wrong with the others is noted."""
    return tuple(part for part in parts if part is not None)


def _key_of(item: Node) -> Plain:
    """Return the name in an entry of a list of phases: `- name` or `- name: {...}`."""
    if isinstance(item, marked.Mapping) and item.entries:
        return item.entries[0][0]
    return item if isinstance(item, Plain) else Plain("", quoted=False, place=item.place)


def _is_null(node: Node) -> bool:
    return isinstance(node, Plain) and node.value is None


def _field(node: Node, key: str) -> Node | None:
    found = [value for name, value in node.entries if name.text == key] if isinstance(node, marked.Mapping) else []
    return found[0] if found else None


def _example(part: str) -> str:
    return ", ".join(f"{key}: ..." for key in required_of(part) or keys_of(part)[:1])
