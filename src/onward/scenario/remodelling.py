"""Remodelling: what comes of edits of a model, each made on what the one before has left."""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from attrs import define, evolve, field

from onward.model import marked
from onward.model.checks import eventless_loop
from onward.model.document import model_of, vocabulary_of
from onward.model.elements import Count, Span, Sum
from onward.model.grammar import GuardError, parse_guard
from onward.model.guards import Guard, Scalar
from onward.model.marked import Node, Place, Plain, document_of, tree_of
from onward.model.model import Model
from onward.model.reading import field_of
from onward.problems import ModelError, Problem, UsageError, suggestion
from onward.scenario.draft import (
    LISTED,
    NAMED,
    Draft,
    Lane,
    Spot,
    drafted,
    key_of,
    keys_of_phase,
    phase_spots,
    phase_with,
    stages_of,
    text_of,
    transition_name,
    with_keys,
    with_stages,
)
from onward.scenario.edits import Add, Change, Kind, ModelEdit, Remove, Tune

_SURE = 10**17
"""Whole numbers below are read from a document as they are written there."""

_THINGS: Mapping[Kind, str] = {
    "parameter": "parameter",
    "event": "event type",
    "context": "variable",
    "condition": "condition",
    "phase": "phase",
    "transition": "transition",
    "forbid": "rule under forbid",
    "invariant": "invariant",
}
_VALUE: Mapping[Kind, str] = {"parameter": "value", "condition": "guard"}
"""Elements that are one value, and the key under which an edit may say it."""


def remodel(model: Model, edits: Iterable[ModelEdit], *, sweep: bool = False) -> Model:
    """Return what comes of *edits* of *model*, made one after the other.

    Only the model that the last edit leaves has to be sound: an event type may go before the transitions that need it.

    Args:
        model: what may happen.
        edits: what is otherwise.
        sweep: whether an edit may say what is so already, as one alternative of an axis mostly does.

    Raises:
        UsageError: an edit names what is not there, or what is there already, or changes nothing.
        ModelError: the edited model is none that a file could say; a mistake in what an edit says has the place of
            the edit, any other that of the element.

    """
    made = tuple(edits)
    if not made:
        return model
    tuned = _tuned(model, made, sweep=sweep)
    if tuned is not None:
        return tuned
    work = _Work(drafted(model), sweep)
    for number, edit in enumerate(made, 1):
        work.place = edit.place or f"edit {number} of the model"
        work.make(edit)
    if work.problems:
        raise UsageError(work.problems)
    try:
        changed = model_of(work.draft.root(), work.draft.label)
    except ModelError as error:
        raise ModelError(_traced(problem, work.draft.label, made) for problem in error.problems) from error
    if changed == model and len(made) == 1 and not sweep:
        raise UsageError([_idle(work.place, f"{model.name} says so")])
    return changed


def _traced(problem: Problem, label: str, edits: Iterable[ModelEdit]) -> Problem:
    """Return a *problem* of what no edit says with the place of the last edit of a file: only then it could be told."""
    place = next((edit.place for edit in reversed(tuple(edits)) if edit.place), "")
    return evolve(problem, where=f"{place}: {problem.where}") if place and problem.where.startswith(label) else problem


def guard_of(  # noqa: PLR0913  # what a guard may look at
    model: Model,
    text: str,
    *,
    event: bool = True,
    case: bool = True,
    before: bool = False,
    track: str = "",
    place: str = "",
) -> Guard:
    """Return the guard that *text* says in the words of *model*.

    Args:
        model: whose names it may use.
        text: the guard.
        event: whether there is an event to look at.
        case: whether there is a case to look at.
        before: whether `before.*` makes sense.
        track: the track on which it stands.
        place: where it stands, for problems.

    Raises:
        UsageError: it is no guard.

    """
    try:
        return _guard(model, text, event, case, before, track)
    except GuardError as error:
        raise UsageError(
            Problem(place or "guard", f"{each.what} (at character {each.offset + 1} of {text!r})", each.mend)
            for each in error.mistakes
        ) from error


