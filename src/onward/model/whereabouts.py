"""Where in its document each element of a model stands, for whoever has found something about it."""

from collections.abc import Iterator, Mapping

from onward.model import marked
from onward.model.marked import Node, Place, Plain
from onward.model.reading import field_of

Element = tuple[str, object]
"""A kind of element, and its name or its number in the model: `("event", "go")`, `("transition", 3)`."""

_NAMED = {
    "parameters": "parameter",
    "events": "event",
    "context": "context",
    "conditions": "condition",
    "tracks": "track",
    "show": "show",
    "tables": "table",
}
"""The parts of a document that are names and values, and what each entry is."""

_LISTED = {"forbid": "forbid", "invariants": "invariant"}
"""The parts that are lists, and what each item is."""


def whereabouts(text: str, name: str) -> Mapping[Element, str]:
    """Return the place of every element of the model that `parse_model` makes of a document, as `name:line:column`.

    The kinds are `parameter`, `event`, `context`, `condition`, `track`, `phase` (a stage is `phase.stage`), `show` and
    `table`, each with its name, and `transition`, `forbid` and `invariant`, each with its number in the model, from 0.
    An element that the text does not have, such as `start`, is not there. Of a text that is no model there is as much
    as can be read.

    Args:
        text: the whole document (YAML).
        name: what places call the document, mostly its file name.

    """
    root = marked.read_marked(text).root
    return {} if root is None else {element: f"{name}:{place}" for element, place in _elements(root)}


def _elements(root: Node) -> Iterator[tuple[Element, Place]]:
    for part, kind in _NAMED.items():
        yield from (((kind, key.text), key.place) for key, _ in _entries(field_of(root, part)))
    for part, kind in _LISTED.items():
        yield from (((kind, number), node.place) for number, node in enumerate(_items(field_of(root, part))))
    lanes = [lane for _, lane in _entries(field_of(root, "tracks"))] or [root]
    for lane in lanes:
        yield from _phases(field_of(lane, "phases"))
    # One after the other, as the model has them.
    transitions = [node for lane in lanes for node in _items(field_of(lane, "transitions"))]
    yield from ((("transition", number), node.place) for number, node in enumerate(transitions))


def _phases(node: Node | None, inside: str = "") -> Iterator[tuple[Element, Place]]:
    """Yield phases with their stages: `- name` or `- name: {...}`."""
    for item in _items(node):
        for key, more in [(item, None)] if isinstance(item, Plain) else _entries(item):
            yield ("phase", f"{inside}{key.text}"), key.place
            if more is not None and not inside:
                yield from _phases(field_of(more, "stages"), f"{key.text}.")


def _entries(node: Node | None) -> tuple[tuple[Plain, Node], ...]:
    return node.entries if isinstance(node, marked.Mapping) else ()


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, marked.Sequence) else ()
