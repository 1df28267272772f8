"""PRISM: a finite model as a Markov decision process, for the model checkers PRISM and Storm.

What event comes next is nobody's chance, so that there are no probabilities: in every state the checker may choose any
letter of the automaton. The largest probability that something is ever reached is then 1 or 0: some log leads to it, or
none does. A checker that knows nothing of Onward's proofs can so confirm them.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from onward.export.boxes import boxes_of, points_of
from onward.export.identifiers import identifiers, in_one_line
from onward.history.alphabets import Variant
from onward.history.automaton import Automaton, automaton
from onward.model.elements import START, Flag, Invariant, Variable
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.version import __version__

# What PRISM and Storm keep for themselves, as keywords or as functions; both read what is written here.
_KEYWORDS = frozenset(
    """
    A C E F G I LRA LRAmax LRAmin M P Pmax Pmin R Rmax Rmin S T Tmax Tmin U W X
    atLeastOneOf atMostOneOf bool ceil clock const cos ctmc ctmdp cumul deadlock double dtmc endinit endinvariant
    endmodule endobservables endplayer endrewards endsystem exactlyOneOf exp false filter floor formula func global
    iff implies init int invariant label log ma max mdp min mod module multi nondeterministic observable observables of
    player pomdp popta pow prob probabilistic pta quantile rate rewards round sin smg sqrt stochastic system tan true
    xor
    """.split()  # noqa: SIM905  # words without quotes are read more easily
)

_SHOWN = 3
"""Letters that a comment names; of the others it says how many they are."""

_MOST_WORK = 1_000_000_000
"""Numbers to look at for conditions that have many states in one; beyond it every state has commands of its own."""


def prism(model: Model) -> str:
    """Return *model* as a PRISM model: an `mdp` whose steps are those of its automaton.

    Raises:
        ModelError: the model is not finite (each guard at fault is named), or too large.

    """
    # Not the minimal automaton: that is minimal in its steps, and takes two states for one whose counters differ, or in
    # whose places nothing happens any more. Here places and counters are what one asks for.
    made = automaton(model)
    names = _Names(model)
    columns = tuple(_columns(made, names))
    parts = [_header(made, names), _constants(names), _module(made, names, columns), _labels(names)]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def properties(model: Model) -> str:
    """Return what to ask of `prism(model)`, as a file of properties: of every invariant, whether a log breaks it."""
    names = _Names(model)
    if not model.invariants:
        return f"// {in_one_line(model.label)} has no invariants.\n"
    asked = (
        f'// {in_one_line(invariant.name)}\nPmax=? [ F "{label}" ];\n'
        for invariant, label in zip(model.invariants, names.broken_labels, strict=True)
    )
    return "".join((f"// {in_one_line(model.label)}: 0 where no log breaks the invariant\n", *asked))


@frozen
class _Names:
    """What a model's own names are in PRISM: identifiers of one kind, and labels, which stand between quotes."""

    model: Model

    @cached_property
    def _identifiers(self) -> tuple[tuple[str, ...], ...]:
        model = self.model
        kinds = (
            [f"place_{track}" if track else "place" for track in model.track_names],
            [f"at_{place}" for place in model.places],
            [f"broken_{each.name}" for each in model.invariants],
            [f"unmet_{each.name}" for each in model.invariants],
            [each.name for each in model.context],
            list(model.kinds),
            [model.name],
        )
        found = identifiers(itertools.chain.from_iterable(kinds), _KEYWORDS.__contains__)
        return tuple(tuple(itertools.islice(found, len(kind))) for kind in kinds)

    @property
    def tracks(self) -> tuple[str, ...]:
        """The variable of every track, which has the rank of the place."""
        return self._identifiers[0]

    @cached_property
    def places(self) -> dict[str, dict[str, str]]:
        """By track its places, `start` first; each with its constant."""
        named = dict(zip(self.model.places, self._identifiers[1], strict=True))
        return {
            track: {place: name for place, name in named.items() if self.model.track_of.get(place, track) == track}
            for track in self.model.track_names
        }

    @property
    def broken(self) -> tuple[str, ...]:
        """The variable of every invariant that is true once it was broken."""
        return self._identifiers[2]

    @property
    def unmet(self) -> tuple[str, ...]:
        """The variable of every `always` invariant that is true as long as it does not hold."""
        return self._identifiers[3]

    @property
    def context(self) -> tuple[str, ...]:
        """The variable of every context variable."""
        return self._identifiers[4]

    @cached_property
    def actions(self) -> dict[str | None, str]:
        """The action of every event type."""
        return dict(zip(self.model.kinds, self._identifiers[5], strict=True))

    @property
    def module(self) -> str:
        """The name of the module."""
        return self._identifiers[6][0]

    @cached_property
    def _labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        wanted = [f"broken_{each.name}" for each in self.model.invariants]
        found = tuple(identifiers([*wanted, *self._named], {*_KEYWORDS, "ended"}.__contains__))
        return found[: len(wanted)], found[len(wanted) :]

    @cached_property
    def _named(self) -> tuple[str, ...]:
        """`start`, and every phase and stage."""
        inside = (
            (phase.name, *(f"{phase.name}.{stage.name}" for stage in phase.stages)) for phase in self.model.phases
        )
        return (START, *itertools.chain.from_iterable(inside))

    @property
    def broken_labels(self) -> tuple[str, ...]:
        """The label of every invariant that says that it was broken."""
        return self._labels[0]

    @property
    def place_labels(self) -> Iterator[tuple[str, str]]:
        """`start`, every phase and every stage, each with its label."""
        return zip(self._named, self._labels[1], strict=True)


