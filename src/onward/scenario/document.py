"""Scenario file → scenarios and axes. Every mistake in a file is found in one pass and named by line and column.

What hangs on a model or a log (whether there is such an event, whether a guard makes sense) is found where the edits
are made; edits keep their places for that.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Literal, get_args

from attrs import evolve, field, frozen

from onward.log.dates import DateError, Interval, parse_interval
from onward.log.log import Value
from onward.model import marked
from onward.model.guards import Scalar
from onward.model.marked import Node, Plain, document_of
from onward.model.reading import Reader, field_of, is_no_number, is_null
from onward.model.schema import FORMAT, keys_of
from onward.problems import Problem, UsageError, nearest, suggestion
from onward.scenario.axes import ALWAYS, COLUMNS, Alternative, Axis, Expectation, told
from onward.scenario.edits import (
    Add,
    Change,
    Drop,
    Edit,
    Insert,
    Kind,
    Move,
    Remove,
    Replace,
    Selection,
    Set,
    Shift,
    Tune,
    shift,
)
from onward.scenario.scenario import Scenario
from onward.scenario.schema import KINDS, MOST_SUBSETS, SCENARIOS, VERBS, WRITTEN_WHOLE

Reading = Literal["certain", "possible"]
Parts = Mapping[str, Node]


@frozen
class ScenarioFile:
    """What a scenario file says.

    Attributes:
        name: what it is called.
        question: what is asked, in a sentence.
        model: a shipped model or the path of a model file, as written; "" where the file names none.
        log: the path of a log, as written; "" where the file names none.
        as_of: the end of the window, None where the file names none.
        reading: whether a date counts from its last instant or its first, None where the file does not say.
        scenarios: the scenarios, the common edits in front of each one's own.
        common: edits that are made first, in every scenario and every variant.
        axes: the grid: what may be otherwise, in every combination.
        expect: where each case should end; or the path, as written, of a table that says so.

    """

    name: str
    question: str = ""
    model: str = ""
    log: str = ""
    as_of: Interval | None = None
    reading: Reading | None = None
    scenarios: tuple[Scenario, ...] = ()
    common: tuple[Edit, ...] = ()
    axes: tuple[Axis, ...] = ()
    expect: Expectation | None = field(default=None, hash=False)


def parse_scenarios(text: str, name: str = "scenarios") -> ScenarioFile:
    """Return what a scenario file says.

    Args:
        text: the whole document (YAML).
        name: what problems call the document, mostly its file name.

    Raises:
        UsageError: with every problem of the document, as `name:line:column: what; mend`.

    """
    tree = marked.read_marked(text)
    see = Reader(name, marked.problems_of(tree, name), schema=SCENARIOS)
    found = None
    if isinstance(tree.root, marked.Mapping) and _is_model(tree.root):
        see.note(tree.root.place, "this is a model file", "name a scenario file here, and the model with -m FILE")
    elif isinstance(tree.root, marked.Mapping):
        # Edits of a model take their parts along, into a document where others come from elsewhere.
        found = _file(see, marked.located(tree.root, name))
    elif not see.problems:
        place = tree.root.place if tree.root else marked.Place(1, 1)
        see.note(
            place, "this is no scenario file", "begin with `onward: 1`; `onward schema --of scenario` has the format"
        )
    if see.problems or found is None:
        raise UsageError(sorted(see.problems, key=_line_and_column))
    return found


def _is_model(root: marked.Mapping) -> bool:
    """Tell whether a document says what a model says, and nothing that a scenario file does."""
    keys = {key.text for key, _ in root.entries}
    return bool(keys & {"phases", "tracks", "transitions"}) and not keys & {"edits", "scenarios", "grid"}


def _line_and_column(problem: Problem) -> tuple[int, ...]:
    return tuple(int(part) for part in problem.where.rsplit(":", 2)[1:])


def _file(see: Reader, root: Node) -> ScenarioFile:
    parts = see.fields(root, "", "the file")
    _version(see, parts.get("onward"))
    name = _name(see, parts.get("name"), "the file")
    question = see.text(parts.get("question"), "the question")
    if not {"edits", "scenarios", "grid"} & parts.keys() and not _is_any_slip(see, root):
        see.note(root.place, "nothing is asked", "write edits:, scenarios: or grid:")
    common = tuple(_edits(see, parts.get("edits")))
    axes = tuple(_axes(see, parts.get("grid")))
    if "scenarios" in parts:
        scenarios = tuple(_scenarios(see, parts["scenarios"], common))
    else:
        scenarios = () if "grid" in parts else (Scenario(name, common, question),)
    return ScenarioFile(
        name=name,
        question=question,
        model=_path(see, parts.get("model"), "the model"),
        log=_path(see, parts.get("log"), "the log"),
        as_of=_date(see, parts.get("as_of")),
        reading=_reading(see, parts.get("reading")),
        scenarios=scenarios,
        common=common,
        axes=axes,
        expect=_expectation(see, parts.get("expect"), has_grid="grid" in parts or _is_any_slip(see, root)),
    )


def _is_any_slip(see: Reader, root: Node) -> bool:
    """Tell whether an unknown key was reported that may be meant for one of those that ask something."""
    known = keys_of("", SCENARIOS)
    asking = ("edits", "scenarios", "grid")
    return isinstance(root, marked.Mapping) and any(see.is_slip(root, key, known) for key in asking)


def _version(see: Reader, node: Node | None) -> None:
    if node is not None and not (isinstance(node, Plain) and node.text == str(FORMAT) and not node.quoted):
        said = "a list or a mapping"
        if isinstance(node, Plain):
            said = repr(node.text) if node.quoted else node.text
        see.note(node.place, f"this version of Onward reads format {FORMAT}, not {said}", f"write onward: {FORMAT}")


def _name(see: Reader, node: Node | None, thing: str) -> str:
    text = see.text(node, "the name")
    if node is not None and isinstance(node, Plain) and not text:
        see.note(node.place, f"{thing} has no name", "write what tables shall call it")
    return text


def _path(see: Reader, node: Node | None, thing: str) -> str:
    if isinstance(node, Plain) and not node.text.strip():
        see.note(node.place, f"{thing} is not named", "write its name or path, or leave the key out")
    if isinstance(node, Plain):
        return node.text
    return see.text(node, thing)


def _reading(see: Reader, node: Node | None) -> Reading | None:
    if node is None:
        return None
    text = see.text(node, "the reading")
    for reading in get_args(Reading):
        if text == reading:
            return text  # type: ignore[return-value]  # it is one of them
    see.note(node.place, f"there is no reading {text!r}", suggestion(text, get_args(Reading)))
    return None


def _expectation(see: Reader, node: Node | None, *, has_grid: bool) -> Expectation | None:
    if node is None:
        return None
    if not isinstance(node, Plain) and not (isinstance(node, marked.Mapping) and node.entries):
        see.note(node.place, "no outcome is expected", "write case: phase, one a line, or the path of a table")
        return None
    if not has_grid:
        what = "an outcome is expected, and there is no grid of variants to hold against it"
        see.note(node.place, what, "write grid:, or leave expect out")
    if isinstance(node, Plain):
        return _path(see, node, "the table") or None
    return {key.text: see.text(value, "the phase") for key, value in node.entries}


def _scenarios(see: Reader, node: Node, common: tuple[Edit, ...]) -> Iterator[Scenario]:
    items = see.items(node, "the scenarios")
    if not items and (is_null(node) or isinstance(node, marked.Sequence)):
        see.note(node.place, "there are no scenarios", "write one at least, or leave the key out")
    first: dict[str, Plain] = {}
    for item in see.until_full(items):
        parts = see.fields(item, "scenario", "a scenario")
        name = _name(see, parts.get("name"), "the scenario")
        _check_once(see, first, parts.get("name"), "scenario")
        own = tuple(_edits(see, parts.get("edits")))
        yield Scenario(name, (*common, *own), see.text(parts.get("question"), "the question"))


def _check_once(see: Reader, first: dict[str, Plain], node: Node | None, thing: str) -> None:
    """Note a name that an earlier one bears."""
    if isinstance(node, Plain) and (earlier := first.setdefault(node.text, node)) is not node:
        mend = f"give one another name: the first is in line {earlier.place.line}"
        see.note(node.place, f"there is a second {thing} {node.text!r}", mend)


# ---- edits


def _edits(see: Reader, node: Node | None) -> Iterator[Edit]:
    for item in see.until_full(see.items(node, "the edits")):
        edit = _edit(see, item)
        if edit is not None:
            yield edit


def _edit(see: Reader, item: Node) -> Edit | None:
    if not isinstance(item, marked.Mapping) or not item.entries:
        see.note(
            item.place, "this is no edit", f"write one of {', '.join(VERBS)}, with what it is about: drop: {{id: ...}}"
        )
        return None
    unknown = [key for key, _ in item.entries if key.text not in VERBS]
    for key in unknown:
        mend = f"it may be one of {', '.join(VERBS)}"
        near = nearest(key.text, VERBS)
        see.note(key.place, f"there is no edit {key.text!r}", f"did you mean {near!r}?" if near else mend)
    if unknown:
        return None
    for key, _ in item.entries[1:]:
        what = f"{key.text!r} is another edit than {item.entries[0][0].text!r}"
        see.note(key.place, what, "begin each edit with a dash of its own")
    key, node = item.entries[0]
    return _MAKE[key.text](see, node, key.place.within(see.file))


def _drop(see: Reader, node: Node, place: str) -> Drop:
    return Drop(_selection(see, see.fields(node, "drop", "drop"), node), place)


def _insert(see: Reader, node: Node, place: str) -> Insert:
    parts, attributes = _with_attributes(see, node, "insert")
    return Insert(
        event=see.text(parts.get("event"), "the event type"),
        time=_date(see, parts.get("time")),
        case=see.text(parts.get("case"), "the case"),
        organizations=_texts(see, parts.get("organizations"), "the organizations"),
        id=see.text(parts.get("id"), "the id"),
        until=_date(see, parts.get("until")),
        attributes=attributes,
        place=place,
    )


def _move(see: Reader, node: Node, place: str) -> Move:
    parts = see.fields(node, "move", "move")
    if isinstance(node, marked.Mapping):
        if "to" in parts and "by" in parts:
            see.note(parts["by"].place, "events are moved to a date and by a stretch of time", "delete one of the two")
        elif "to" not in parts and "by" not in parts and not _is_moved_by_slip(see, node):
            see.note(node.place, "it is not said where the events are moved", "write to: and a date, or by: 2 years")
    return Move(_selection(see, parts, node), _date(see, parts.get("to")), _shift(see, parts.get("by")), place)


def _is_moved_by_slip(see: Reader, node: marked.Mapping) -> bool:
    """Tell whether an unknown key was reported that may be meant for where the events are moved."""
    return any(see.is_slip(node, key, keys_of("move", SCENARIOS)) for key in ("to", "by"))


def _replace(see: Reader, node: Node, place: str) -> Replace | None:
    parts = see.fields(node, "replace", "replace")
    which = _selection(see, parts, node)
    if "with" not in parts:
        return None
    new, attributes = _with_attributes(see, parts["with"], "with")
    return Replace(
        which=which,
        event=see.text(new.get("event"), "the event type"),
        time=_date(see, new.get("time")),
        case=see.text(new.get("case"), "the case"),
        organizations=_texts(see, new.get("organizations"), "the organizations"),
        until=_date(see, new.get("until")),
        attributes=attributes,
        place=place,
    )


def _set(see: Reader, node: Node, place: str) -> Set:
    known = keys_of("set", SCENARIOS)
    beside = [key for key, _ in node.entries if key.text not in known] if isinstance(node, marked.Mapping) else []
    if beside and field_of(node, "attributes") is None:
        for key in beside:
            mend = f"write attributes: {{{key.text}: ...}}"
            near = nearest(key.text, ("attributes",))
            see.note(key.place, f"set has no key {key.text!r}", f"did you mean {near!r}?" if near else mend)
        return Set(Selection(), {}, place)
    parts = see.fields(node, "set", "set")
    attributes = dict(_attributes(see, parts.get("attributes")))
    given = parts.get("attributes")
    if given is not None and (is_null(given) or (isinstance(given, marked.Mapping) and not given.entries)):
        see.note(given.place, "no attribute is set", "write {name: value}")
    return Set(_selection(see, parts, node), attributes, place)


def _parameters(see: Reader, node: Node, place: str) -> Tune:
    entries = see.entries(node, "the parameters", "name: value")
    if not entries and (is_null(node) or isinstance(node, marked.Mapping)):
        see.note(node.place, "no parameter is named", "write name: value")
    values = {}
    for key, value in entries:
        scalar = _scalar(see, value, f"the parameter {key.text!r}")
        if scalar is not None:
            values[key.text] = scalar
    return Tune(values, place, node)


def _scalar(see: Reader, node: Node, thing: str) -> Scalar | None:
    """Return the single value in *node*; note what is none."""
    value = node.value if isinstance(node, Plain) else None
    if value is None:
        see.note(node.place, f"{thing} has no value", "write a number, a text, true or false")
        return None
    if is_no_number(node) or value in {float("inf"), float("-inf")}:
        see.note(
            node.place, f"{thing} is {document_of(node)}, which is no number that can be compared", "write a number"
        )
        return None
    return value


def _selection(see: Reader, parts: Parts, node: Node) -> Selection:
    """Return which events an edit is about; note an edit that does not say."""
    keys = keys_of("selection", SCENARIOS)
    entries = node.entries if isinstance(node, marked.Mapping) else None
    slips = [key for key, _ in entries or () if key.text not in parts and nearest(key.text, keys)]
    if entries is not None and not slips and not any(key in parts for key in keys):
        see.note(node.place, "it is not said which events are meant", "write {id: ...}, {event: ..., case: ...}")
    where = parts.get("where")
    if where is not None and (not isinstance(where, Plain) or is_null(where)):
        see.note(where.place, "a guard is one text", "write a condition, in quotes if it contains ': ' or '#'")
    return Selection(
        ids=_texts(see, parts.get("id"), "the id"),
        rows=tuple(_rows(see, parts.get("row"))),
        types=_texts(see, parts.get("event"), "the event type"),
        cases=_texts(see, parts.get("case"), "the case"),
        since=_date(see, parts.get("from")),
        until=_date(see, parts.get("until")),
        where=where.text if isinstance(where, Plain) else "",
    )


def _rows(see: Reader, node: Node | None) -> Iterator[int]:
    for plain in see.one_or_more(node, "the row"):
        if isinstance(plain.value, int) and not isinstance(plain.value, bool) and plain.value >= 1:
            yield plain.value
        else:
            see.note(plain.place, f"there is no row {plain.text!r}", "count from 1: {row: 3}, {row: [3, 4]}")


def _texts(see: Reader, node: Node | None, thing: str) -> tuple[str, ...]:
    return tuple(plain.text for plain in see.one_or_more(node, thing))


def _date(see: Reader, node: Node | None) -> Interval | None:
    if node is None:
        return None
    if not isinstance(node, Plain):
        see.note(node.place, "a date is one text", "write it as 2005, 2005-09 or 2005-09-14")
        return None
    try:
        return parse_interval(node.text)
    except DateError as error:
        see.note(node.place, error.what, error.mend)
        return None


def _shift(see: Reader, node: Node | None) -> Shift | None:
    if node is None:
        return None
    try:
        return shift(see.text(node, "the stretch of time"))
    except UsageError as error:
        see.note(node.place, error.problems[0].what, error.problems[0].mend)
        return None


def _with_attributes(see: Reader, node: Node, part: Literal["insert", "with"]) -> tuple[Parts, dict[str, Value]]:
    """Return what is said of an event by key, and its attributes: those listed apart, and every other key."""
    if not isinstance(node, marked.Mapping):
        return see.fields(node, part, part), {}
    known = keys_of(part, SCENARIOS)
    own = [(key, value) for key, value in node.entries if key.text in known]
    others = [(key, value) for key, value in node.entries if key.text not in known]
    for entry in tuple(others):
        key = entry[0]
        if meant := meant_by(key.text, part):
            see.note(key.place, f"{part} has no key {key.text!r}", f"did you mean {meant!r}?")
            others.remove(entry)
            own.append((evolve(key, text=meant), entry[1]))
    parts = see.fields(marked.Mapping(tuple(own), node.place), part, part)
    found = dict(_attributes(see, parts.get("attributes")))
    beside = marked.Mapping(tuple(others), node.place)
    for name, value in _attributes(see, beside):
        if name in found:
            place = next(key.place for key, _ in others if key.text == name)
            see.note(place, f"{name!r} stands here a second time", "write it beside event or under attributes")
        found[name] = value
    return parts, found


_MEANT = {
    "date": "time",
    "type": "event",
    "event_type": "event",
    "event_id": "id",
    "end_date": "until",
    "organisations": "organizations",
}
"""What people call the parts of an event: no attribute of a log has such a name."""


def meant_by(name: str, part: str) -> str:
    """Return the key of *part* that *name*, which is none, is another word or a slip for; "" for an attribute."""
    known = keys_of(part, SCENARIOS)
    near = (key for key in known if sorted(name.casefold()) == sorted(key) or name.casefold() in {f"{key}s", key[:-1]})
    meant = _MEANT.get(name) or next(near, "")
    return meant if meant in known else ""


def _attributes(see: Reader, node: Node | None) -> Iterator[tuple[str, Value]]:
    for key, value in see.entries(node, "the attributes", "name: value"):
        if is_null(value):
            yield key.text, None
        elif isinstance(value, Plain):
            scalar = _scalar(see, value, f"the attribute {key.text!r}")
            if scalar is not None:
                yield key.text, scalar
        else:
            see.note(
                value.place, f"the attribute {key.text!r} is no single value", "write a number, a text, true or false"
            )


# ---- edits of a model


def _change(see: Reader, node: Node, _: str) -> Change | None:
    about = _about(see, node, "change")
    if about is None:
        return None
    kind, parts, whole = about
    name = _which(see, parts[kind], kind)
    keys = _rest(whole, kind, ())
    if not keys.entries:
        see.note(whole.place, f"it is not said what changes about the {kind}", "write the keys that change")
        return None
    if name is None:
        return None
    return Change(kind, name, document_of(keys), parts[kind].place.within(see.file), keys)


def _add(see: Reader, node: Node, _: str) -> Add | None:
    about = _about(see, node, "add")
    if about is None:
        return None
    kind, parts, whole = about
    before, track = _before(see, parts.get("before")), see.text(parts.get("track"), "the track")
    at = parts[kind].place.within(see.file)
    if kind in WRITTEN_WHOLE:
        return Add(kind, document_of(parts[kind]), "", before, track, at, parts[kind])
    if whole_said := _said_below(kind, parts[kind]):
        see.note(parts[kind].place, f"the name of the {kind} is no text", f"write add: {{{whole_said}}}")
        return None
    name = see.text(parts[kind], f"the name of the {kind}")
    if not name:
        if isinstance(parts[kind], Plain):
            see.note(parts[kind].place, f"the added {kind} has no name", f"write {kind}: and its name")
        return None
    keys: Node = _rest(whole, kind, ("before", "track"))
    single = _SINGLE.get(kind)
    if single is not None:
        found = field_of(keys, single)
        if found is None:
            see.note(whole.place, f"the added {kind} lacks {single!r}", f"add {single}: ...")
            return None
        keys = found
    return Add(kind, document_of(keys) or None, name, before, track, at, keys)


def _said_below(kind: Kind, node: Node) -> str:
    """Return how to write an element of a *kind* whose name has its keys below it, "" for one that has none."""
    if not isinstance(node, marked.Mapping) or len(node.entries) != 1:
        return ""
    ((name, value),) = node.entries
    if name.text in keys_of(f"add {kind}", SCENARIOS):
        return ""
    parts = [f"{kind}: {name.text}"]
    if isinstance(value, marked.Mapping):
        parts += [f"{key.text}: {_short(each)}" for key, each in value.entries]
    elif not is_null(value):
        parts.append(f"{_SINGLE.get(kind, 'title')}: {_short(value)}")
    return ", ".join(parts)


def _short(node: Node) -> str:
    """Return a *node* as it was written, if it is a single value on one line."""
    said = (node.written or node.text) if isinstance(node, Plain) else ""
    return said if said and "\n" not in said else "..."


_SINGLE: Mapping[Kind, str] = {"parameter": "value", "condition": "guard"}


def _remove(see: Reader, node: Node, _: str) -> Remove | None:
    about = _about(see, node, "remove")
    if about is None:
        return None
    kind, parts = about[:2]
    name = _which(see, parts[kind], kind)
    return None if name is None else Remove(kind, name, parts[kind].place.within(see.file))


def _about(see: Reader, node: Node, verb: str) -> tuple[Kind, Parts, marked.Mapping] | None:
    """Return what kind of element an edit is about, and its keys; note an edit that does not say."""
    if not isinstance(node, marked.Mapping):
        see.note(
            node.place, f"{verb} is not written as keys and values", f"write {{transition: ...}} or one of {_KINDS}"
        )
        return None
    kind = next((kind for kind in get_args(Kind) if field_of(node, kind) is not None), None)
    if kind is None:
        for key, _ in node.entries:
            if near := nearest(key.text, KINDS):
                see.note(key.place, f"{verb} has no key {key.text!r}", f"did you mean {near!r}?")
                return None
        see.note(node.place, f"it is not said what {verb} is about", f"write one of {_KINDS}")
        return None
    return kind, see.fields(node, f"{verb} {kind}", f"{verb} {kind}"), node


_KINDS = ", ".join(KINDS)


def _which(see: Reader, node: Node, kind: Kind) -> str | int | None:
    """Return the name or the number of an element; note what is neither."""
    if isinstance(node, Plain) and not is_null(node):
        numbered = kind in WRITTEN_WHOLE and isinstance(node.value, int) and not isinstance(node.value, bool)
        return int(node.text) if numbered else " ".join(node.text.split())
    see.note(node.place, f"the {kind} is not named", "write its name" + (" or number" if kind in WRITTEN_WHOLE else ""))
    return None


def _before(see: Reader, node: Node | None) -> str | int | None:
    if node is None:
        return None
    if isinstance(node, Plain) and not is_null(node):
        whole = isinstance(node.value, int) and not isinstance(node.value, bool)
        return int(node.text) if whole else " ".join(node.text.split())
    see.note(node.place, "it is not said before which one", "write a name or a number, or leave before out")
    return None


def _rest(node: marked.Mapping, kind: str, but: tuple[str, ...]) -> marked.Mapping:
    """Return the keys of an edit that are the element's own."""
    own = tuple((key, value) for key, value in node.entries if key.text not in {kind, *but})
    return marked.Mapping(own, node.place)


