"""Proving: whether any log at all reaches a goal.

What is kept track of grows from nothing to what the goal needs. If the goal is met by no run, no log reaches it; if a
log can be made of the way there, one does; and if none can, then what was left open on that way is kept track of.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import evolve, field, frozen

from onward.model.guards import Memory, expressions
from onward.model.model import Model
from onward.proof.asked import Attr, Column, Kept, Left, Questions, Symbol, Years, kept_of
from onward.proof.cells import Kind
from onward.proof.enacting import enact
from onward.proof.exploring import Care, Goal, Trail, explore, followed, meets, start_of
from onward.proof.running import BoundlessError, Case, Ran, run
from onward.proof.witness import Witness
from onward.proof.worlds import World, every_run

MOST_RUNS = 150_000
"""Runs of a step, of one exploration."""


_MOST_TRIED = 2_000
"""Runs of a step in which one thing is tried to shut a way."""


@frozen
class Answer:
    """Whether a goal is reached.

    Attributes:
        status: `never` (by no log), `reached` (by the witness) or `open`.
        least: how many events every log that reaches it has at least.
        cases: how many different cases had to be told apart.
        care: what had to be kept track of.
        witness: a log that reaches it.

    """

    status: Literal["never", "reached", "open"]
    least: int = 0
    cases: int = 0
    care: Care = field(factory=Care)
    witness: Witness | None = None


def prove(model: Model, questions: Questions, goal: Goal, care: Care, most: int = MOST_RUNS) -> Answer:
    """Return whether any log reaches *goal*.

    Args:
        model: what may happen.
        questions: the cells of what it asks.
        goal: what is looked for.
        care: what is kept track of from the beginning.
        most: how many runs of a step may be made in all.

    """
    least, left = 0, most
    while True:
        try:
            found = explore(model, questions, care, [goal], most=left)
        except BoundlessError:
            return Answer("open", least, 0, care)
        if goal not in found.trails:
            return Answer("never" if found.complete else "open", least, found.cases, care)
        trail = found.trails[goal]
        # Where there was too much to go through, what needs no more events was not all seen.
        least = max(least, found.events[goal] - (not found.complete))
        left -= found.runs
        witness = enact(model, questions, trail, goal, care)
        if witness is not None:
            return Answer("reached", least, found.cases, care, witness)
        more = closer(model, questions, trail, goal, care)
        if more == care or left <= 0:
            return Answer("open", least, found.cases, care)
        care = more


def closer(model: Model, questions: Questions, trail: Trail, goal: Goal, care: Care) -> Care:
    """Return *care* of more: of one thing that shuts the way of *trail*, else of what is asked for there first.

    A column with values of two kinds is in no log. What the goal itself asks for comes next, then what the way does.
    """
    asked: dict[Symbol, None] = {}
    kinds: dict[str, set[Kind]] = {}
    steps: list[Ran] = []
    for stage in trail:
        world = World(questions, stage.script)
        steps.append(ran := run(model, world, stage.case, stage.trigger, care.told))
        _ = goal.met(ran) if stage is trail[-1] else followed(world, stage.case, ran)
        asked.update(dict.fromkeys(filter(None, map(kept_for, world.masks))))
        for name, may in kinds_in(world):
            kinds[name] = kinds.get(name, may) & may
    torn = {name for name, left in kinds.items() if not left}
    more = [symbol for symbol in asked if symbol not in care.watched]
    asking = {kept for ran in steps for each in ran.fired for number in each for kept in read_by(model, number)}
    groups: tuple[list[Symbol], ...] = (
        [symbol for symbol in more if isinstance(symbol, Column) and symbol.name in torn],
        [symbol for symbol in more if symbol in care.exact],
        [symbol for symbol in more if symbol in asking],
        [symbol for symbol in more if not isinstance(symbol, Column)],
        more,
    )
    for symbol in dict.fromkeys(symbol for group in groups for symbol in group):
        closely = evolve(care, watched=(*care.watched, symbol))
        if not _is_open(model, questions, trail, steps, goal, closely):
            return closely
    return evolve(care, watched=(*care.watched, *next((group for group in groups if group), [])))


def _is_open(  # noqa: PLR0913  # a way, and how closely it is looked at
    model: Model, questions: Questions, trail: Trail, steps: Sequence[Ran], goal: Goal, care: Care
) -> bool:
    """Tell whether the way of *trail*, by the same transitions, still leads to *goal* where *care* is taken."""
    cases = {start_of(model, questions, care.watched)}
    tried = 0
    for stage, step in zip(trail, steps, strict=True):
        reached: set[Case] = set()
        for case in cases:
            for world, ran in every_run(lambda w: run(model, w, case, stage.trigger, care.told), World(questions)):  # noqa: B023
                tried += 1
                if tried > _MOST_TRIED:
                    return True
                if (ran.outcomes, ran.fired) != (step.outcomes, step.fired):
                    continue
                if stage is trail[-1]:
                    if meets(world, ran, goal) is not None:
                        return True
                else:
                    reached |= {case for _, case in every_run(lambda w: followed(w, case, ran.asking(w)), world)}  # noqa: B023
        cases = reached
    return False


def kinds_in(world: World) -> Iterator[tuple[str, set[Kind]]]:
    """Yield each attribute that the event must have, and of which kinds its value may be."""
    for symbol in world.masks:
        if isinstance(symbol, Attr):
            kinds = {cell.kind for cell in world.cells(symbol)}
            if "null" not in kinds:
                yield symbol.name, kinds


def read_by(model: Model, number: int) -> Iterator[Kept]:
    """Yield what the guard of a transition reads of memory."""
    guard = model.transitions[number].when
    for part in expressions(guard) if guard is not None else ():
        if isinstance(part, Memory):
            yield kept_of(model)[part.name]


def kept_for(symbol: Symbol) -> Symbol | None:
    """Return what is to be kept track of, that *symbol* need not be left open."""
    match symbol:
        case Left(kept):
            return kept
        case Kept() | Years() | Column():
            return symbol
        case Attr(name):
            return Column(name)
        case _:
            return None
