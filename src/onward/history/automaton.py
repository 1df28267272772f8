"""Automaton: all that can become of a case, as finitely many states.

Guards may ask of memory only whether counters have reached constants, which flags are set, and how values that are kept
compare with constants. Then the phases (of all tracks) and the memory together come in finitely many states that guards
can tell apart. The automaton has every one that some log leads to, and what each event does there.
"""

import itertools
from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np
from attrs import evolve, field, frozen

from onward.history.alphabets import Kept, Variant, doubts_of, letter_of, letters_of
from onward.history.finite import endless
from onward.history.minimising import classes_of
from onward.history.product import Paths, Product, paths_of, product_of
from onward.history.program import Letter, Program, UnfitError
from onward.history.stepping import Move, Outcome
from onward.log.log import Event
from onward.model.elements import Flag, Invariant, Latest, Transition
from onward.model.model import Model
from onward.problems import ModelError, Problem


def automaton(model: Model) -> "Automaton":
    """Return the automaton of *model*: every state that a case can come to, by any log at all.

    Raises:
        ModelError: the model is not finite (each guard at fault is named), or too large.

    """
    if model.has_clockwork:
        # However many letters and places there are, this alone is too much.
        raise ModelError(endless(model))
    try:
        program = Program(model)
        product = product_of(program, letters_of(model))
    except UnfitError as error:
        mend = "replay runs it by the plain engine"
        raise ModelError([Problem(model.name, f"no automaton can be made: {error.why}", mend)]) from error
    return Automaton(model, product, program, doubts_of(model))


@frozen
class Level:
    """How much of a context variable guards can see: its *number*, or that number and more where it is *full*.

    A *flag* is 1 or 0.
    """

    variable: str
    number: int
    full: bool
    flag: bool = False

    def __str__(self) -> str:
        if self.flag:
            return self.variable if self.number else f"not {self.variable}"
        return f"{self.variable} {'>=' if self.full else '=='} {self.number}"


@frozen
class State:
    """A state of an automaton.

    Attributes:
        places: where the case is, on every track.
        levels: the counters and flags that a guard asks for.
        kept: what guards see of the values that `latest` variables keep.
        broken: the `always` invariants that do not hold.

    """

    places: tuple[str, ...]
    levels: tuple[Level, ...] = ()
    kept: tuple[Kept, ...] = ()
    broken: tuple[Invariant, ...] = ()

    @property
    def place(self) -> str:
        """Where the case is; with several tracks the places one after the other: `declared; linked`."""
        return "; ".join(self.places)

    def __str__(self) -> str:
        told = [*self.places, *map(str, self.levels), *map(str, self.kept)]
        return ", ".join([*told, *(f"broken: {each.name}" for each in self.broken)])


_BY_WEIGHT: tuple[Outcome, ...] = ("moved", "refused", "unknown", "held", "recorded")