_MAKE: Mapping[str, Callable[[Reader, Node, str], Edit | None]] = {
    "drop": _drop,
    "insert": _insert,
    "move": _move,
    "replace": _replace,
    "set": _set,
    "parameters": _parameters,
    "change": _change,
    "add": _add,
    "remove": _remove,
}


# ---- the grid


def _axes(see: Reader, node: Node | None) -> Iterator[Axis]:
    items = see.items(node, "the axes of the grid")
    if node is not None and not items and (is_null(node) or isinstance(node, marked.Sequence)):
        see.note(node.place, "the grid has no axis", "begin each with a dash: - axis: name")
    first: dict[str, Plain] = {}
    for item in see.until_full(items):
        parts = see.fields(item, "axis", "an axis")
        _check_once(see, first, parts.get("axis"), "axis")
        name = _name(see, parts.get("axis"), "the axis")
        if name in COLUMNS:
            what = f"the table of variants has a column {name!r} already"
            see.note(parts["axis"].place, what, "give the axis another name")
        alternatives = tuple(_alternatives(see, item, parts))
        yield Axis(name, alternatives)


def _alternatives(see: Reader, item: Node, parts: Parts) -> Iterator[Alternative]:
    ways = [way for way in ("parameter", "transition", "alternatives") if way in parts]
    if len(ways) != 1:
        if isinstance(item, marked.Mapping):
            said = f"an axis is about {' and '.join(ways)}" if ways else "it is not said what the axis is about"
            mend = "write parameter and values, transition and when, or alternatives"
            see.note(item.place, said, f"keep one: {mend}" if ways else mend)
        return
    needed = {"parameter": "values", "transition": "when"}.get(ways[0])
    if needed and needed not in parts:
        see.note(item.place, f"the axis lacks {needed!r}", f"add {needed}: and a list")
        return
    match ways[0]:
        case "parameter":
            yield from _of_parameter(see, parts)
        case "transition":
            yield from _of_transition(see, parts)
        case _:
            yield from _of_names(see, parts["alternatives"])


