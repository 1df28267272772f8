"""Candidates: the events that might be added to a case, as far as guards can tell them apart.

Each says as little as possible. For every guard that an event may have to answer, the conditions on its attributes are
put together to the fewest that can make the guard hold; what an event does is decided by which guards it makes hold,
and so every event does the same as one that is made of such parts, or as one that says nothing.
"""

import itertools
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from attrs import evolve, field, frozen

from onward.history.judging import View, guard_holds, judge
from onward.history.memory import answers, seen_of
from onward.history.state import CaseState, not_begun
from onward.log.dates import Interval
from onward.log.log import AttributeType, Event, Value, is_number
from onward.model.elements import Distinct, Flag, Latest, Max, Open, Reducer, Sum, Variable
from onward.model.guards import (
    EACH,
    NAME,
    And,
    Attribute,
    Compare,
    Condition,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Named,
    Not,
    OneOf,
    Or,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import spelled, write_guard
from onward.scenario.gist import asked_of_variables, blank, fixed_value, guards_that_move, is_fixed, unfixed
from onward.scenario.wishes import (
    HAD,
    NEW,
    NOTHING,
    Candidate,
    Given,
    Had,
    New,
    Several,
    Short,
    Wish,
    by_size,
    joined,
)

MOST_WISHES = 500
"""Candidates of one event type at one place that are gone through; beyond it the search is told to be incomplete."""

OTHER = "other"
"""A text that no guard asks for."""
NOBODY = "any"
"""What stands before the `@` of a value of which only the kind matters."""


class TooManyError(Exception):
    """There are more candidates than can be gone through."""


# ---- the attributes of events


@frozen(eq=False)
class Candidates:
    """The candidates of a model.

    Attributes:
        model: what may happen; whatever it remembers counts.
        kinds: by attribute, the type of its values.
        seen: by attribute, values that are known from the log, to take as examples.
        is_lean: whether what there is no end of is left out: amounts to add to sums, values to compare with others.

    """

    model: Model
    kinds: Mapping[str, AttributeType]
    seen: Mapping[str, tuple[Value, ...]] = field(factory=dict)
    is_lean: bool = False
    _found: dict[tuple[str, tuple[str, ...]], tuple[Candidate, ...]] = field(init=False, factory=dict)
    _alike: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[Candidate, ...], ...]] = field(
        init=False, factory=dict
    )
    _truths: dict[tuple[object, ...], bool | None] = field(init=False, factory=dict)
    _doubts: dict[str, None] = field(init=False, factory=dict)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why there may be events, among those met so far, that do what no candidate does."""
        return (*self._loose, *self._doubts)

    def at(self, kind: str, places: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Return the candidates of an event type for a case in *places*, those that say least first."""
        key = kind, places
        if key not in self._found:
            self._found[key] = tuple(sorted(self._made(kind, places), key=by_size))
        return self._found[key]

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that an event may say something of."""
        return tuple(sorted(self._whole | self._sought.keys()))

    def kinds_asked(self, name: str) -> tuple[AttributeType, ...]:
        """Return the types of values that the model asks of the attribute *name*."""
        values = [*self._constants(name), *self._domains.get((name, ""), ())]
        found: dict[AttributeType, None] = {}
        if any(isinstance(value, str) for value in values) or name in self._sought:
            found["string"] = None
        if any(isinstance(value, bool) for value in values):
            found["boolean"] = None
        if any(is_number(value) for value in values):
            found["number"] = None
        return tuple(found) or ("string",)

    def alike(self, kinds: tuple[str, ...], places: tuple[str, ...]) -> tuple[tuple[Candidate, ...], ...]:
        """Return the candidates of some event types, those together that do the same to every case in *places*."""
        key = kinds, places
        if key not in self._alike:
            groups: dict[Hashable, list[Candidate]] = {}
            for candidate in sorted((each for kind in kinds for each in self.at(kind, places)), key=by_size):
                groups.setdefault(self._effect(candidate, places), []).append(candidate)
            self._alike[key] = tuple(map(tuple, groups.values()))
        return self._alike[key]

    def values(self, name: str) -> tuple[Given, ...]:
        """Return the values of the attribute *name* of which every other is like one."""
        return self._values[name]

    @cached_property
    def repeated(self) -> Mapping[tuple[str, str], tuple[Value, ...]]:
        """By attribute and part the values that candidates may have and the case may have had."""
        found: dict[tuple[str, str], tuple[Value, ...]] = {}
        for variable in self._variables:
            if isinstance(variable.reducer, Distinct):
                name, part = variable.reducer.attribute, variable.reducer.part
                if part:
                    sought = (text for of, text in self._sought.get(name, ()) if of == part)
                    found[name, part] = (*sought, *map(_text, self._domains.get((name, part), ())), NOBODY, OTHER)
                else:
                    found[name, part] = tuple(
                        value for value in self._values[name] if not isinstance(value, New | Had | Short)
                    )
        return found

    def event(self, candidate: Candidate, state: CaseState, time: Interval | None) -> Event | None:
        """Return *candidate* as an event of date *time*; None where there is no value that the case has not had yet."""
        attributes: dict[str, Value] = {}
        for name, value in candidate.values:
            given = self._given(name, value, state)
            if given is None:
                return None
            attributes[name] = given
        for name, each in candidate.several:
            texts = self._texts(name, each, state)
            if texts is None:
                return None
            attributes[name] = ";".join(texts)
        return Event(candidate.type, time, attributes=attributes, until=time if candidate.ends else None)

    def _given(self, name: str, value: Given, state: CaseState) -> Value:
        """Return *value* as it is for a case in *state*; None where there is none."""
        match value:
            case New():
                return next(iter(self._fresh(name, "", state, 1)), None)
            case Had():
                named = self.repeated[name, ""]
                return min((had for had in self._had(name, "", state) if had not in named), key=repr, default=None)
            case Short(bound, more):
                kept = zip(self.model.context, state.memory, strict=True)
                sums = [seen_of(each.reducer, had) for each, had in kept if _is_sum_of(each.reducer, name)]
                return bound - sums[0] + more if is_number(sums[0]) else None
            case _:
                return value

    # -- what there is to ask

    @cached_property
    def _variables(self) -> tuple[Variable, ...]:
        """The variables that guards ask for."""
        return tuple(each for each in self.model.context if each.name in asked_of_variables(self.model))

    @cached_property
    def _conditions(self) -> tuple[Condition, ...]:
        """Every condition that an event may have to answer."""
        wheres = (each.reducer.where for each in self._variables if each.reducer.where is not None)
        guards = (*guards_that_move(self.model), *wheres)
        return tuple(dict.fromkeys(condition for guard in guards for condition in conditions(guard)))

    @cached_property
    def _sought(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """By attribute with several values what is sought in it, each with the part."""
        found: dict[str, dict[tuple[str, str], None]] = {}
        for condition in self._conditions:
            if isinstance(condition, Contains) and is_fixed(condition.value):
                value = fixed_value(self.model, condition.value)
                texts = () if value is None else ((condition.attribute.part or EACH, spelled(value)),)
                found.setdefault(condition.attribute.name, {}).update(dict.fromkeys(texts))
        for variable in self._variables:
            if isinstance(variable.reducer, Distinct) and variable.reducer.part:
                found.setdefault(variable.reducer.attribute, {})
        return {name: tuple(sought) for name, sought in found.items()}

    @cached_property
    def _whole(self) -> frozenset[str]:
        """The attributes of which the whole cell counts: those, too, that may have several and have one in the log."""
        single = {name for name in self._sought if self.kinds.get(name, "string") != "string"}
        return self._as_one | single

    @cached_property
    def _as_one(self) -> frozenset[str]:
        """The attributes that are compared as one value, by themselves or once a variable keeps or counts them."""
        found = {name for each in self._conditions if not isinstance(each, Contains) for name in _names(each)}
        return frozenset(found | {_attribute(variable.reducer) for variable in self._variables} - {""})

    @cached_property
    def _domains(self) -> Mapping[tuple[str, str], tuple[Value, ...]]:
        """By attribute and part the values that the model declares; those of a whole cell have no part."""
        return {
            (each.attribute, "" if each.part == EACH and each.attribute not in self._sought else each.part): tuple(
                value for value, _ in each.values
            )
            for each in self.model.domains
        }

    @cached_property
    def _loose(self) -> tuple[str, ...]:
        """What makes it doubtful that every event does the same as a candidate."""
        return tuple(dict.fromkeys(self._doubtful()))

    def _doubtful(self) -> Iterator[str]:
        for condition in self._conditions:
            if not self._is_settled(condition):
                yield f"`{write_guard(condition)}` compares an attribute with what is no constant"
        for name in sorted(self._sought.keys() & self._as_one):
            yield f"{name} is asked for as one value and for the values in it"
        counted: dict[str, str] = {}
        asked = asked_of_variables(self.model)
        for variable in self._variables:
            reducer = variable.reducer
            name = getattr(reducer, "attribute", "")
            if isinstance(reducer, Sum):
                yield f"{variable.name} is a sum, to which an event may add any number"
            if isinstance(reducer, Latest | Max) and not (asked[variable.name].is_plain or self._is_told_whole(name)):
                yield unfixed(self.model, variable.name)
            if not isinstance(reducer, Distinct):
                continue
            if name in counted:
                alike = counted[name] == reducer.part
                yield f"several variables count {'values' if alike else 'parts'} of {name}"
            counted.setdefault(name, reducer.part)
            if not reducer.part and self._is_ordered(name):
                yield f"{variable.name} counts different values of {name}, which guards compare by their order"
            if reducer.part and asked[variable.name].cap is None:
                yield f"an event may add any number of values to {variable.name}"
            if reducer.part and self._parts_sought(name) - {reducer.part}:
                yield f"{variable.name} counts one part of {name}, and guards ask for another"
            if reducer.part and (name, reducer.part) in self._domains and self._sought.get(name):
                yield f"{variable.name} counts the few values of {name}, and guards ask for some of them"
            if reducer.part and self.kinds.get(name, "string") != "string":
                yield f"{variable.name} counts values in {name}, which the log has as one"

    def _is_told_whole(self, name: str) -> bool:
        """Tell whether every value of an attribute is gone through: truths, and what the model declares."""
        return self.kinds.get(name, "string") == "boolean" or (name, "") in self._domains

    def _parts_sought(self, name: str) -> set[str]:
        return {part for part, _ in self._sought.get(name, ())}

    def _is_ordered(self, name: str) -> bool:
        compared = [each for each in self._conditions if name in _names(each) and isinstance(each, Compare)]
        kept = [each.reducer for each in self._variables if isinstance(each.reducer, Latest | Max | Sum)]
        return any(each.operator not in {"==", "!="} for each in compared) or any(
            reducer.attribute == name for reducer in kept
        )

    def _is_settled(self, condition: Condition) -> bool:
        """Tell whether *condition* asks for no attribute, or compares one with what is fixed."""
        match condition:
            case Contains(value):
                return is_fixed(value)
            case _ if not _names(condition):
                return True
            case Holds(Attribute()):
                return True
            case Compare(_, Attribute(), other) | Compare(_, other, Attribute()):
                return is_fixed(other)
            case OneOf(Attribute(), options):
                return all(map(is_fixed, options))
            case _:
                return False

    # -- values

    @cached_property
    def _values(self) -> Mapping[str, tuple[Given, ...]]:
        return {name: tuple(self._values_of(name)) for name in sorted(self._whole | self._sought.keys())}

    def _values_of(self, name: str) -> Iterator[Given]:
        """Yield values of the attribute *name* that come out as any other does; those that guards name come first."""
        kind = self.kinds.get(name, "string")
        constants = [value for value in self._constants(name) if value is not None]
        declared = self._domains.get((name, ""), ())
        texts = [value for value in constants if isinstance(value, str)]
        if declared:
            fitting = (_fitting(value, kind) for value in declared)
            yield from (value for value in fitting if value is not None)
        elif kind == "boolean":
            yield from (True, False)
        elif kind == "string":
            yield from dict.fromkeys(_texts_among(texts, self.seen.get(name, ()), ordered=self._is_ordered(name)))
            yield from self._cells_of_several(name)
        else:
            yield from _numbers_among([value for value in constants if is_number(value)], kind)
            yield from self._short_of(name)
        if kind != "boolean" and self._counting(name):
            yield NEW
            if not declared and not self._is_ordered(name):
                yield HAD

    def _counting(self, name: str) -> int:
        """Return how many variables count different whole cells of the attribute *name*."""
        reducers = (each.reducer for each in self._variables)
        return sum(isinstance(each, Distinct) and not each.part and each.attribute == name for each in reducers)

    def _short_of(self, name: str) -> Iterator[Short]:
        asked = asked_of_variables(self.model)
        for variable in self._variables:
            if _is_sum_of(variable.reducer, name):
                bounds = dict.fromkeys(value for value in asked[variable.name].constants if is_number(value))
                yield from (Short(bound, more) for bound in bounds for more in (0, 1, -1))

    def _cells_of_several(self, name: str) -> Iterator[str]:
        """Yield cells with each choice of a few sought values, where the whole cell is asked for, too."""
        sought = self._sought.get(name, ())[:_FEW]
        for count in range(1, len(sought) + 1):
            for some in itertools.combinations(sought, count):
                yield ";".join(itertools.starmap(_spelled, some))

    def _constants(self, name: str) -> Iterator[Value]:
        """Yield what the attribute *name* is compared with, by itself or once a variable keeps it."""
        for condition in self._conditions:
            if name in _names(condition) and not isinstance(condition, Contains):
                yield from _fixed_in(self.model, condition)
        if self.kinds.get(name, "string") != "string":
            yield from (number for _, text in self._sought.get(name, ()) if (number := _number(text)) is not None)
        asked = asked_of_variables(self.model)
        for variable in self._variables:
            if _attribute(variable.reducer) == name:
                if not isinstance(variable.reducer, Distinct):
                    yield from asked[variable.name].constants
                if isinstance(variable.reducer, Sum | Max):
                    yield from (0, 1, -1)

    def _had(self, name: str, part: str, state: CaseState) -> set[Value]:
        """Return the values of an attribute, or of a part of it, that a variable has counted."""
        had: set[Value] = set()
        for variable, kept in zip(self.model.context, state.memory, strict=True):
            reducer = variable.reducer
            if isinstance(reducer, Distinct) and (reducer.attribute, reducer.part) == (name, part):
                assert isinstance(kept, frozenset)  # noqa: S101  # what `distinct` keeps
                had |= kept
        return had

    def _fresh(
        self, name: str, part: str, state: CaseState, count: int, unwanted: Collection[Value] = ()
    ) -> list[Value]:
        """Return so many values of an attribute, or of a part of it, that no variable has counted yet, or fewer."""
        had = self._had(name, part, state) | set(unwanted)
        declared = self._domains.get((name, part))
        if declared is not None:
            given: Iterable[Value] = map(_text, declared) if part else declared
        elif not part and self.kinds.get(name) in {"integer", "number"}:
            known = [value for value in (*had, *self._values[name]) if is_number(value)]  # type: ignore[arg-type]  # NEW is no number
            highest = int(max(known, default=0))
            given = (_fitting(highest + more, self.kinds[name]) for more in itertools.count(1))
        else:
            word = f"new {name if part in {'', EACH, NAME} else part}"
            given = (word if number == 1 else f"{word} {number}" for number in itertools.count(1))
        return list(itertools.islice((value for value in given if value not in had), count))

    def _texts(self, name: str, each: Several, state: CaseState) -> list[str] | None:
        """Return the values of a cell with several, None where there are none."""
        texts = [_spelled(part, text) for part, text in sorted(each.has)]
        for part, count in sorted(each.fresh):
            told = {text for of, text in each.has | each.lacks if of == part}
            fresh = self._fresh(name, part, state, count, told)
            if len(fresh) < count:
                return None
            texts += [_spelled(part, str(value)) for value in fresh]
        if texts:
            return texts
        parts = {part for part, _ in each.lacks}
        for (attribute, part), values in self._domains.items():
            if attribute == name and part in parts:
                left = [text for text in map(_text, values) if (part, text) not in each.lacks]
                return [_spelled(part, left[0])] if left else None
        return [OTHER]

    # -- candidates

    def _made(self, kind: str, places: tuple[str, ...]) -> Iterator[Candidate]:
        found: list[Wish] = [NOTHING]
        try:
            for group in self._groups(kind, places):
                found = list(dict.fromkeys([*found, *joined(found, group)]))
                if len(found) > MOST_WISHES:
                    raise TooManyError  # noqa: TRY301  # inside a group, too
        except TooManyError:
            self._doubts[f"events of {kind} come in too many kinds that guards tell apart"] = None
        seen: set[Candidate] = set()
        for candidate in itertools.chain.from_iterable(self._told(kind, wish) for wish in found):
            if candidate not in seen:
                seen.add(candidate)
                yield candidate

    def _told(self, kind: str, wish: Wish) -> Iterator[Candidate]:
        """Yield the candidates that meet *wish*, one for each choice of values."""
        names = [name for name, _ in wish.values]
        choices = [
            [value for bit, value in enumerate(self._values[name]) if mask >> bit & 1] for name, mask in wish.values
        ]
        for chosen in itertools.product(*choices):
            yield Candidate(kind, tuple(zip(names, chosen, strict=True)), wish.several, wish.ends)

    # -- what a candidate does

    def _effect(self, candidate: Candidate, places: tuple[str, ...]) -> Hashable:
        """Return a value that two candidates share only if they do the same to every case in *places*."""
        model, kind = self.model, candidate.type
        event = self.event(candidate, not_begun(model, ""), None)
        if event is None or any(self._hangs_on_case(name, value) for name, value in candidate.values):
            return candidate
        guards = [((-1, at), rule.when) for at, rule in enumerate(model.forbid) if answers(rule.on, kind)]
        for number, (track, place) in enumerate(zip(model.track_names, places, strict=True)):
            out = enumerate(model.leaving(place, track))
            guards += [((number, at), each.when) for at, each in out if each.answers(kind)]
        found: list[Hashable] = []
        found += [(number, self._seen_by(guard, candidate, event)) for number, guard in guards]
        found += [self._seen_by(each.when, candidate, event) for each in model.transitions if each.on is None]
        left = (
            (number, _left_with(variable.reducer, candidate))
            for number, variable in enumerate(model.context)
            if answers(variable.reducer.types, kind)
            and guard_holds(variable.reducer.where, self._view_of(event)) is True
        )
        rests = tuple(answers(types, kind) for types in model.rests)
        return tuple(found), tuple(left), rests

    def _hangs_on_case(self, name: str, value: Given) -> bool:
        """Tell whether guards may see something else in *value* for one case than for another."""
        return isinstance(value, Short | Had) or (isinstance(value, New) and (name, "") in self._domains)

    def _view_of(self, event: Event) -> View:
        return evolve(blank(self.model), event=event)

    def _seen_by(self, guard: Guard | None, candidate: Candidate, event: Event) -> Hashable:
        """Return what *guard* sees of a candidate: how its conditions on the event come out."""
        found: list[Hashable] = []
        for condition in () if guard is None else conditions(guard):
            names, of_type, of_case = _looks(condition)
            if (names or of_type) and of_case:
                found.append(candidate)
            elif names or of_type:
                told = (event.type if of_type else "", *(repr(event.attributes.get(name)) for name in names))
                key = (condition, *told)
                if key not in self._truths:
                    self._truths[key] = judge(self._view_of(event), condition)
                found.append(self._truths[key])
        return tuple(found)

    def _groups(self, kind: str, places: tuple[str, ...]) -> Iterator[list[Wish]]:
        """Yield, for each thing that an event of this *kind* may bring about, the least that it must say for it."""
        for variable in self._variables:
            if answers(variable.reducer.types, kind):
                wishes = self._wishes(variable.reducer.where, kind)
                yield wishes
                if asks := list(self._asks(variable.name, variable.reducer)):
                    yield from ([each] for wish in asks for each in joined(wishes, [wish]))
        for guard in self._judged(kind, places):
            yield self._wishes(guard, kind)
            for condition in conditions(guard):
                if not self._is_settled(condition) and not self.is_lean:
                    for name in sorted(_names(condition)):
                        yield from ([self._valued(name, 1 << bit)] for bit in range(len(self._values.get(name, ()))))

    def _judged(self, kind: str, places: tuple[str, ...]) -> Iterator[Guard]:
        """Yield the guards that decide what an event of this *kind* does to a case in *places*."""
        model = self.model
        for rule in model.forbid:
            if rule.when is not None and answers(rule.on, kind):
                yield rule.when
        for transition in model.transitions:
            if transition.when is not None and (transition.on is None or transition.answers(kind)):
                place = places[model.track_numbers[transition.track]]
                if transition.on is None or transition in model.leaving(place, transition.track):
                    yield transition.when

    def _asks(self, name: str, reducer: Reducer) -> Iterator[Wish]:
        """Yield what an event may say to a variable, beside that it answers it."""
        match reducer:
            case Distinct(attribute, part=part) if part and attribute in self._whole:
                yield from (self._valued(attribute, 1 << bit) for bit in range(len(self._values[attribute])))
            case Distinct(attribute, part=part) if part:
                cap = asked_of_variables(self.model)[name].cap
                for count in range(1, 2 if cap is None else cap + 1):
                    yield Wish(several=((attribute, Several(fresh=frozenset({(part, count)}))),))
            case Distinct(attribute):
                # What is new to one of several variables need not be so to the others; of few values each may count.
                are_all = self._counting(attribute) > 1 or (attribute, "") in self._domains
                bits = range(len(self._values[attribute]))
                yield from (
                    self._valued(attribute, 1 << bit)
                    for bit in bits
                    if are_all or _is_new(self._values[attribute], bit)
                )
            case Latest(attribute) | Max(attribute) | Sum(attribute) if not (self.is_lean and isinstance(reducer, Sum)):
                yield from (self._valued(attribute, 1 << bit) for bit in range(len(self._values[attribute])))
            case Open():
                yield Wish(ends=True)
            case _:
                pass

    def _valued(self, name: str, mask: int) -> Wish:
        return Wish(values=((name, mask),))

    def _wishes(self, guard: Guard | None, kind: str) -> list[Wish]:
        """Return the least that an event of this *kind* must say for *guard* to hold, whatever else decides it."""
        return [NOTHING] if guard is None else self._ways(guard, kind, wanted=True)

    def _ways(self, guard: Guard, kind: str, *, wanted: bool) -> list[Wish]:
        # Where one way asks for nothing, since the case may decide, another of the event itself still counts.
        match guard:
            case Not(part):
                return self._ways(part, kind, wanted=not wanted)
            case Named(_, part):
                return self._ways(part, kind, wanted=wanted)
            case And(parts) | Or(parts):
                ways = [self._ways(part, kind, wanted=wanted) for part in parts]
                if isinstance(guard, Or) == wanted:
                    return list(dict.fromkeys(itertools.chain.from_iterable(ways)))
                found = [NOTHING]
                for each in ways:
                    found = list(dict.fromkeys(joined(found, each)))
                    if len(found) > MOST_WISHES:
                        raise TooManyError
                return found
            case Compare() | OneOf() | Holds() | Contains():  # the union is closed
                return self._ways_of(guard, kind, wanted=wanted)

    def _ways_of(self, condition: Condition, kind: str, *, wanted: bool) -> list[Wish]:
        """Return the least that an event must say for *condition* to come out as *wanted*; nothing where it may so."""
        if isinstance(condition, Contains) and self._is_settled(condition):
            name = condition.attribute.name
            if name not in self._whole:
                return list(self._sought_in(condition, wanted=wanted))
            names = {name}
        else:
            names = _names(condition)
        if not names:
            looks = any(isinstance(part, Memory | CurrentPhase | Elapsed) for part in expressions(condition))
            return [NOTHING] if looks or self._judge(condition, kind, {}) is wanted else []
        if not self._is_settled(condition):
            return [NOTHING]
        (name,) = names
        mask = sum(
            1 << bit
            for bit, value in enumerate(self._values[name])
            if self._judge(condition, kind, {name: self._example(name, value)}) is wanted
        )
        return [self._valued(name, mask)] if mask else []

    def _sought_in(self, condition: Contains, *, wanted: bool) -> Iterator[Wish]:
        name, part = condition.attribute.name, condition.attribute.part or EACH
        value = fixed_value(self.model, condition.value)
        if value is not None:
            texts = frozenset({(part, spelled(value))})
            yield Wish(several=((name, Several(has=texts) if wanted else Several(lacks=texts)),))

    def _judge(self, condition: Condition, kind: str, attributes: Mapping[str, Value]) -> bool | None:
        return judge(evolve(blank(self.model), event=Event(kind, None, attributes=attributes)), condition)

    def _example(self, name: str, value: Given) -> Value:
        """Return *value*, or one that it may come to, as far as conditions tell such values apart."""
        if isinstance(value, Short):
            return value.bound + value.more
        if not isinstance(value, New | Had):
            return value
        if declared := self._domains.get((name, "")):
            return declared[0]
        if self.kinds.get(name, "string") == "string":
            return f"new {name}"
        return max((each for each in self._values[name] if is_number(each)), default=0) + 1  # type: ignore[arg-type]  # numbers


_FEW = 4


@lru_cache(maxsize=4096)
def _looks(condition: Condition) -> tuple[tuple[str, ...], bool, bool]:
    """Return the attributes that *condition* looks at, and whether it looks at the event's type, and at the case."""
    parts = tuple(expressions(condition))
    return (
        tuple(sorted(_names(condition))),
        any(isinstance(part, EventType) for part in parts),
        any(isinstance(part, Memory | CurrentPhase | Elapsed) for part in parts),
    )