@frozen
class Edge:
    """What a letter does in a state; the same as the step of any event that is this letter.

    What is said of one track is said here of all, as in a `Step`.

    Attributes:
        moves: what it does on every track.
        broken: the invariants that held before it and no longer do.
        state: the number of the state that it leads to.

    """

    moves: tuple[Move, ...]
    broken: tuple[Invariant, ...]
    state: int

    @property
    def outcome(self) -> Outcome:
        """`moved`, `recorded`, `held`, `refused` or `unknown`: the one that says most."""
        outcomes = {move.outcome for move in self.moves}
        return next(outcome for outcome in _BY_WEIGHT if outcome in outcomes)

    @property
    def before(self) -> str:
        """The place before it."""
        return "; ".join(move.before for move in self.moves)

    @property
    def after(self) -> str:
        """The place after it."""
        return "; ".join(move.after for move in self.moves)

    @property
    def fired(self) -> tuple[Transition, ...]:
        """The transitions that fire, track by track, in order."""
        return tuple(transition for move in self.moves for transition in move.fired)


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
    _program: Program
    doubts: tuple[str, ...] = ()
    _paths: Paths = field(init=False)

    @_paths.default
    def _read_paths(self) -> Paths:
        return paths_of(self.product.ways, len(self._program.joints))

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
        joints = self._program.joints.places
        reached = {place for number in np.unique(self.product.places).tolist() for place in joints[number]}
        return tuple(place for place in self.model.places if place in reached)

    def letter(self, event: Event, new: Collection[str] = ()) -> int:
        """Return the number of the letter that *event* is, with a value that is *new* to these variables."""
        letter = letter_of(self.model, event)
        classes = self.product.classes
        found = []
        for variable in sorted(self._left_with.get(letter, ())):
            reducer = self.model.context[variable].reducer
            value = event.attributes.get(reducer.attribute) if isinstance(reducer, Latest) else None
            found += [] if value is None else [classes.kept(variable, classes.number(variable, value))]
        return self._numbers[letter, frozenset(new), frozenset(found)]

    def step(self, state: int, letter: int) -> Edge:
        """Return what *letter* does in *state*, both by number."""
        product = self.product
        path, following = int(product.paths[state, letter]), int(product.next[state, letter])
        places = self._program.joints.places[product.places[state]]
        if path < 0:
            outcome: Outcome = "unknown" if path % 2 else "refused"
            moves = tuple(
                Move(track, outcome, place, place) for track, place in zip(self.model.track_names, places, strict=True)
            )
            return Edge(moves, (), following)
        moves = tuple(self._moves(places, letter, path))
        return Edge(moves, tuple(self._broken(state, letter, moves)), following)

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
    def _numbers(self) -> dict[tuple[Letter, frozenset[str], frozenset[Kept]], int]:
        return {
            (each.letter, frozenset(each.new), frozenset(each.kept)): number for number, each in enumerate(self.letters)
        }

    @cached_property
    def _left_with(self) -> dict[Letter, set[int]]:
        """The variables that an event of a letter leaves a value to."""
        kept = self.product.classes.asked
        letters = dict.fromkeys(each.letter for each in self.letters)
        return {
            letter: {choice.variable for choice in choices if choice.variable in kept}
            for letter, choices in zip(letters, self.product.choices, strict=True)
        }

    def _state(self, number: int) -> State:
        product, model = self.product, self.model
        counted, kept = [], []
        for position, (variable, held, cap) in enumerate(
            zip(model.context, product.memory[number].tolist(), product.caps, strict=True)
        ):
            if position in product.classes.asked:
                kept.append(product.classes.kept(position, held))
            elif cap:
                counted.append(Level(variable.name, held, held == cap, isinstance(variable.reducer, Flag)))
        invariants = self._program.invariants
        return State(
            places=self._program.joints.places[product.places[number]],
            levels=tuple(counted),
            kept=tuple(kept),
            broken=tuple(
                model.invariants[position]
                for position, bit in zip(invariants.positions, invariants.bits, strict=True)
                if bit >= 0 and int(product.broken[number]) >> bit & 1
            ),
        )

    def _moves(self, places: tuple[str, ...], letter: int, path: int) -> Iterable[Move]:
        """Yield what *path* does on every track."""
        model = self.model
        kind = self.letters[letter].letter.type or ""
        fired_together = [self._program.moves[number].fired for number in self._paths[path][1]]
        for number, (track, before) in enumerate(zip(model.track_names, places, strict=True)):
            fired = tuple(model.transitions[each[number]] for each in fired_together if each[number] >= 0)
            answered = any(transition.answers(kind) for transition in model.leaving(before, track))
            outcome: Outcome = "moved" if fired else "held" if answered else "recorded"
            entered = tuple(model.entered(transition.target) for transition in fired)
            yield Move(track, outcome, before, (before, *entered)[-1], fired, entered)

    def _broken(self, state: int, letter: int, moves: tuple[Move, ...]) -> Iterable[Invariant]:
        ranks = self.model.ranks
        back = {
            move.track
            for move in moves
            if any(
                ranks[later].start < ranks[earlier].start
                for earlier, later in itertools.pairwise((move.before, *move.entered))
            )
        }
        positions = self._program.invariants.positions
        told = {positions[number] for number in self.product.breaches[self.product.told[state, letter]]}
        for position, invariant in enumerate(self.model.invariants):
            goes_back = invariant.kind == "irreversible" and (invariant.track in back if invariant.track else back)
            if position in told or goes_back:
                yield invariant
