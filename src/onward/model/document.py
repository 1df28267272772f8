"""Model document → Model. Every mistake in a document is found in one pass and named by line and column."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal, TypeVar

from attrs import frozen

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
from onward.model.guards import Scalar
from onward.model.marked import Node, Place, Plain
from onward.model.model import Model, places_of
from onward.model.reading import LATER, Reader, field_of, is_null
from onward.model.schema import FORMAT, keys_of
from onward.model.spelling import write_guard
from onward.model.vocabulary import Vocabulary, is_name
from onward.problems import ModelError, Problem, nearest

CASE_COLUMNS = (
    *("case", "track", "phase", "stage", "label", "since", "since_recorded"),
    *("first_event", "last_event", "events", "moves"),
)
"""The columns that every table of cases has; a model cannot show another of that name."""

T = TypeVar("T")


def parse_model(text: str, name: str = "model") -> Model:
    """Return the model that a document says.

    Args:
        text: the whole document (YAML).
        name: what problems call the document, mostly its file name.

    Raises:
        ModelError: with every problem of the document, as `name:line:column: what; mend`.

    """
    tree = marked.read_marked(text)
    reader = Reader(name, marked.problems_of(tree, name))
    if isinstance(tree.root, marked.Mapping):
        model = _model(reader, tree.root)
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


@frozen
class _Defined:
    """A name that the document gives to something."""

    name: str
    thing: str
    place: Place


def _model(see: Reader, root: marked.Mapping) -> Model | None:
    parts = see.fields(root, "", "the model")
    _version(see, parts.get("onward"))
    name = see.text(parts.get("name"), "the name")
    if isinstance(parts.get("name"), Plain) and not is_name(name):
        see.note(parts["name"].place, f"{name!r} is no name for a model", "use letters, digits and _ only")
    phases = tuple(_phases(see, parts.get("phases")))
    events = tuple(_events(see, parts.get("events")))
    parameters = _parameters(see, parts.get("parameters"))
    remembered = see.entries(parts.get("context"), "the variables", "name: {count: [types]}")
    _one_meaning_each(see, parts)
    # Where a whole part is missing, every name of it would be unknown below: one slip, one problem.
    if not phases or not isinstance(parts.get("events"), marked.Mapping):
        return None
    see.names = Vocabulary(
        parameters=parameters,
        context=dict.fromkeys(key.text for key, _ in remembered),
        phases=dict.fromkeys(name for phase in phases for name in (phase.name, *places_of(phase))),
        types=dict.fromkeys(event.name for event in events),
    )
    transitions = see.items(parts.get("transitions"), "the transitions")
    is_over = Model(name, phases).is_over
    model = Model(
        name=name,
        title=see.text(parts.get("title"), "the title"),
        source=see.text(parts.get("source"), "the source"),
        cases=_cases(see, parts.get("cases")),
        phases=phases,
        events=events,
        parameters=tuple((name, value) for name, value in parameters.items() if value is not None),
        context=_read(_variable(see, *entry) for entry in remembered),
        transitions=tuple(_transition(see, node, is_over) for node in transitions),
        forbid=tuple(_forbid(see, node) for node in see.items(parts.get("forbid"), "the rules under forbid")),
        invariants=_read(map(partial(_invariant, see), see.items(parts.get("invariants"), "the invariants"))),
        shows=_read(_shown(see, *entry) for entry in see.entries(parts.get("show"), "the columns", "name: {...}")),
    )
    if see.problems:
        return None
    loop = eventless_loop(model)
    if loop is not None:
        place = transitions[model.transitions.index(loop.transitions[0])].place
        see.note(place, f"transitions without an event can go round for ever: {loop}", loop.mend)
    return model


def _version(see: Reader, node: Node | None) -> None:
    if node is None or (isinstance(node, Plain) and node.text == str(FORMAT) and not node.quoted):
        return
    said = "a list or a mapping"
    if isinstance(node, Plain):
        said = repr(node.text) if node.quoted else node.text
    see.note(node.place, f"this version of Onward reads format {FORMAT}, not {said}", f"write onward: {FORMAT}")


def _cases(see: Reader, node: Node | None) -> Literal["pairs", "column"]:
    text = see.text(node, "cases")
    if node is not None and text not in {"pairs", "column"}:
        mend = "write pairs (every pair of an event's organizations) or column (the log's column `case`)"
        see.note(node.place, f"cases cannot be {text!r}", mend)
    return "pairs" if text == "pairs" else "column"


def _phases(see: Reader, node: Node | None) -> Iterable[Phase]:
    return _phase_list(see, _at_least_one(see, node, "phases"), "phase")


def _at_least_one(see: Reader, node: Node | None, thing: Literal["phases", "stages"]) -> tuple[Node, ...]:
    items = see.items(node, f"the {thing}")
    if node is not None and not items and not isinstance(node, marked.Mapping):
        mend = "list at least one" + (", or leave the key out" if thing == "stages" else "")
        see.note(node.place, f"there are no {thing}", mend)
    return items


def _phase_list(see: Reader, items: Iterable[Node], part: Literal["phase", "stage"]) -> list[Phase]:
    found: dict[str, Phase] = {}
    for item in items:
        if isinstance(item, Plain):
            phase, place = Phase(see.name(item, part)), item.place
        elif isinstance(item, marked.Mapping) and len(item.entries) == 1:
            key, value = item.entries[0]
            phase, place = _phase(see, key, value, part), key.place
        else:
            see.note(item.place, f"this is no {part}", "write a name, or one name with its keys: - name: {...}")
            continue
        if phase.name in found:
            see.note(place, f"the {part} {phase.name!r} stands here a second time", "delete one")
        found[phase.name] = phase
    return list(found.values())


def _phase(see: Reader, key: Plain, node: Node, part: Literal["phase", "stage"]) -> Phase:
    name = see.name(key, part)
    if is_null(node):
        return Phase(name)
    parts = see.fields(node, part, f"the {part} {name!r}")
    stages = _phase_list(see, _at_least_one(see, parts.get("stages"), "stages"), "stage") if part == "phase" else []
    return Phase(
        name=name,
        title=see.text(parts.get("title"), "the title"),
        final=see.truth(parts.get("final"), "final"),
        stages=tuple(stages),
    )


def _events(see: Reader, node: Node | None) -> Iterable[EventKind]:
    if node is not None and is_null(node):
        see.note(node.place, "there are no event types", "write {} or list them")
    return (_event(see, key, value) for key, value in see.entries(node, "the events", "name: {}"))


def _event(see: Reader, key: Plain, node: Node) -> EventKind:
    if not key.text.strip() or key.text in {ANY, START}:
        see.note(key.place, f"{key.text!r} cannot be an event type", "give it another name")
    if is_null(node):
        return EventKind(key.text)
    parts = see.fields(node, "event", f"the event type {key.text!r}")
    codes = see.one_or_more(parts.get("cameo"), "cameo")
    return EventKind(key.text, see.text(parts.get("title"), "the title"), tuple(code.text for code in codes))


def _parameters(see: Reader, node: Node | None) -> dict[str, Scalar | None]:
    found: dict[str, Scalar | None] = {}
    for key, value in see.entries(node, "the parameters", "name: value"):
        name = see.name(key, "parameter")
        scalar = value.value if isinstance(value, Plain) else None
        if scalar is None:
            see.note(value.place, f"the parameter {name!r} has no value", "write a number, a text, true or false")
        elif scalar in {float("inf"), float("-inf")}:
            see.note(value.place, f"the parameter {name!r} is too large", "write a smaller number")
            scalar = None
        found[name] = scalar
    return found


def _one_meaning_each(see: Reader, parts: Mapping[str, Node]) -> None:
    """Note every name that two things of the document share: a guard could not tell them apart."""
    first: dict[str, _Defined] = {}
    for defined in _defined(parts):
        earlier = first.setdefault(defined.name, defined)
        if earlier.thing != defined.thing:
            also = f"{earlier.thing} in line {earlier.place.line}"
            see.note(defined.place, f"{defined.name!r} is {defined.thing} and also {also}", "rename one of them")


def _defined(parts: Mapping[str, Node]) -> Iterable[_Defined]:
    for part, thing in (("parameters", "a parameter"), ("events", "an event type"), ("context", "a variable")):
        node = parts.get(part)
        for name, _ in node.entries if isinstance(node, marked.Mapping) else ():
            yield _Defined(name.text, thing, name.place)
    phases = parts.get("phases")
    for item in phases.items if isinstance(phases, marked.Sequence) else ():
        key = _key_of(item)
        yield _Defined(key.text, "a phase", key.place)
        stages = field_of(item.entries[0][1], "stages") if isinstance(item, marked.Mapping) and item.entries else None
        for inner in map(_key_of, stages.items if isinstance(stages, marked.Sequence) else ()):
            yield _Defined(f"{key.text}.{inner.text}", "a stage", inner.place)


def _variable(see: Reader, key: Plain, node: Node) -> Variable | None:
    name = see.name(key, "variable")
    reducer = _reducer(see, name, node)
    if reducer is None:
        return None
    return Variable(name, reducer, see.text(field_of(node, "title"), "the title"))


def _reducer(see: Reader, name: str, node: Node) -> Reducer | None:
    thing = f"the variable {name!r}"
    if field_of(node, "count") is not None:
        parts = see.fields(node, "count", thing)
        return Count(_types(see, parts.get("count")), see.guard(parts.get("where"), case=False))
    if field_of(node, "distinct") is not None:
        parts = see.fields(node, "distinct", thing)
        attribute = see.column(parts.get("distinct"), thing)
        return Distinct(attribute, _types(see, parts.get("of")), see.guard(parts.get("where"), case=False))
    mend = "write {count: [types]} or {distinct: attribute, of: [types]}"
    _undecided(see, node, ("count", "distinct"), thing, "remembers", mend)
    return None


def _undecided(  # noqa: PLR0913  # a sentence has that many parts
    see: Reader, node: Node, kinds: tuple[str, str], thing: str, does: str, mend: str
) -> None:
    """Note a mapping without the key that tells its kind, or the misspelt key that may be meant for it."""
    known = {*keys_of(kinds[0]), *keys_of(kinds[1])}
    for key, _ in node.entries if isinstance(node, marked.Mapping) else ():
        meant = nearest(key.text, kinds)
        if key.text not in known and (key.text in LATER or meant):
            why = LATER.get(key.text) or f"did you mean {meant!r}?"
            see.note(key.place, f"{thing} has no key {key.text!r}", why)
            return
    see.note(node.place, f"{thing} does not say what it {does}", mend)


def _types(see: Reader, node: Node | None) -> tuple[str, ...] | None:
    names = see.types_named(node)
    return None if ANY in names else names


def _transition(see: Reader, node: Node, is_over: Callable[[str], bool]) -> Transition:
    parts = see.fields(node, "transition", "a transition")
    target = see.known(parts.get("to"), "phase", see.names.phases)
    if len(target) > 1:
        see.note(parts["to"].place, "a transition leads to one phase", "write a transition for each")
    return Transition(
        sources=_sources(see, parts.get("from"), is_over),
        target="".join(target[:1]),
        on=see.types_named(parts["on"]) if "on" in parts else None,
        when=see.guard(parts.get("when")),
        title=see.text(parts.get("name"), "the name"),
    )


def _sources(see: Reader, node: Node | None, is_over: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the phases, stages and `start` in *node*; note unknown ones, and those that nothing leaves."""
    names = see.phases_named(node)
    # A phase only some of whose stages are final is left from the others.
    for plain in node.items if isinstance(node, marked.Sequence) else (node,):
        if isinstance(plain, Plain) and plain.text in names and is_over(plain.text):
            mend = "delete the transition, or delete final" if len(names) == 1 else "delete it here, or delete final"
            see.note(plain.place, f"{plain.text!r} is final: nothing leaves it", mend)
    return names


