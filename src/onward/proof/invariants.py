"""Invariants of a model: each proved for every log there is, or broken by one."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from onward.history.stepping import Step
from onward.model.elements import Invariant
from onward.model.guards import Memory, expressions
from onward.model.model import Model
from onward.proof.asked import Column, Kept, Questions, Symbol, kept_of
from onward.proof.conjuncts import conjuncts
from onward.proof.exploring import Care, Goal, explore
from onward.proof.proving import Answer, prove
from onward.proof.running import BoundlessError, Ran, is_broken


@frozen(eq=False)
class Part:
    """A part of an invariant that must hold by itself.

    Attributes:
        invariant: the whole.
        reads: the variables that the part reads.
        goal: that a step breaks it.

    """

    invariant: Invariant
    reads: tuple[Kept, ...]
    goal: Goal


def answers_of(model: Model, questions: Questions, most: int) -> Iterator[tuple[Invariant, Answer]]:
    """Yield for every invariant whether any log breaks it: `never`, `reached` (by the witness) or `open`.

    Args:
        model: what may happen.
        questions: the cells of what it asks.
        most: how many runs of a step may be made for one part of an invariant.

    """
    parts = {number: _parts(model, each) for number, each in enumerate(model.invariants)}
    plain = _proved_at_once(model, questions, [part for found in parts.values() for part in found], most)
    columns: tuple[Symbol, ...] = ()
    for number, invariant in enumerate(model.invariants):
        answers = []
        for part in parts[number]:
            # A column that mattered once will matter again, and costs little to keep track of.
            answer = plain.get(part.goal) or prove(model, questions, part.goal, Care(part.reads, columns), most)
            columns = tuple(dict.fromkeys((*columns, *(s for s in answer.care.watched if isinstance(s, Column)))))
            answers.append(answer)
        yield invariant, _together(answers)


def _together(answers: Sequence[Answer]) -> Answer:
    """Return the answer to a whole from those to its parts: the shortest log that breaks one, or what is open."""
    reached = [answer for answer in answers if answer.status == "reached"]
    left = [answer for answer in answers if answer.status == "open"]
    least = min((answer.least for answer in (*reached, *left)), default=0)
    if reached:
        return evolve(min(reached, key=lambda answer: len(answer.witness or ())), least=least)
    most = max(answers, key=lambda answer: answer.cases)
    return evolve(most, status="open", least=least) if left else most


def _parts(model: Model, invariant: Invariant) -> list[Part]:
    """Return the parts of an invariant, each smaller and easier to prove than the whole."""
    if invariant.guard is None:
        return [_part(model, invariant, invariant)]
    return [_part(model, invariant, evolve(invariant, guard=guard)) for guard in conjuncts(invariant.guard)]


def _part(model: Model, invariant: Invariant, part: Invariant) -> Part:
    def met(ran: Ran) -> bool:
        return is_broken(part, ran)

    def shown(step: Step) -> bool:
        return any(each is invariant for each in step.broken)

    parts = () if part.guard is None else expressions(part.guard)
    reads = dict.fromkeys(kept_of(model)[each.name] for each in parts if isinstance(each, Memory))
    return Part(invariant, tuple(reads), Goal(met, shown))


def _proved_at_once(model: Model, questions: Questions, parts: Iterable[Part], most: int) -> dict[Goal, Answer]:
    """Return the answers to the parts that hold whatever memory holds: one exploration does for all of them."""
    asked = list(parts)
    if not asked:
        return {}
    care = Care(tuple(dict.fromkeys(kept for part in asked for kept in part.reads)))
    try:
        found = explore(model, questions, care, [part.goal for part in asked], most=most)
    except BoundlessError:
        return {}
    if not found.complete:
        return {}
    return {part.goal: Answer("never", 0, found.cases) for part in asked if part.goal not in found.trails}