@lru_cache(maxsize=4096)
def _guard(model: Model, text: str, event: bool, case: bool, before: bool, track: str) -> Guard:  # noqa: FBT001, PLR0913  # a cache's key
    names = _vocabulary(model)
    return parse_guard(text, evolve(names, event=event, case=case, before=before, track=track))


_vocabulary = lru_cache(maxsize=256)(vocabulary_of)


# ---- parameters alone, without the document


def _tuned(model: Model, edits: tuple[ModelEdit, ...], *, sweep: bool) -> Model | None:
    """Return *model* with other parameters, where that is all there is to check; None where it takes the loader."""
    values: dict[str, Scalar] = dict(model.parameters)
    for edit in edits:
        if not isinstance(edit, Tune) or not edit.values:
            return None
        for name, value in edit.values.items():
            if name not in values or not _is_alike(values[name], value) or (value == values[name] and not sweep):
                return None
        values |= edit.values
    if model.domains or any(
        name in _lengths(model) for edit in edits if isinstance(edit, Tune) for name in edit.values
    ):
        return None
    changed = evolve(model, parameters=tuple(values.items()))
    return changed if eventless_loop(changed) is None else None


def _is_alike(one: Scalar, other: object) -> bool:
    """Tell whether a parameter that is *one* may be the *other* whatever guards do with it."""
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool)
    if isinstance(one, str):
        return isinstance(other, str)
    if isinstance(other, float):
        return math.isfinite(other)
    return isinstance(other, int) and -_SURE < other < _SURE


@lru_cache(maxsize=256)
def _lengths(model: Model) -> frozenset[str]:
    """Return the parameters that are the lengths of timers and windows, where not every number will do."""
    spans: list[Span | None] = [transition.after.span for transition in model.transitions if transition.after]
    spans += [each.reducer.within for each in model.context if isinstance(each.reducer, Count | Sum)]
    return frozenset(span.length for span in spans if span is not None and isinstance(span.length, str))


# ---- the document


def _idle(place: str, what: str) -> Problem:
    return Problem(place, f"{what} already", "say what is otherwise, or leave the edit out")


class _EditError(Exception):
    """An edit that cannot be made."""

    def __init__(self, what: str, mend: str, place: str = "") -> None:
        self.what = what
        self.mend = mend
        self.place = place
        super().__init__(what)