def _of_parameter(see: Reader, parts: Parts) -> Iterator[Alternative]:
    name = see.text(parts["parameter"], "the parameter")
    first: dict[str, Plain] = {}
    for item in _at_least_one(see, parts["values"], "values"):
        value = _scalar(see, item, f"a value of {name!r}")
        if value is not None and isinstance(item, Plain):
            _check_once(see, first, item, "value")
            node = marked.Mapping(((parts["parameter"], item),), item.place)  # type: ignore[arg-type]  # the name is plain
            yield Alternative(told(value), (Tune({name: value}, item.place.within(see.file), node),))


def _of_transition(see: Reader, parts: Parts) -> Iterator[Alternative]:
    name = _which(see, parts["transition"], "transition")
    at, when = parts["transition"].place.within(see.file), parts["when"]
    if isinstance(when, marked.Mapping):
        guards = _subsets(see, when)
    else:
        guards = _at_least_one(see, when, "guards")
        first: dict[str, Plain] = {}
        for guard in guards:
            if isinstance(guard, Plain):
                _check_once(see, first, guard, "guard")
            else:
                see.note(guard.place, "a guard is one text", "write a condition, in quotes if it contains ': ' or '#'")
    for guard in guards:
        if name is not None and isinstance(guard, Plain):
            text = None if is_null(guard) else guard.text
            key = Plain("when", quoted=False, place=guard.place)
            keys = marked.Mapping(((key, guard),), guard.place)
            yield Alternative(text or ALWAYS, (Change("transition", name, {"when": text}, at, keys),))


