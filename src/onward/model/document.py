"""Model document → Model. Every mistake in a document is found in one pass and named by line and column."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar

from attrs import evolve, frozen

from onward.model import marked
from onward.model.checks import eventless_loop
from onward.model.domains import domains_of, read_domains
from onward.model.elements import (
    ANY,
    START,
    EventKind,
    Forbid,
    Invariant,
    Phase,
    Track,
    Transition,
)
from onward.model.guards import Guard, Scalar
from onward.model.marked import Node, Place, Plain
from onward.model.model import Model, places_of
from onward.model.outputs import CASE_COLUMNS, read_shown, read_table
from onward.model.reading import Reader, field_of, is_no_number, is_null
from onward.model.schema import ALL, FORMAT
from onward.model.spans import read_timer
from onward.model.spelling import write_guard
from onward.model.variables import kind_in, read_variable
from onward.model.vocabulary import OF_TRACKS, Vocabulary, is_name, remembered
from onward.problems import ModelError, Problem, suggestion

__all__ = ["CASE_COLUMNS", "model_of", "parse_model", "vocabulary_of"]

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


def model_of(root: marked.Mapping, name: str) -> Model:
    """Return the model that a tree says whose parts may come from several texts; their places say which.

    Args:
        root: the whole document.
        name: what problems call the text of places that name none.

    Raises:
        ModelError: with every problem of the document, in its order.

    """
    reader = Reader(name, [])
    model = _model(reader, root)
    if reader.problems or model is None:
        raise ModelError(reader.problems)
    return model


def vocabulary_of(model: Model) -> Vocabulary:
    """Return the names that guards of *model* may use, where there is an event and a case."""
    return Vocabulary(
        parameters=model.constants,
        context={variable.name: remembered(variable.reducer) for variable in model.context},
        phases=model.track_of,
        types=model.kinds,
        tracks=tuple(track.name for track in model.tracks),
        conditions=dict(model.conditions),
        domains=domains_of(model.domains),
    )


def _line_and_column(problem: Problem) -> tuple[int, ...]:
    return tuple(int(part) for part in problem.where.rsplit(":", 2)[1:])


@frozen
class _Defined:
    """A name that the document gives to something."""

    name: str
    thing: str
    place: Place


@frozen
class _Lane:
    """A track as its document has it; a model without tracks is one lane without a name."""

    track: str
    title: str
    phases: tuple[Phase, ...]
    transitions: tuple[Node, ...]


def _model(see: Reader, root: marked.Mapping) -> Model | None:
    tracked = field_of(root, "tracks") is not None
    parts = see.fields(root, "", "the model", () if tracked else ("phases", "transitions"))
    _version(see, parts.get("onward"))
    name = see.text(parts.get("name"), "the name")
    if isinstance(parts.get("name"), Plain) and not is_name(name):
        see.note(parts["name"].place, f"{name!r} is no name for a model", "use letters, digits and _ only")
    lanes = _tracks(see, parts) if tracked else (_lane(see, "", parts),)
    phases = tuple(phase for lane in lanes for phase in lane.phases)
    events = tuple(_events(see, parts.get("events")))
    parameters = _parameters(see, parts.get("parameters"))
    domains = read_domains(see, parts.get("values"))
    remembered = see.entries(parts.get("context"), "the variables", "name: {count: [types]}")
    conditions = see.entries(parts.get("conditions"), "the conditions", "name: guard")
    _one_meaning_each(see, parts)
    # Where a whole part is missing, every name of it would be unknown below: one slip, one problem.
    if not lanes or not all(lane.phases for lane in lanes) or not isinstance(parts.get("events"), marked.Mapping):
        return None
    see.names = Vocabulary(
        parameters=parameters,
        context={key.text: kind_in(node) for key, node in remembered},
        phases={name: phase.track for phase in phases for name in (phase.name, *places_of(phase))},
        types=dict.fromkeys(event.name for event in events),
        tracks=tuple(lane.track for lane in lanes if lane.track),
        domains=domains_of(domains),
    )
    named = _conditions(see, conditions)
    is_over = Model(name, phases).is_over
    nodes = [node for lane in lanes for node in lane.transitions]
    model = Model(
        name=name,
        title=see.text(parts.get("title"), "the title"),
        source=see.text(parts.get("source"), "the source"),
        cases=_cases(see, parts.get("cases")),
        phases=phases,
        events=events,
        parameters=tuple((name, value) for name, value in parameters.items() if value is not None),
        context=_read(read_variable(see, *entry) for entry in remembered),
        transitions=tuple(move for lane in lanes for move in _transitions(see, lane, is_over)),
        forbid=tuple(
            _forbid(see, node) for node in see.until_full(see.items(parts.get("forbid"), "the rules under forbid"))
        ),
        invariants=_read(
            _invariant(see, node) for node in see.until_full(see.items(parts.get("invariants"), "the invariants"))
        ),
        shows=_read(read_shown(see, *entry) for entry in see.entries(parts.get("show"), "the columns", "name: {...}")),
        tracks=tuple(Track(lane.track, lane.title) for lane in lanes if lane.track),
        conditions=tuple((name, guard) for name, guard in named.items() if guard is not None),
        domains=domains,
        tables=tuple(
            read_table(see, *entry)
            for entry in see.entries(parts.get("tables"), "the tables", "name: {rows: ..., columns: ...}")
        ),
    )
    if see.problems:
        return None
    loop = eventless_loop(model)
    if loop is not None:
        place = nodes[model.transitions.index(loop.transitions[0])].place
        see.note(place, f"transitions without an event can go round for ever: {loop}", loop.mend)
    return model


def _tracks(see: Reader, parts: Mapping[str, Node]) -> tuple[_Lane, ...]:
    for key in ("phases", "transitions"):
        if key in parts:
            see.note(parts[key].place, f"a model with tracks has no {key} of its own", "move them into a track")
    entries = see.entries(parts["tracks"], "the tracks", "name: {phases: [...], transitions: [...]}")
    if not entries and (is_null(parts["tracks"]) or isinstance(parts["tracks"], marked.Mapping)):
        mend = "write name: {phases: [...], transitions: [...]}, or phases and transitions without tracks"
        see.note(parts["tracks"].place, "there are no tracks", mend)
    return tuple(_track(see, key, node) for key, node in entries)


def _track(see: Reader, key: Plain, node: Node) -> _Lane:
    name = see.name(key, "track")
    if name == ALL:
        see.note(key.place, "'all' stands for every track", "give the track another name")
    return _lane(see, name, see.fields(node, "track", f"the track {name!r}"))


def _lane(see: Reader, track: str, parts: Mapping[str, Node]) -> _Lane:
    return _Lane(
        track=track,
        title=see.text(parts.get("title"), "the title") if track else "",
        phases=tuple(evolve(phase, track=track) for phase in _phases(see, parts.get("phases"))),
        transitions=see.items(parts.get("transitions"), "the transitions"),
    )


def _conditions(see: Reader, entries: Iterable[tuple[Plain, Node]]) -> dict[str, Guard | None]:
    """Return the guard of each condition, None for one that could not be read; each may use those above it."""
    named: dict[str, Guard | None] = {key.text: None for key, _ in entries}
    below = dict.fromkeys(named)  # both change while guards are read
    see.names = evolve(see.names, conditions=named, below=below)
    for key, node in entries:
        if see.is_full(key.place):
            break
        see.name(key, "condition")
        named[key.text] = see.guard(node, event=False)
        del below[key.text]
    return named


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
        elif is_no_number(value):
            what = f"the parameter {name!r} is {scalar}, which is no number that can be compared"
            see.note(value.place, what, "write a number, or put quotes round a text")
            scalar = None
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
            line = earlier.place.line
            also = f"{earlier.thing} in line {line}" if line else earlier.thing
            see.note(defined.place, f"{defined.name!r} is {defined.thing} and also {also}", "rename one of them")


def _defined(parts: Mapping[str, Node]) -> Iterable[_Defined]:
    things = {"parameters": "a parameter", "events": "an event type", "context": "a variable"}
    for part, thing in {**things, "conditions": "a condition"}.items():
        node = parts.get(part)
        for name, _ in node.entries if isinstance(node, marked.Mapping) else ():
            yield _Defined(name.text, thing, name.place)
    tracks = parts.get("tracks")
    if tracks is None:
        yield from _phases_defined(parts.get("phases"), "a phase", "a stage")
    for name, node in tracks.entries if isinstance(tracks, marked.Mapping) else ():
        yield _Defined(name.text, "a track", name.place)
        for what in OF_TRACKS:
            yield _Defined(f"{name.text}.{what}", f"the {what.replace('_', ' ')} of a track", name.place)
        yield from _phases_defined(field_of(node, "phases"), f"a phase of {name.text}", f"a stage of {name.text}")


def _phases_defined(phases: Node | None, phase: str, stage: str) -> Iterable[_Defined]:
    for item in phases.items if isinstance(phases, marked.Sequence) else ():
        key = _key_of(item)
        yield _Defined(key.text, phase, key.place)
        stages = field_of(item.entries[0][1], "stages") if isinstance(item, marked.Mapping) and item.entries else None
        for inner in map(_key_of, stages.items if isinstance(stages, marked.Sequence) else ()):
            yield _Defined(f"{key.text}.{inner.text}", stage, inner.place)


def _transitions(see: Reader, lane: _Lane, is_over: Callable[[str], bool]) -> Iterable[Transition]:
    whole = see.names
    see.names = evolve(whole, track=lane.track)
    see.own = {name: None for phase in lane.phases for name in (phase.name, *places_of(phase))}
    found = [_transition(see, node, is_over) for node in see.until_full(lane.transitions)]
    see.names = whole
    return found


def _transition(see: Reader, node: Node, is_over: Callable[[str], bool]) -> Transition:
    parts = see.fields(node, "transition", "a transition")
    target = see.known(parts.get("to"), "phase", see.own)
    if len(target) > 1:
        see.note(parts["to"].place, "a transition leads to one phase", "write a transition for each")
    if "after" in parts:
        _check_timed(see, parts)
    return Transition(
        sources=_sources(see, parts.get("from"), is_over),
        target="".join(target[:1]),
        on=see.types_named(parts["on"]) if "on" in parts else None,
        when=see.guard(parts.get("when")),
        title=see.text(parts.get("name"), "the name"),
        after=read_timer(see, parts.get("after")),
        track=see.names.track,
        otherwise=see.truth(parts.get("otherwise"), "otherwise"),
    )


def _check_timed(see: Reader, parts: Mapping[str, Node]) -> None:
    """Note what a transition with `after` cannot have: an event, and no time in a phase."""
    if "on" in parts:
        mend = "delete one of the two; events that start the time anew stand under without"
        see.note(parts["after"].place, "a transition with `after` waits for no event", mend)
    source = parts.get("from")
    for plain in source.items if isinstance(source, marked.Sequence) else (source,):
        if isinstance(plain, Plain) and plain.text == START:
            mend = "name a phase, or delete after"
            see.note(plain.place, "no time runs at start: a case begins with its first phase", mend)


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
    mend = "write irreversible, {irreversible: track}, {always: ...} or {step: ...}"
    if isinstance(node, Plain):
        if node.text == "irreversible":
            return Invariant(node.text, "irreversible")
        see.note(node.place, f"there is no invariant {node.text!r}", mend)
        return None
    kinds: tuple[Literal["irreversible", "step", "always"], ...] = ("irreversible", "step", "always")
    kind = next((kind for kind in kinds if field_of(node, kind) is not None), None)
    if kind is None:
        see.undecided(node, kinds, "an invariant", "demands", mend)
        return None
    parts = see.fields(node, kind, "an invariant")
    name = see.text(parts.get("name"), "the name")
    if kind == "irreversible":
        track = _track_of(see, parts[kind])
        return Invariant(name or (f"irreversible: {track}" if track else "irreversible"), "irreversible", None, track)
    guard = see.guard(parts.get(kind), event=kind == "step", before=kind == "step")
    return None if guard is None else Invariant(name or write_guard(guard), kind, guard)


def _track_of(see: Reader, node: Node) -> str:
    """Return the track that is irreversible, "" for all."""
    text = see.text(node, "the track")
    if not isinstance(node, Plain) or text == ALL:
        return ""
    if text not in see.names.tracks:
        mend = suggestion(text, see.names.tracks) if see.names.tracks else "write all: this model has no tracks"
        see.note(node.place, f"there is no track {text!r}", mend)
    return text


def _read(parts: Iterable[T | None]) -> tuple[T, ...]:
    """Return the parts that could be read; what was wrong with the others is noted."""
    return tuple(part for part in parts if part is not None)


def _key_of(item: Node) -> Plain:
    """Return the name in an entry of a list of phases: `- name` or `- name: {...}`."""
    if isinstance(item, marked.Mapping) and item.entries:
        return item.entries[0][0]
    return item if isinstance(item, Plain) else Plain("", quoted=False, place=item.place)