@define
class _Work:
    """The draft of a model, and what is wrong with the edits so far."""

    draft: Draft
    sweep: bool
    place: str = ""
    problems: list[Problem] = field(factory=list)

    def make(self, edit: ModelEdit) -> None:
        """Make *edit*, or note why it cannot be made."""
        try:
            match edit:
                case Tune():
                    self._tune(edit)
                case Change():
                    self._change(edit)
                case Add():
                    self._add(edit)
                case Remove():  # the union is closed
                    self._remove(edit)
        except _EditError as error:
            self.problems.append(Problem(error.place or self.place, error.what, error.mend))

    def _node(self, keys: object, node: Node | None) -> Node:
        """Return what an edit says: as its file has it, if that is still what it says."""
        if node is not None and _same(document_of(node), keys):
            return node
        return tree_of(keys, Place(0, 0, self.place))

    def _tune(self, edit: Tune) -> None:
        values = self._node(dict(edit.values), edit.node)
        entries = values.entries if isinstance(values, marked.Mapping) else ()
        if not entries:
            raise _EditError("no parameter is named", "name one at least, with its value")
        for key, value in entries:
            at = key.place.within(self.place)
            number = self._named_at("parameter", key.text, at)
            self._put_named("parameter", number, value, at)

    def _change(self, edit: Change) -> None:
        keys = self._node(edit.keys, edit.node)
        if edit.kind in _VALUE:
            value = _single(keys, _VALUE[edit.kind])
            self._put_named(edit.kind, self._named_at(edit.kind, str(edit.name), ""), value, "")
            return
        if not isinstance(keys, marked.Mapping) or not keys.entries:
            raise _EditError("nothing is said to change", "write the keys that change, with their values")
        if edit.kind in NAMED:
            entries = self.draft.named[NAMED[edit.kind]]
            number = self._named_at(edit.kind, str(edit.name), "")
            self._check_change(entries[number][1], keys)
            entries[number] = entries[number][0], with_keys(entries[number][1], keys)
            return
        spot = self._spot(edit.kind, edit.name)
        inner = _inner(edit.kind, spot.node)
        self._check_change(inner, keys)
        new = with_keys(inner, keys)
        spot.put(phase_with(spot.node, new) if edit.kind == "phase" else new)

    def _check_change(self, node: Node, keys: marked.Mapping) -> None:
        """Make sure that *keys* change something, and take away only what is there."""
        if all(_same(document_of(value), _value_at(node, key.text)) for key, value in keys.entries):
            gone = [key.text for key, value in keys.entries if document_of(value) is None]
            if gone and not self.sweep:
                raise _EditError(f"there is no {gone[0]!r} to take away", "leave the edit out")
            if not self.sweep:
                raise _EditError("it says so already", "say what is otherwise, or leave the edit out")

    def _add(self, edit: Add) -> None:
        keys = self._node(edit.keys, edit.node)
        if edit.kind in NAMED:
            self._add_named(edit, keys)
        elif edit.kind == "phase":
            self._add_phase(edit, keys)
        elif edit.kind == "transition":
            self._insert(edit, keys, self._lane(edit.track).transitions)
        else:
            self._insert(edit, keys, self.draft.listed[LISTED[edit.kind]])

    def _insert(self, edit: Add, node: Node, items: list[Node], *, inside: str = "") -> None:
        """Insert what *edit* adds into *items*, where it says."""
        if edit.before is None:
            items.append(node)
            return
        name = edit.before
        if inside and not str(name).startswith(inside):
            name = f"{inside}{name}"
        spot = self._spot(edit.kind, name)
        if spot.items is not items and not inside:
            raise _EditError(f"{edit.before!r} is on another track", "name one of the same track")
        spot.insert(node)

    def _add_named(self, edit: Add, keys: Node) -> None:
        entries = self.draft.named[NAMED[edit.kind]]
        if not edit.name:
            raise _EditError(f"the added {_THINGS[edit.kind]} has no name", f"write {edit.kind}: and its name")
        if any(key.text == edit.name for key, _ in entries):
            what = f"there is a {_THINGS[edit.kind]} {edit.name!r} already"
            raise _EditError(what.replace("a event", "an event"), "change it, or give the new one another name")
        value = _single(keys, _VALUE[edit.kind]) if edit.kind in _VALUE else keys
        at = len(entries) if edit.before is None else self._named_at(edit.kind, str(edit.before), "")
        entries.insert(at, (key_of(edit.name, _here(keys, self.place)), value))

    def _add_phase(self, edit: Add, keys: Node) -> None:
        phase, _, stage = edit.name.partition(".")
        if not edit.name:
            raise _EditError("the added phase has no name", "write phase: and its name")
        if any(edit.name == name for name, _ in self._spots("phase")):
            raise _EditError(f"there is a phase {edit.name!r} already", "change it, or give the new one another name")
        item: Node = key_of(stage or phase, _here(keys, self.place))
        if isinstance(keys, marked.Mapping):
            item = phase_with(item, keys)
        if not stage:
            self._insert(edit, item, self._lane(edit.track).phases)
            return
        whole = self._spot("phase", phase)
        if edit.before is None:
            whole.put(with_stages(whole.node, [*stages_of(whole.node), item]))
        else:
            self._insert(edit, item, [], inside=f"{phase}.")

    def _remove(self, edit: Remove) -> None:
        if edit.kind in NAMED:
            del self.draft.named[NAMED[edit.kind]][self._named_at(edit.kind, str(edit.name), "")]
        else:
            self._spot(edit.kind, edit.name).remove()

    # ---- finding what an edit is about

    def _named_at(self, kind: Kind, name: str, place: str) -> int:
        entries = self.draft.named[NAMED[kind]]
        names = [key.text for key, _ in entries]
        if name not in names:
            raise _EditError(f"there is no {_THINGS[kind]} {name!r}", suggestion(name, names), place)
        return names.index(name)

    def _put_named(self, kind: Kind, number: int, value: Node, place: str) -> None:
        entries = self.draft.named[NAMED[kind]]
        key, old = entries[number]
        if _same(document_of(old), document_of(value)) and not self.sweep:
            what = f"the {_THINGS[kind]} {key.text!r} is {document_of(value)} already"
            raise _EditError(what, "say what is otherwise, or leave the edit out", place)
        entries[number] = key, value

    def _lane(self, track: str) -> Lane:
        lanes = {lane.name: lane for lane in self.draft.lanes}
        if not track and len(lanes) == 1:
            return self.draft.lanes[0]
        if not track:
            raise _EditError("the track is not named", f"write track: and one of {', '.join(lanes)}")
        if "" in lanes:
            raise _EditError(f"there is no track {track!r}", "leave track out: the model has none")
        if track not in lanes:
            raise _EditError(f"there is no track {track!r}", suggestion(track, lanes))
        return lanes[track]

    def _spot(self, kind: Kind, name: str | int) -> Spot:
        """Return where the element of this *name* or number stands.

        Raises:
            _EditError: there is none, or several.

        """
        spots = self._spots(kind)
        if isinstance(name, int) and not isinstance(name, bool):
            if not 1 <= name <= len(spots):
                mend = f"it may be 1 to {len(spots)}" if spots else "there is none"
                raise _EditError(f"there is no {_THINGS[kind]} no. {name}", mend)
            return spots[name - 1][1]
        found = [number for number, (called, _) in enumerate(spots) if called == str(name)]
        if not found:
            names = [called for called, _ in spots if called]
            raise _EditError(f"there is no {_THINGS[kind]} {name!r}", suggestion(str(name), names))
        if len(found) > 1:
            which = ", ".join(str(number + 1) for number in found)
            raise _EditError(f"several are called {name!r}: no. {which}", "write the number of the one you mean")
        return spots[found[0]][1]

    def _spots(self, kind: Kind) -> list[tuple[str, Spot]]:
        match kind:
            case "transition":
                return [(transition_name(spot.node), spot) for spot in self.draft.transitions()]
            case "phase":
                return [named for lane in self.draft.lanes for named in phase_spots(lane)]
            case _:
                items = self.draft.listed[LISTED[kind]]
                names = {"forbid": _rule_name, "invariant": _invariant_name}
                return [(names[kind](item), Spot(items, index)) for index, item in enumerate(items)]


