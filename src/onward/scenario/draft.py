"""Draft: the document of a model taken apart, so that edits can change it piece by piece.

A model is edited as its document is, so that every part of the language can be edited, and every mistake gets the words
of the loader. Each piece knows its place: one that an edit brought says where the edit stands, any other which element
of the model it is.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, field, frozen

from onward.model.marked import Mapping, Node, Place, Plain, document_of, tree_of
from onward.model.marked import Sequence as Items
from onward.model.model import Model
from onward.model.reading import field_of
from onward.model.writing import as_document

NAMED = {"parameter": "parameters", "event": "events", "context": "context", "condition": "conditions"}
"""The kinds of elements that stand under their names, and the parts of a document where they do."""

LISTED = {"forbid": "forbid", "invariant": "invariants"}
"""The kinds of elements that stand in one list, and the parts where they do."""

Named = list[tuple[Plain, Node]]


@define
class Lane:
    """A track while edits are made; a model without tracks has one without a name."""

    name: str
    title: Node | None
    phases: list[Node]
    transitions: list[Node]


@frozen
class Spot:
    """An item of a list of the draft: *items* at *index*; of a stage, *phase* is where its phase stands."""

    items: list[Node] = field(eq=False)
    index: int
    phase: "Spot | None" = None

    @property
    def node(self) -> Node:
        """What stands there."""
        return self.items[self.index]

    def put(self, node: Node) -> None:
        """Have *node* stand there instead."""
        self.items[self.index] = node
        self._settle()

    def insert(self, node: Node) -> None:
        """Have *node* stand before it."""
        self.items.insert(self.index, node)
        self._settle()

    def remove(self) -> None:
        """Have nothing stand there."""
        del self.items[self.index]
        self._settle()

    def _settle(self) -> None:
        """Write stages back into their phase."""
        if self.phase is not None:
            self.phase.put(with_stages(self.phase.node, self.items))


@define
class Draft:
    """A model's document while edits are made.

    Attributes:
        label: what problems call the model.
        named: the parts that are names and values.
        listed: the parts that are lists.
        lanes: the tracks.
        rest: the other parts, as they are.

    """

    label: str
    named: dict[str, Named]
    listed: dict[str, list[Node]]
    lanes: list[Lane]
    rest: dict[str, Node]

    def root(self) -> Mapping:
        """Return the document as it now is."""
        place = _place(self.label)
        parts: dict[str, Node] = {**self.rest}
        parts |= {part: Mapping(tuple(entries), place) for part, entries in self.named.items()}
        parts |= {part: Items(tuple(items), place) for part, items in self.listed.items()}
        lanes = {lane.name: _lane_node(lane, place) for lane in self.lanes}
        if "" in lanes:
            parts |= {key.text: value for key, value in lanes[""].entries}
        else:
            parts["tracks"] = _mapping(lanes, place)
        return _mapping(parts, place)

    def transitions(self) -> Iterator[Spot]:
        """Yield where each transition stands, in the order of the model."""
        for lane in self.lanes:
            yield from (Spot(lane.transitions, index) for index in range(len(lane.transitions)))


def drafted(model: Model) -> Draft:
    """Return the draft of *model* as it is."""
    document = as_document(model)
    label = f"{model.name} as edited"
    lanes = document.pop("tracks", None) or {"": {key: document.pop(key) for key in ("phases", "transitions")}}
    names = [transition.name for transition in model.transitions]
    ways = iter(
        f"transition {name}" + (f", no. {number} before the edits" if names.count(name) > 1 else "")
        for number, name in enumerate(names, 1)
    )
    return Draft(
        label=label,
        named={part: _entries(label, kind, document.pop(part, {})) for kind, part in NAMED.items()},
        listed={
            part: [
                tree_of(item, _place(f"{label}: {_called(kind, item, number)}"))
                for number, item in enumerate(document.pop(part, []), 1)
            ]
            for kind, part in LISTED.items()
        },
        lanes=[
            Lane(
                name,
                tree_of(lane["title"], _place(label)) if "title" in lane else None,
                [tree_of(item, _place(f"{label}: phase {_phase_name(item)}")) for item in lane["phases"]],
                [tree_of(item, _place(f"{label}: {next(ways)}")) for item in lane["transitions"]],
            )
            for name, lane in lanes.items()
        ],
        rest={part: _part(label, part, value) for part, value in document.items()},
    )


def _entries(label: str, kind: str, values: dict[str, Any]) -> Named:
    found = []
    for name, value in values.items():
        place = _place(f"{label}: {kind} {name}")
        found.append((key_of(name, place), tree_of(value, place)))
    return found


def _part(label: str, part: str, value: object) -> Node:
    """Return a *part* of the document, each entry of which says which it is."""
    if not isinstance(value, dict):
        return tree_of(value, _place(f"{label}: {part}"))
    return Mapping(tuple(_entries(label, part, value)), _place(f"{label}: {part}"))


def _called(kind: str, item: object, number: int) -> str:
    if kind == "forbid":
        return f"rule {number} of forbid"
    return f"invariant {item['name'] if isinstance(item, dict) else item}"


def _phase_name(item: object) -> str:
    return str(next(iter(item))) if isinstance(item, dict) else str(item)


def _place(label: str) -> Place:
    """Return the place of what stands in no text."""
    return Place(0, 0, label)


def _lane_node(lane: Lane, place: Place) -> Mapping:
    parts: dict[str, Node] = {} if lane.title is None else {"title": lane.title}
    parts["phases"] = Items(tuple(lane.phases), place)
    parts["transitions"] = Items(tuple(lane.transitions), place)
    return _mapping(parts, place)


def _mapping(parts: "dict[str, Any]", place: Place) -> Mapping:
    return Mapping(tuple((key_of(name, place), node) for name, node in parts.items()), place)


def key_of(name: str, place: Place) -> Plain:
    """Return *name* as the key of a mapping."""
    key = tree_of(name, place)
    assert isinstance(key, Plain)  # noqa: S101  # a text is one
    return key


def text_of(node: Node | None) -> str:
    """Return the text of a single value, "" of anything else."""
    return " ".join(node.text.split()) if isinstance(node, Plain) else ""


def transition_name(node: Node) -> str:
    """Return what steps would call the transition in *node*."""
    if title := text_of(field_of(node, "name")):
        return title
    source = field_of(node, "from")
    sources: Sequence[Node | None] = source.items if isinstance(source, Items) else (source,)
    return f"{'|'.join(map(text_of, sources))} -> {text_of(field_of(node, 'to'))}"


def with_keys(node: Node, keys: Mapping) -> Mapping:
    """Return the mapping in *node* with *keys* in it anew; those that are null are taken out."""
    new = {key.text: (key, value) for key, value in keys.entries}
    kept = [new.pop(key.text, (key, value)) for key, value in node.entries] if isinstance(node, Mapping) else []
    entries = [(key, value) for key, value in (*kept, *new.values()) if document_of(value) is not None]
    return Mapping(tuple(entries), node.place)


# ---- phases, which may be written as mere names


def phase_key(item: Node) -> Plain:
    """Return the name in an entry of a list of phases or stages."""
    if isinstance(item, Mapping) and item.entries:
        return item.entries[0][0]
    return item if isinstance(item, Plain) else Plain("", quoted=False, place=item.place)


def keys_of_phase(item: Node) -> Node:
    """Return what is said of the phase in an entry of a list of phases, an empty mapping of a mere name."""
    return item.entries[0][1] if isinstance(item, Mapping) and item.entries else Mapping((), item.place)


def phase_with(item: Node, keys: Mapping) -> Node:
    """Return the phase in an entry of a list of phases with other *keys*."""
    return Mapping(((phase_key(item), keys),), item.place) if keys.entries else phase_key(item)


def stages_of(item: Node) -> list[Node]:
    """Return the stages of the phase in an entry of a list of phases."""
    stages = field_of(keys_of_phase(item), "stages")
    return list(stages.items) if isinstance(stages, Items) else []


def with_stages(item: Node, stages: Sequence[Node]) -> Node:
    """Return the phase in an entry of a list of phases with other *stages*, a phase of its own without any."""
    new: Node = Items(tuple(stages), item.place) if stages else tree_of(None, item.place)
    return phase_with(item, with_keys(keys_of_phase(item), _mapping({"stages": new}, item.place)))


def phase_spots(lane: Lane) -> Iterator[tuple[str, Spot]]:
    """Yield the phases of a *lane* and, as `phase.stage`, their stages, and where each stands."""
    for index, item in enumerate(lane.phases):
        spot = Spot(lane.phases, index)
        name = phase_key(item).text
        yield name, spot
        stages = stages_of(item)
        yield from ((f"{name}.{phase_key(each).text}", Spot(stages, at, spot)) for at, each in enumerate(stages))