def _left_with(reducer: Reducer, candidate: Candidate) -> Hashable:
    """Return what a candidate says to a variable that it answers."""
    match reducer:
        case Flag(set=types):
            return answers(types, candidate.type)
        case Open():
            return candidate.ends
        case Distinct(attribute) | Latest(attribute) | Max(attribute) | Sum(attribute):
            return repr(dict(candidate.values).get(attribute)), dict(candidate.several).get(attribute)
        case _:
            return None


def _is_new(values: Sequence[Given], bit: int) -> bool:
    """Tell whether a value may be new to a case: truths stand for themselves."""
    return isinstance(values[bit], New | bool)


def _is_sum_of(reducer: Reducer, name: str) -> bool:
    return isinstance(reducer, Sum) and reducer.attribute == name


def _attribute(reducer: Reducer) -> str:
    """Return the attribute of which a variable asks for the whole cell, if it does."""
    match reducer:
        case Distinct(attribute, part="") | Latest(attribute) | Max(attribute) | Sum(attribute):
            return attribute
        case _:
            return ""


def _names(condition: Condition) -> set[str]:
    return {part.name for part in expressions(condition) if isinstance(part, Attribute)}


def _fixed_in(model: Model, condition: Condition) -> Iterator[Value]:
    match condition:
        case Compare(_, left, right):
            sides: tuple[Expression, ...] = (left, right)
        case OneOf(value, options):
            sides = (value, *options)
        case _:
            yield True
            return
    yield from (fixed_value(model, side) for side in sides if is_fixed(side))


