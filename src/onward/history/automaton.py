"""Automaton: all that can become of a case, as finitely many states.

Where guards ask of memory only whether counters have reached constants, phase and memory together come in finitely many
states that guards can tell apart. The automaton has every one that some log leads to, and what each event does there.
"""

from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np
from attrs import evolve, field, frozen

from onward.history.alphabets import Variant, doubts_of, letter_of, letters_of
from onward.history.minimising import classes_of
from onward.history.product import Paths, Product, paths_of, product_of
from onward.history.program import Invariants, Program, UnfitError
from onward.history.stepping import Outcome
from onward.log.log import Event
from onward.model.elements import Invariant, Transition
from onward.model.model import Model
from onward.problems import ModelError, Problem


def automaton(model: Model) -> "Automaton":
    """Return the automaton of *model*: every state that a case can come to, by any log at all.

    Raises:
        ModelError: the model is not finite (each guard at fault is named), or too large.

    """
    try:
        program = Program(model)
        product = product_of(program, letters_of(model))
    except UnfitError as error:
        mend = "replay runs it by the plain engine"
        raise ModelError([Problem(model.name, f"no automaton can be made: {error.why}", mend)]) from error
    return Automaton(model, product, program.invariants, doubts_of(model))


@frozen
class Level:
    """How much of a context variable guards can see: its *number*, or that number and more where it is *full*."""

    variable: str
    number: int
    full: bool

    def __str__(self) -> str:
        return f"{self.variable} {'>=' if self.full else '=='} {self.number}"


@frozen
class State:
    """A state of an automaton.

    Attributes:
        place: where the case is.
        levels: the context variables that a guard asks for.
        broken: the `always` invariants that do not hold.

    """

    place: str
    levels: tuple[Level, ...] = ()
    broken: tuple[Invariant, ...] = ()

    def __str__(self) -> str:
        return ", ".join([self.place, *map(str, self.levels), *(f"broken: {each.name}" for each in self.broken)])


@frozen
class Edge:
    """What a letter does in a state; the same as the step of any event that is this letter.

    Attributes:
        outcome: `moved`, `recorded`, `held`, `refused` or `unknown`.
        before: the place before it.
        after: the place after it.
        fired: the transitions that fire, in order.
        broken: the invariants that held before it and no longer do.
        state: the number of the state that it leads to.

    """

    outcome: Outcome
    before: str
    after: str
    fired: tuple[Transition, ...]
    broken: tuple[Invariant, ...]
    state: int


@frozen(eq=False, repr=False)
class Automaton:
    """All that can become of a case.

    Its states are numbered in the order in which they are reached from the first, that of a case that has not begun;
    its letters are what an event can be to a case. `product` has both as arrays of numbers, and the steps.

    Attributes:
        model: what may happen.
        product: the states, the letters and the steps, as numbers.
        doubts: why it may have letters that no event is, and so steps and states that no log leads to; nothing where
            it is exact.

    """

    model: Model
    product: Product
    _invariants: Invariants
    doubts: tuple[str, ...] = ()
    _paths: Paths = field(init=False)

    @_paths.default
    def _read_paths(self) -> Paths:
        return paths_of(self.product.ways, len(self.model.places))

    def __len__(self) -> int:
        return len(self.product)

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        exact = "" if self.is_exact else "; not exact"
        sizes = f"{len(self):,} states, {len(self.letters):,} letters; minimal: {len(self.minimal):,} states"
        return f"automaton of {self.model.name}: {sizes}{exact}"

    @property
    def is_exact(self) -> bool:
        """Whether every letter is one that some event is."""
        return not self.doubts

    @property
    def letters(self) -> tuple[Variant, ...]:
        """What an event can be to a case, each at its number."""
        return self.product.variants

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states, each at its number."""
        return tuple(map(self._state, range(len(self))))

    @property
    def places(self) -> tuple[str, ...]:
        """The places that a case can come to, in the model's order."""
        return tuple(self.model.places[rank] for rank in np.unique(self.product.places))

    def letter(self, event: Event, new: Collection[str] = ()) -> int:
        """Return the number of the letter that *event* is, with a value that is *new* to these variables."""
        letter = letter_of(self.model, event)
        return self._numbers[letter, frozenset(new)]

    def step(self, state: int, letter: int) -> Edge:
        """Return what *letter* does in *state*, both by number."""
        product, model = self.product, self.model
        path, following = int(product.paths[state, letter]), int(product.next[state, letter])
        place = model.places[product.places[state]]
        if path < 0:
            return Edge("unknown" if path % 2 else "refused", place, place, (), (), following)
        fired = tuple(model.transitions[number] for number in self._paths[path][1])
        return Edge(
            outcome=self._outcome(place, letter, fired),
            before=place,
            after=model.places[product.places[following]],
            fired=fired,
            broken=tuple(self._broken(state, letter, fired)),
            state=following,
        )

    @cached_property
    def minimal(self) -> "Automaton":
        """The least automaton whose steps are the same: outcome, places, transitions and broken invariants.

        Each of its states stands for all those from which no run of events comes out differently; it is shown as the
        first of them.
        """
        product = self.product
        outputs = (product.paths.astype(np.int64) - product.paths.min()) * len(product.breaches) + product.told
        classes = classes_of(outputs, product.next)
        _, firsts = np.unique(classes, return_index=True)
        merged = evolve(
            product,
            places=product.places[firsts],
            memory=product.memory[firsts],
            broken=product.broken[firsts],
            next=classes[product.next[firsts]].astype(np.int32),
            paths=product.paths[firsts],
            told=product.told[firsts],
        )
        return evolve(self, product=merged)

    @cached_property
    def _numbers(self) -> dict[tuple[object, frozenset[str]], int]:
        return {(each.letter, frozenset(each.new)): number for number, each in enumerate(self.letters)}

    def _state(self, number: int) -> State:
        product = self.product
        known = zip(self.model.context, product.memory[number].tolist(), product.caps, strict=True)
        return State(
            place=self.model.places[product.places[number]],
            levels=tuple(Level(variable.name, held, held == cap) for variable, held, cap in known if cap),
            broken=tuple(
                self.model.invariants[position]
                for position, bit in zip(self._invariants.positions, self._invariants.bits, strict=True)
                if bit >= 0 and int(product.broken[number]) >> bit & 1
            ),
        )

    def _outcome(self, place: str, letter: int, fired: tuple[Transition, ...]) -> Outcome:
        kind = self.letters[letter].letter.type or ""
        answered = any(transition.answers(kind) for transition in self.model.leaving(place))
        return "moved" if fired else "held" if answered else "recorded"

    def _broken(self, state: int, letter: int, fired: tuple[Transition, ...]) -> Iterable[Invariant]:
        ranks = [int(self.product.places[state])]
        ranks += [self.model.ranks[self.model.entered(transition.target)].start for transition in fired]
        back = ranks != sorted(ranks)
        told = {
            self._invariants.positions[number] for number in self.product.breaches[self.product.told[state, letter]]
        }
        for position, invariant in enumerate(self.model.invariants):
            if position in told or (back and invariant.kind == "irreversible"):
                yield invariant