@frozen(eq=False)
class _Column:
    """One variable of the module; whatever it stands for, its values are numbers from 0.

    Attributes:
        name: the variable.
        values: by state, its value.
        texts: how each value is written.
        comments: what it stands for, and what its values do.
        counts: whether it goes up by one and never down.

    """

    name: str
    values: NDArray[np.int64]
    texts: tuple[str, ...]
    comments: tuple[str, ...]
    counts: bool = False

    @property
    def declared(self) -> Iterator[str]:
        """Its declaration, in lines."""
        first, *more = map(in_one_line, self.comments)
        kind = "bool" if self.texts == _TRUTHS else f"[0..{self.top}]"
        yield f"{self.name} : {kind} init {'false' if self.texts == _TRUTHS else 0}; // {first}"
        yield from (f"//   {each}" for each in more)

    @property
    def top(self) -> int:
        """Its largest value."""
        return len(self.texts) - 1

    def within(self, low: int, high: int) -> Iterator[str]:
        """Yield the conditions that it is from *low* to *high*; none where it always is."""
        if low == high and self.texts == _TRUTHS:
            yield self.name if low else f"!{self.name}"
        elif low == high:
            yield f"{self.name}={self.texts[low]}"
        else:
            if low > 0:
                yield f"{self.name}>={self.texts[low]}"
            if high < self.top:
                yield f"{self.name}<={self.texts[high]}"

    def becomes(self, was: int, now: int) -> str:
        """Return the update that takes it from one value to another."""
        # Said so, it is the same update wherever the count stands.
        return self.up if self.counts and now == was + 1 else f"({self.name}'={self.texts[now]})"

    @property
    def up(self) -> str:
        """The update that adds one."""
        return f"({self.name}'={self.name}+1)"


_TRUTHS = ("false", "true")


def _columns(made: Automaton, names: _Names) -> Iterator[_Column]:
    """Yield the variables that tell one state from another: places, memory, and invariants that do not hold."""
    yield from _places(made, names)
    product = made.product
    for number, (variable, name) in enumerate(zip(made.model.context, names.context, strict=True)):
        values = product.memory[:, number]
        if number in product.classes.asked:
            yield _kept(made, number, name)
        elif isinstance(variable.reducer, Flag) and product.caps[number]:
            yield _Column(name, values, _TRUTHS, (_told(variable),))
        elif cap := product.caps[number]:
            yield _Column(name, values, _digits(cap), (f"{_told(variable)}; {cap} is that many or more",), counts=True)
    if product.broken.any():
        for invariant, name in zip(made.model.invariants, names.unmet, strict=True):
            unmet = np.array([any(each is invariant for each in state.broken) for state in made.states], np.int64)
            if unmet.any():
                yield _Column(name, unmet, _TRUTHS, (f"whether this does not hold now: {invariant.name}",))


