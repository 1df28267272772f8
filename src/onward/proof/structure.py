"""Structure: what of a model no case can come to, leave or end in, and what in it does nothing.

A flaw is told only where it is sure. What a transition cannot do is proved of every log; that two of them wait for the
same is shown by a log. Each flaw is told once, where it begins: of a transition that never fires are told the places
that are lost with it, and not again what would lead on from there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import evolve

from onward.history.memory import answers
from onward.model.elements import ANY, START, Forbid
from onward.model.model import Model
from onward.proof.asked import Questions
from onward.proof.exploring import Goal
from onward.proof.firing import MOST_TOGETHER, Edge, Firing, Place, enables, explored, fires, firing_of, quoted, waits
from onward.proof.idle import idle_events, unread
from onward.proof.leading import Leading
from onward.proof.overlapping import Rivals, overlap_of, overlaps
from onward.proof.verdict import Check, Kind

ASKED: Mapping[Kind, str] = {
    "never-begins": "a case can begin",
    "unreachable": "phases and stages out of reach",
    "dead-end": "dead ends",
    "no-end": "phases from which no case can end",
    "never-fires": "transitions that never fire",
    "forbidden": "transitions on what is forbidden",
    "overlap": "overlaps",
    "idle-event": "idle event types",
    "unread": "memory that nobody reads",
}
"""What is looked for, by kind, in the order in which it is told."""


def structure(model: Model, questions: Questions, where: Place) -> Iterator[Check]:
    """Yield a check of every flaw in the structure of *model*, and one of each kind of which there is none.

    Args:
        model: the model.
        questions: the cells of what it asks.
        where: the place of an element: of a kind (`transition`, `phase`, `event`, `context`, `condition`,
            `parameter`), by its name or, of a transition, its number.

    """
    firing = firing_of(model, questions)
    begins = any(firing.can(edge) for edge in firing.edges if edge.place == START)
    found = list(_flaws(model, questions, firing, where) if begins else _never_begins(model, where))
    found += (*idle_events(model, where), *unread(model, where))
    for kind, name in ASKED.items():
        flaws = [check for check in found if check.kind == kind]
        yield from flaws
        if not flaws and begins and _is_sound(kind, firing, found):
            yield Check(name, kind, "sound", "no flaw of this kind was found")


def _flaws(model: Model, questions: Questions, firing: Firing, where: Place) -> Iterator[Check]:
    leading = Leading(model, firing)
    yield from _dead(model, questions, leading, where)
    yield from _refused(model, questions, firing, where)
    yield from _unreachable(leading, where)
    yield from _without_end(leading, where)
    yield from overlaps(model, questions, firing, where)


def _is_sound(kind: Kind, firing: Firing, found: Collection[Check]) -> bool:
    """Tell whether nothing is wrong of a *kind*: flaws of another may say it with theirs."""
    model = firing.model
    if kind == "unreachable":
        return firing.reached >= set(model.places)
    if kind == "never-fires":
        return len(firing.firing) == len(model.transitions)
    if kind == "no-end":
        return not any(check.kind == "dead-end" for check in found)
    return True


def _never_begins(model: Model, where: Place) -> Iterator[Check]:
    leaving = [number for number, transition in enumerate(model.transitions) if START in transition.sources]
    names = ", ".join(quoted(model.transitions[number].name) for number in leaving)
    why = f"{names} can never fire" if names else "nothing leads out of it"
    yield Check(
        name=model.label,
        kind="never-begins",
        status="flawed",
        message=f"no log takes a case out of start: {why}",
        where=where("transition", leaving[0]) if leaving else "",
        mend="mend its guard" if len(leaving) == 1 else "add a transition from start that some event fires",
    )


# ---- what never fires


def _dead(model: Model, questions: Questions, leading: Leading, where: Place) -> Iterator[Check]:
    """Yield a check of every transition that never fires though a case can be where it begins."""
    firing = leading.firing
    for number, transition in enumerate(model.transitions):
        here = [edge for edge in firing.edges_of(number) if edge.place in firing.reached]
        if number in firing.firing or not here:
            continue
        lost = _lost(leading.lost_with(number))
        if all(_is_forbidden(model, questions, firing, edge) for edge in here):
            yield _forbidden(model, here, where, lost)
        else:
            message, mend = _why(model, questions, firing, here)
            place = where("transition", number)
            yield Check(transition.name, "never-fires", "flawed", f"{message}{lost}", place, mend)


def _lost(places: Collection[str]) -> str:
    if not places:
        return ""
    return f", and so no case gets to {' or '.join(map(quoted, places))}"


def _why(model: Model, questions: Questions, firing: Firing, here: Sequence[Edge]) -> tuple[str, str]:
    """Return why a transition never fires, and how to put it right."""
    enabled = [edge for edge in here if _is_met(model, questions, firing, edge, enables(model, edge))]
    if enabled:
        winners = {name: None for edge in enabled for name in _winners(model, questions, firing, edge)}
        names = " or ".join(map(quoted, winners))
        return (
            f"it never fires: {names} is always taken first",
            "move it further up, narrow the guard of the other, or delete it",
        )
    places = " or ".join(quoted(edge.place) for edge in here)
    if any(_is_met(model, questions, firing, edge, waits(model, edge)) for edge in here):
        timed = model.transitions[here[0].number]
        what = "its guard never holds" if timed.after is None else "its time never runs out while its guard holds"
        return f"it never fires: {what} in {places}", "mend its guard, or delete it"
    if _is_refused_always(model, here):
        return f"it never fires: every event is refused in {places}", "narrow the rules under `forbid`, or delete it"
    return (
        f"it never fires: no case stays in {places} until an event comes",
        "mend what leads on from there at once, or delete it",
    )


def _is_met(model: Model, questions: Questions, firing: Firing, edge: Edge, goal: Goal) -> bool:
    """Tell whether a goal may be met, as far as is looked at for the proof that the edge is never taken."""
    return bool(explored(model, questions, firing.never[edge], [goal], MOST_TOGETHER).trails)


def _winners(model: Model, questions: Questions, firing: Firing, edge: Edge) -> Iterator[str]:
    """Yield the names of the transitions that are taken where this one could be."""
    for other in firing.edges:
        same = other.place == edge.place and other.number < edge.number and firing.can(other)
        if same and model.transitions[other.number].track == model.transitions[edge.number].track:
            pair = Rivals(other.number, edge.number, edge.place)
            if _is_met(model, questions, firing, edge, overlap_of(model, pair)):
                yield model.transitions[other.number].name


# ---- what is forbidden


def _refused(model: Model, questions: Questions, firing: Firing, where: Place) -> Iterator[Check]:
    """Yield a check of every transition that fires, and waits in some place for what is always forbidden there."""
    for number in sorted(firing.firing):
        transition = model.transitions[number]
        edges = [edge for edge in firing.edges_of(number) if edge.place in firing.reached]
        here = [edge for edge in edges if not firing.can(edge) and _is_forbidden(model, questions, firing, edge)]
        if here:
            yield _forbidden(model, here, where)
            continue
        for kind in () if transition.on is None else transition.on:
            rules = [_rule_against(model, kind, edge.place) for edge in edges]
            if kind != ANY and all(rules):
                message = f"it waits for {quoted(kind)}, which is forbidden in {_places(edges)}{_because(rules)}"
                mend = "take the event out of `on`, or narrow the rule under `forbid`"
                yield Check(transition.name, "forbidden", "flawed", message, where("transition", number), mend)


def _is_forbidden(model: Model, questions: Questions, firing: Firing, edge: Edge) -> bool:
    """Tell whether a transition that names its events would fire out of a place if nothing were forbidden."""
    on = model.transitions[edge.number].on
    if on is None or ANY in on or not any(answers(rule.on, kind) for rule in model.forbid for kind in on):
        return False
    free = evolve(model, forbid=())
    return _is_met(free, questions, firing, edge, fires(free, edge))


def _forbidden(model: Model, here: Sequence[Edge], where: Place, lost: str = "") -> Check:
    """Return the check of a transition all whose events are forbidden."""
    number = here[0].number
    transition = model.transitions[number]
    on = transition.on or ()
    rules = [rule for rule in model.forbid if any(answers(rule.on, kind) for kind in on)]
    what = quoted(on[0]) if len(on) == 1 else "every event that it waits for"
    message = f"{what} is forbidden in {_places(here)}{_because(rules)}{lost}"
    mend = "delete the transition, or narrow the rule under `forbid`"
    return Check(transition.name, "forbidden", "flawed", message, where("transition", number), mend)


def _rule_against(model: Model, kind: str, place: str) -> Forbid | None:
    """Return a rule that forbids events of a *kind* in *place* whatever else is so."""
    return next(
        (
            rule
            for rule in model.forbid
            if rule.when is None
            and answers(rule.on, kind)
            and (rule.phases is None or any(model.within(place, name) for name in rule.phases))
        ),
        None,
    )


def _places(edges: Collection[Edge]) -> str:
    return " and ".join(quoted(edge.place) for edge in edges)


def _because(rules: Collection[Forbid | None]) -> str:
    reasons = dict.fromkeys(rule.because for rule in rules if rule is not None and rule.because)
    return f" ({'; '.join(reasons)})" if reasons else ""


def _is_refused_always(model: Model, here: Sequence[Edge]) -> bool:
    on = model.transitions[here[0].number].on or ()
    kinds = model.kinds if ANY in on else on
    return all(_rule_against(model, kind, edge.place) for edge in here for kind in kinds)


# ---- where cases get to


def _unreachable(leading: Leading, where: Place) -> Iterator[Check]:
    """Yield a check of every place to which nothing leads, or only what no case gets to."""
    for name, more in leading.unreached():
        why = "what leads there begins where no case gets to" if leading.leads_to(name) else "no transition leads there"
        also = f"; nor to {' or '.join(map(quoted, more))}, behind it" if more else ""
        yield Check(
            name=name,
            kind="unreachable",
            status="flawed",
            message=f"no case gets to {quoted(name)}: {why}{also}",
            where=where("phase", name),
            mend="add a transition that leads there, or delete it",
        )


def _without_end(leading: Leading, where: Place) -> Iterator[Check]:
    """Yield a check of every place that a case cannot leave, or cannot end from."""
    for place in leading.dead_ends():
        written = any(edge.place == place for edge in leading.firing.edges)
        why = "none of the transitions out of it can fire" if written else "no transition leads out of it"
        yield Check(
            name=place,
            kind="dead-end",
            status="flawed",
            message=f"a case cannot leave {quoted(place)}, which is not final: {why}",
            where=where("phase", place),
            mend="say `final: true`, or add a way out",
        )
    for places in leading.endless():
        names = " or ".join(map(quoted, places))
        yield Check(
            name=", ".join(places),
            kind="no-end",
            status="flawed",
            message=f"a case in {names} cannot get to any phase that is final",
            where=where("phase", places[0]),
            mend="add a transition that leads on to the end",
        )