def _subsets(see: Reader, when: marked.Mapping) -> tuple[Node, ...]:
    """Return the guards that ask for some of those listed, for all, or for none."""
    parts = see.fields(when, "subsets", "when")
    if "all of" not in parts:
        return ()
    guards = [item for item in _at_least_one(see, parts["all of"], "guards") if isinstance(item, Plain)]
    first: dict[str, Plain] = {}
    for guard in guards:
        _check_once(see, first, guard, "guard")
        if is_null(guard):
            see.note(guard.place, "a guard is missing", "write it, or delete the comma or the dash")
    if len(guards) > MOST_SUBSETS:
        what = f"{len(guards)} guards have {2 ** len(guards)} subsets"
        see.note(parts["all of"].place, what, f"list {MOST_SUBSETS} at most, or name the alternatives")
        return ()
    some = (subset for size in range(len(guards) + 1) for subset in combinations(guards, size))
    return tuple(_joined(subset, parts["all of"].place) for subset in some)


def _joined(guards: tuple[Plain, ...], place: marked.Place) -> Plain:
    """Return the guard that asks for all of *guards*, which of a single one is itself, with its place."""
    if len(guards) == 1:
        return guards[0]
    texts = [f"({guard.text})" if re.search(r"\bor\b", guard.text) else guard.text for guard in guards]
    return Plain(" and ".join(texts), quoted=bool(texts), place=guards[0].place if guards else place)


def _of_names(see: Reader, node: Node) -> Iterator[Alternative]:
    entries = see.entries(node, "the alternatives", "name: [edits]")
    if not entries and (is_null(node) or isinstance(node, marked.Mapping)):
        see.note(node.place, "there are no alternatives", "write name: [edits], one a line")
    for key, value in entries:
        yield Alternative(key.text, tuple(_edits(see, value)))


def _at_least_one(see: Reader, node: Node, thing: str) -> tuple[Node, ...]:
    items = see.items(node, f"the {thing}")
    if not items and (is_null(node) or isinstance(node, marked.Sequence)):
        see.note(node.place, f"there are no {thing}", "list one at least")
    return items