def _places(made: Automaton, names: _Names) -> Iterator[_Column]:
    """Yield the variable of every track: how far along its places the case is, 0 at `start`."""
    model, product = made.model, made.product
    _, firsts, inverse = np.unique(product.places, return_index=True, return_inverse=True)
    # A step says where the case was, on every track; one state will do for all that are at the same places.
    at = [made.step(state, 0).moves for state in firsts.tolist()]
    for number, (track, name) in enumerate(zip(model.track_names, names.tracks, strict=True)):
        places = names.places[track]
        numbers = {place: number for number, place in enumerate(places)}
        values = np.array([numbers[moves[number].before] for moves in at], np.int64)[inverse.ravel()]
        comment = f"where the case is on the track {track}" if track else "where the case is"
        yield _Column(name, values, tuple(places.values()), (comment,))


def _kept(made: Automaton, number: int, name: str) -> _Column:
    """Return the variable of a value that is kept, with a number for all values that guards cannot tell apart."""
    variable, classes = made.model.context[number], made.product.classes
    # Some classes look to guards like no value at all, and are in no state.
    numbers = (0, *(each for each in classes.numbers(number) if classes.seen[each] == each))
    values = np.searchsorted(numbers, made.product.memory[:, number])
    told = (f"{value}: {classes.kept(number, each)}" for value, each in enumerate(numbers))
    return _Column(name, values, _digits(len(numbers) - 1), (_told(variable), *told))


def _told(variable: Variable) -> str:
    return f"{variable.name}: {variable.label}"


def _digits(top: int) -> tuple[str, ...]:
    return tuple(map(str, range(top + 1)))


# ---- the parts of the file


def _header(made: Automaton, names: _Names) -> Iterator[str]:
    model = made.model
    yield f"// {in_one_line(model.label)}"
    yield f"// The model {in_one_line(model.name)}, fingerprint {fingerprint(model)}, written by Onward {__version__}."
    yield "//"
    yield "// Which event comes next is the checker's choice, not a matter of chance: a largest probability is 1 where"
    yield "// some log leads there, and 0 where no log at all does."
    if made.doubts:
        yield "// 0 is sure. 1 is not, for some of the steps may be of no log:"
        yield from (f"//   {in_one_line(doubt)}" for doubt in made.doubts)
    yield "// To ask:"
    yield from (f'//   Pmax=? [ F "{label}" ]' for label in (*names.broken_labels, "ended"))
    yield ""
    yield "mdp"


def _constants(names: _Names) -> Iterator[str]:
    for places in names.places.values():
        for number, (place, name) in enumerate(places.items()):
            if number or places is next(iter(names.places.values())):
                yield f"const int {name} = {number}; // {in_one_line(place)}"


def _module(made: Automaton, names: _Names, columns: Sequence[_Column]) -> Iterator[str]:
    yield f"module {names.module}"
    for column in columns:
        yield from (f"  {line}" for line in column.declared)
    for invariant, name in zip(made.model.invariants, names.broken, strict=True):
        yield f"  {name} : bool init false; // whether some step has broken this: {in_one_line(invariant.name)}"
    yield ""
    # An event of an unknown type changes nothing, wherever the case is. So no state is without a step.
    yield "  [] true -> true; // what changes nothing: events that are unknown, refused, or without effect"
    yield from (f"  {command}" for command in _commands(made, names, columns))
    yield "endmodule"


def _commands(made: Automaton, names: _Names, columns: Sequence[_Column]) -> Iterator[str]:
    """Yield commands for all letters that change anything: those that do the same in the same states have one."""
    values = np.column_stack([column.values for column in columns])
    told = _Told(made.letters)
    work = 0
    for (update, which), states in _effects(made, names, columns, values.tolist()).items():
        inside = values[states]
        work += values.size
        if work < _MOST_WORK:
            # What is full is never added to, not even where no case comes to: checkers look there, too.
            tops = np.array([column.top - (column.up in update) for column in columns], np.int64)
            outside = np.delete(values, states, axis=0)
            boxes = []
            for box in boxes_of(inside, outside, tops):
                boxes.append(box)
                work += values.size
        else:
            boxes = list(points_of(inside))
        types = told.types(which)
        action = names.actions[types[0]] if len(types) == 1 else ""
        for box in boxes:
            conditions = [each for column, ends in zip(columns, box, strict=True) for each in column.within(*ends)]
            yield f"[{action}] {' & '.join(conditions) or 'true'} -> {' & '.join(update)}; // {told.listed(which)}"


_Effects = dict[tuple[tuple[str, ...], tuple[int, ...]], list[int]]
"""By updates, and the letters that bring them about, the states in which they do."""