def _text(value: Value) -> str:
    return "" if value is None else spelled(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _spelled(part: str, text: str) -> str:
    """Return a value, as a cell with several has it, of which a part is *text*."""
    return text if part in {"", EACH, NAME} else f"{NOBODY}@{text}"


def _fitting(value: Value, kind: AttributeType) -> Value:
    """Return *value* as a column of this type has it, None where it does not fit."""
    match kind:
        case "boolean":
            return value if isinstance(value, bool) else None
        case "string":
            return value if isinstance(value, str) else None
        case "integer":
            return int(value) if is_number(value) and value == int(value) else None
        case "number":  # the union is closed
            return value if is_number(value) else None


def _texts_among(constants: Sequence[str], seen: Sequence[Value], *, ordered: bool) -> Iterator[str]:
    """Yield *constants*, and texts apart from them; where their order counts, also texts between them."""
    # No cell of a log holds an empty text, or one with blanks around it.
    yield from (text for text in constants if text and text == text.strip() and ";" not in text)
    if ordered and constants:
        yield from ("!", *(f"{text}!" for text in sorted(constants)))
    known = (value for value in seen if isinstance(value, str) and value not in constants)
    yield next(known, OTHER)


def _numbers_among(constants: Sequence[float], kind: AttributeType) -> Iterator[Value]:
    """Yield *constants*, and a number in every stretch between, below and above them."""
    cut = sorted(set(constants)) or [0]
    between = [(low + high) / 2 for low, high in itertools.pairwise(cut)]
    near = [number + step for number in cut for step in (0, 1, -1)]
    whole = [float(int(number)) + step for number in (*cut, *between) for step in (0, 1, -1)]
    fitting = (_fitting(number, kind) for number in (*near, *between, *(whole if kind == "integer" else ())))
    yield from dict.fromkeys(number for number in fitting if number is not None)


MOST_KINDS = 8
"""Ways to choose types for columns that the log does not have."""


def kinds_of(model: Model, known: Mapping[str, AttributeType]) -> tuple[list[Mapping[str, AttributeType]], bool]:
    """Return the types that the attributes of added events may have, and whether these are all choices.

    Args:
        model: what asks for them; an attribute that the log lacks has values of one of the types that it asks for.
        known: the types that the log settles.

    """
    asking = Candidates(model, {})
    choices = [
        [(name, kind) for kind in ([known[name]] if name in known else asking.kinds_asked(name))]
        for name in asking.attributes
    ]
    found = itertools.islice(itertools.product(*choices), MOST_KINDS + 1)
    chosen: list[Mapping[str, AttributeType]] = [dict(each) for each in found]
    return chosen[:MOST_KINDS], len(chosen) <= MOST_KINDS
