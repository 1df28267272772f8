"""The memory in a document: one reducer a variable."""

from collections.abc import Mapping

from onward.model import marked
from onward.model.elements import (
    ANY,
    Count,
    Distinct,
    Flag,
    Latest,
    Max,
    Open,
    Reducer,
    Sum,
    Variable,
)
from onward.model.marked import Node, Plain
from onward.model.reading import Reader, field_of
from onward.model.schema import REDUCERS
from onward.model.spans import read_within
from onward.model.vocabulary import Remembered


def kind_in(node: Node) -> Remembered:
    """Tell what a variable holds, before its reducer is read: guards that stand above it may use it."""
    if field_of(node, "flag") is not None:
        return "truth"
    return "attribute" if field_of(node, "latest") is not None else "number"


def read_variable(see: Reader, key: Plain, node: Node) -> Variable | None:
    """Return the variable that *node* describes; note what is wrong with it."""
    name = see.name(key, "variable")
    reducer = _reducer(see, name, node)
    if reducer is None:
        return None
    return Variable(name, reducer, see.text(field_of(node, "title"), "the title"))


def _reducer(see: Reader, name: str, node: Node) -> Reducer | None:
    thing = f"the variable {name!r}"
    kind = next((kind for kind in REDUCERS if field_of(node, kind) is not None), None)
    if kind is None:
        if field_of(node, "set") is not None:
            see.note(node.place, f"{thing} is a flag without the word", "write {flag: {set: [types], clear: [types]}}")
            return None
        mend = f"write {{count: [types]}}, {{distinct: attribute, of: [types]}} or one of {', '.join(REDUCERS[2:])}"
        see.undecided(node, REDUCERS, thing, "remembers", mend)
        return None
    parts = see.fields(node, kind, thing)
    where = see.guard(parts.get("where"), case=False)
    match kind:
        case "count":
            return Count(read_types(see, parts.get("count")), where, read_within(see, parts.get("within")))
        case "open":
            return Open(read_types(see, parts.get("open")), where)
        case "flag":
            turns = see.fields(parts["flag"], "turns", f"the flag {name!r}")
            _check_turns(see, turns, name)
            cleared = read_types(see, turns["clear"]) if "clear" in turns else ()
            return Flag(read_types(see, turns.get("set")), cleared, where)
    types = read_types(see, parts.get("of"))
    if kind == "distinct":
        column, part = see.part_of(parts.get(kind), thing, kind)
        return Distinct(column, types, where, part)
    attribute = see.whole(parts.get(kind), thing, kind)
    if kind == "sum":
        return Sum(attribute, types, where, read_within(see, parts.get("within")))
    return Max(attribute, types, where) if kind == "max" else Latest(attribute, types, where)


def read_types(see: Reader, node: Node | None) -> tuple[str, ...] | None:
    """Return the event types in *node*, None for every one."""
    names = see.types_named(node)
    return None if ANY in names else names


def _check_turns(see: Reader, turns: Mapping[str, Node], name: str) -> None:
    """Note event types that would turn a flag on and off at once."""
    on = set(_texts(turns.get("set")))
    for plain in _plains(turns.get("clear")):
        if plain.text in on or (on and ANY in {plain.text, *on}):
            what = f"{plain.text!r} both sets and clears the flag {name!r}"
            see.note(plain.place, what, "name each event type once")


def _texts(node: Node | None) -> list[str]:
    return [plain.text for plain in _plains(node)]


def _plains(node: Node | None) -> list[Plain]:
    items = node.items if isinstance(node, marked.Sequence) else (node,)
    return [item for item in items if isinstance(item, Plain)]