def _effects(made: Automaton, names: _Names, columns: Sequence[_Column], values: Sequence[Sequence[int]]) -> _Effects:
    """Return what letters do in which states, other than nothing."""
    updates, numbers = _breaches(made, names)
    after = made.product.next * np.int64(len(updates)) + numbers
    at, by = np.nonzero(after != np.arange(len(made))[:, None] * len(updates))
    codes = after[at, by]
    order = np.lexsort((by, codes, at))
    steps = zip(at[order].tolist(), codes[order].tolist(), by[order].tolist(), strict=True)
    found: _Effects = {}
    for (state, code), same in itertools.groupby(steps, lambda step: step[:2]):
        following, breach = divmod(code, len(updates))
        changed = zip(columns, values[state], values[following], strict=True)
        update = (*(column.becomes(was, now) for column, was, now in changed if was != now), *updates[breach])
        found.setdefault((update, tuple(letter for _, _, letter in same)), []).append(state)
    return found


@frozen
class _Told:
    """How comments tell letters."""

    letters: tuple[Variant, ...]

    def types(self, which: Sequence[int]) -> tuple[str | None, ...]:
        """Return the event types of letters, given by number, each once."""
        return tuple(dict.fromkeys(self.letters[each].letter.type for each in which))

    def listed(self, which: Sequence[int]) -> str:
        """Return letters, given by number: an event type where it is all of its letters, and the first few only."""
        here = Counter(self.letters[each].letter.type for each in which)
        words = dict.fromkeys(
            self._texts[each] if here[type_] < self._counts[type_] else in_one_line(str(type_))
            for each in which
            for type_ in (self.letters[each].letter.type,)
        )
        shown, more = tuple(itertools.islice(words, _SHOWN)), len(words) - _SHOWN
        return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(in_one_line(str(each)) for each in self.letters)

    @cached_property
    def _counts(self) -> Counter[str | None]:
        return Counter(each.letter.type for each in self.letters)


def _breaches(made: Automaton, names: _Names) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
    """Return what steps make true for good, none first, and by state and letter the number of that."""
    product = made.product
    # A path begins at its place and has all its moves: with what is told of guards, it decides what is broken.
    outputs = (product.paths.astype(np.int64) - product.paths.min()) * len(product.breaches) + product.told
    _, firsts, inverse = np.unique(outputs, return_index=True, return_inverse=True)
    broken = [made.step(*divmod(first, outputs.shape[1])).broken for first in firsts.tolist()]
    numbers: dict[tuple[str, ...], int] = {(): 0}
    found = [numbers.setdefault(_updates(made.model, names, each), len(numbers)) for each in broken]
    return list(numbers), np.array(found, np.int64)[inverse].reshape(outputs.shape)


def _updates(model: Model, names: _Names, broken: Sequence[Invariant]) -> tuple[str, ...]:
    return tuple(
        f"({name}'=true)"
        for invariant, name in zip(model.invariants, names.broken, strict=True)
        if any(each is invariant for each in broken)
    )


def _labels(names: _Names) -> Iterator[str]:
    model = names.model
    yield f'label "ended" = {" & ".join(_ended(names))}; // the case has come to an end'
    for place, label in names.place_labels:
        yield f'label "{label}" = {_inside(names, place)}; // {in_one_line(place)}'
    for invariant, variable, label in zip(model.invariants, names.broken, names.broken_labels, strict=True):
        yield f'label "{label}" = {variable}; // {in_one_line(invariant.name)}'


def _ended(names: _Names) -> Iterator[str]:
    """Yield for every track the condition that the case is in one of its final places."""
    for variable, places in zip(names.tracks, names.places.values(), strict=True):
        final = [f"{variable}={name}" for place, name in places.items() if names.model.is_final(place)]
        yield f"({' | '.join(final)})" if final else "false"


def _inside(names: _Names, place: str) -> str:
    """Return the condition that the case is at a place, or in a phase; at `start` it is on every track."""
    model = names.model
    if place == START:
        return " & ".join(
            f"{variable}={places[START]}" for variable, places in zip(names.tracks, names.places.values(), strict=True)
        )
    track = model.track_of[place]
    variable = names.tracks[model.track_numbers[track]]
    inside = [names.places[track][model.places[rank]] for rank in model.ranks[place]]
    return f"{variable}={inside[0]}" if len(inside) == 1 else f"{variable}>={inside[0]} & {variable}<={inside[-1]}"