def _here(node: Node, label: str) -> Place:
    return node.place if node.place.line else Place(0, 0, label)


def _single(node: Node, key: str) -> Node:
    """Return the value of an element that is one value, said as such or under its *key*."""
    if isinstance(node, marked.Mapping) and [each.text for each, _ in node.entries] == [key]:
        return node.entries[0][1]
    return node


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401  # parts of documents
    """Tell whether two documents say the same; 1, 1.0 and true are three values."""
    return repr(_bare(one)) == repr(_bare(other))


def _bare(value: Any) -> Any:  # noqa: ANN401  # as above
    if isinstance(value, Mapping):
        return {key: _bare(each) for key, each in value.items()}
    return [_bare(each) for each in value] if isinstance(value, list | tuple) else value


def _value_at(node: Node, key: str) -> Any:  # noqa: ANN401  # as above
    found = field_of(node, key)
    return None if found is None else document_of(found)


# ---- rules and invariants, which may be written as mere names


def _rule_name(node: Node) -> str:
    return text_of(field_of(node, "because"))


def _invariant_name(node: Node) -> str:
    if isinstance(node, Plain):
        return node.text
    named = text_of(field_of(node, "name"))
    return named or text_of(field_of(node, "always") or field_of(node, "step"))


def _inner(kind: Kind, node: Node) -> Node:
    """Return the keys of an element."""
    if kind == "phase":
        return keys_of_phase(node)
    if kind == "invariant" and isinstance(node, Plain):
        return tree_of({"irreversible": "all"}, node.place)
    return node