def _forbid(see: Reader, node: Node) -> Forbid:
    parts = see.fields(node, "forbid", "a rule under forbid")
    return Forbid(
        on=see.types_named(parts.get("on")),
        phases=see.phases_named(parts["in"]) if "in" in parts else None,
        when=see.guard(parts.get("when")),
        because=see.text(parts.get("because"), "the reason"),
    )


def _invariant(see: Reader, node: Node) -> Invariant | None:
    if isinstance(node, Plain):
        if node.text == "irreversible":
            return Invariant(node.text, "irreversible")
        see.note(node.place, f"there is no invariant {node.text!r}", "write irreversible, {always: ...} or {step: ...}")
        return None
    if field_of(node, "step") is None and field_of(node, "always") is None:
        mend = "write irreversible, {always: ...} or {step: ...}"
        _undecided(see, node, ("always", "step"), "an invariant", "demands", mend)
        return None
    kind: Literal["always", "step"] = "step" if field_of(node, "step") is not None else "always"
    parts = see.fields(node, kind, "an invariant")
    guard = see.guard(parts.get(kind), event=kind == "step", before=kind == "step")
    if guard is None:
        return None
    return Invariant(see.text(parts.get("name"), "the name") or write_guard(guard), kind, guard)


def _shown(see: Reader, key: Plain, node: Node) -> Shown | None:
    thing = f"the column {key.text!r}"
    if not key.text.strip():
        see.note(key.place, "a column needs a name", "write name: {...}")
    if key.text in CASE_COLUMNS:
        see.note(key.place, f"{key.text!r} is a column of every table of cases", "give it another name")
    if field_of(node, "label") is not None:
        parts = see.fields(node, "label", thing)
        choices = [
            (choice.text, see.guard(guard, event=False))
            for choice, guard in see.entries(parts.get("label"), "the labels", "text: guard")
        ]
        if isinstance(parts["label"], marked.Mapping) and not choices:
            see.note(parts["label"].place, f"{thing} has no labels", "write label: {text: guard}")
        return Label(key.text, tuple((text, guard) for text, guard in choices if guard is not None))
    if field_of(node, "years") is not None:
        parts = see.fields(node, "years", thing)
        return Years(
            name=key.text,
            attribute=see.column(parts.get("years"), thing),
            types=see.known(parts.get("of"), "event type", see.names.types),
            moments=see.known(parts.get("moments"), "event type", see.names.types),
            ended=see.known(parts.get("ended"), "event type", see.names.types),
            planned=see.known(parts.get("planned"), "event type", see.names.types),
        )
    _undecided(see, node, ("label", "years"), thing, "shows", "write {label: {...}} or {years: ..., of: [...]}")
    return None


def _read(parts: Iterable[T | None]) -> tuple[T, ...]:
    """Return the parts that could be read; what was wrong with the others is noted."""
    return tuple(part for part in parts if part is not None)


def _key_of(item: Node) -> Plain:
    """Return the name in an entry of a list of phases: `- name` or `- name: {...}`."""
    if isinstance(item, marked.Mapping) and item.entries:
        return item.entries[0][0]
    return item if isinstance(item, Plain) else Plain("", quoted=False, place=item.place)
