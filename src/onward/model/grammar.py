"""Guard text ⇄ Guard. A mistake points at its column; nothing is ever evaluated as Python.

The language, loosest binding first: `or`, `and`, `not`, one comparison (`== != < <= > >= in`), `+ -`, `*`, a sign,
then names, numbers, quoted strings, `true`, `false` and parentheses.
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeGuard, get_args

from attrs import define, evolve, field, frozen

from onward.model.guards import (
    EACH,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Named,
    Not,
    OneOf,
    Operator,
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.model.kinds import NAMES, Kind, compared, kind_of, named
from onward.model.spelling import spelled, write_expression
from onward.model.vocabulary import COLUMNS, ELAPSED, KEYWORDS, OF_TRACKS, RESERVED, Vocabulary, is_name
from onward.problems import nearest, suggestion

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<sign>==|!=|<=|>=|<|>|\+|-|\*|\(|\)|\[|\]|,)
    | (?P<stray>&&|\|\||\S)
    )""",
    re.VERBOSE,
)

_INSTEAD = {
    "=": "write == to compare",
    "&&": "write and",
    "&": "write and",
    "||": "write or",
    "|": "write or",
    "!": "write not",
    "/": "multiply by the inverse: there is no division",
    ".": "write a digit before the point",
    '"': "close the string with the quote that opened it",
    "'": "close the string with the quote that opened it",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write !=",
}


@frozen
class Mistake:
    """What is wrong with a guard's text, at *offset* characters from its start."""

    offset: int
    what: str
    mend: str


class GuardError(Exception):
    """A guard's text that is no guard; carries every mistake found."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        return "\n".join(f"column {m.offset + 1}: {m.what}; {m.mend}" for m in self.mistakes)


_UNKNOWN = Attribute("")
"""Stands where a name stood for nothing."""

_DIGITS = 18  # a whole number beyond that does not fit a 64-bit column
_DEEPEST = 40
_MOST = 200
"""Parentheses inside one another, and signs in one guard: reading each of them takes its share of Python's stack, and a
text beyond that was not written by a person."""
_MOST_COMPARED = 1000
_DEEPEST_NAMED = 200
"""Comparisons in one guard, and parts inside one another, with its named conditions written out: a few that each use
the one above twice would otherwise be longer than any machine could read."""


@frozen
class _Token:
    kind: str
    text: str
    offset: int


def parse_guard(text: str, vocabulary: Vocabulary) -> Guard:
    """Return the guard that *text* says.

    Args:
        text: as it stands in a model file.
        vocabulary: the names it may use.

    Raises:
        GuardError: the text is no guard, with every unknown name in it.

    """
    parser = _Parser(_tokens(text), vocabulary)
    guard = parser.whole()
    if parser.mistakes:
        raise GuardError(parser.mistakes)
    return guard


def _tokens(text: str) -> list[_Token]:
    found = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token("end", "", len(text.rstrip()))]


def _weight(guard: Guard, named: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Return how many conditions *guard* has with the *named* ones written out, and how deep they lie."""
    match guard:
        case And(parts) | Or(parts):
            weights = [_weight(part, named) for part in parts]
            return sum(compared for compared, _ in weights), 1 + max(depth for _, depth in weights)
        case Not(part):
            compared, depth = _weight(part, named)
            return compared, depth + 1
        case Named(name, part):
            if name not in named:
                compared, depth = _weight(part, named)
                named[name] = compared, depth + 1
            return named[name]
        case _:
            return 1, 0


def _keyword_meant(text: str) -> str | None:
    """Return the mend for a keyword in capitals, None for any other text."""
    return f"did you mean {text.casefold()}?" if text.casefold() in KEYWORDS else None


@define
class _Parser:
    """Reads tokens left to right; names that stand for nothing are noted and reading goes on."""

    tokens: list[_Token]
    names: Vocabulary
    at: int = 0
    mistakes: list[Mistake] = field(factory=list)
    named: _Token | None = None
    """Where the first named condition stands."""

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> _Token | None:
        """Step over the next token if it is one of *texts*."""
        token = self.here
        if token.kind in {"sign", "name"} and token.text in texts:
            self.at += 1
            return token
        return None

    def stop(self, what: str, mend: str, token: _Token | None = None) -> NoReturn:
        token = token or self.here
        before = self.tokens[self.tokens.index(token) - 1]
        # An unknown name is often why the next word does not fit: one slip, one problem.
        if self.mistakes and self.mistakes[-1].offset == before.offset:
            raise GuardError(self.mistakes)
        raise GuardError([*self.mistakes, Mistake(token.offset, what, mend)])

    def stop_at_a_slip(self) -> None:
        """Stop if the next token is one that other languages have for a word or sign of this one."""
        text = self.here.text
        mend = _INSTEAD.get(text) or _keyword_meant(text)
        if mend and text not in KEYWORDS:
            self.stop(f"{text!r} does not fit here", mend)

    def note(self, token: _Token, what: str, mend: str) -> None:
        self.mistakes.append(Mistake(token.offset, what, mend))

    def expect(self, text: str, opened: _Token) -> None:
        if not self.take(text):
            self.stop_at_a_slip()
            self.stop(f"{opened.text!r} is never closed", f"add {text!r} here", self.here)

    def whole(self) -> Guard:
        if self.here.kind == "end":
            self.stop("the guard is empty", "write a condition, or leave the key out")
        self.shallow()
        start = self.here
        found = self.disjunction()
        if self.here.kind != "end":
            self.stop_at_a_slip()
            self.stop(f"{self.here.text!r} does not fit here", "join conditions with and, or")
        guard = self.condition(found, start)
        if self.named and not self.mistakes:
            compared, depth = _weight(guard, {})
            if compared > _MOST_COMPARED or depth > _DEEPEST_NAMED:
                what = "the guard is too long with its conditions written out"
                self.note(self.named, what, f"use at most {_MOST_COMPARED} comparisons, conditions of conditions too")
        return guard

    def shallow(self) -> None:
        """Stop at the first token that would nest the guard too deeply to be read."""
        depth = signs = 0
        for token in self.tokens:
            depth += (token.text == "(") - (token.text == ")")
            signs += token.text in {"not", "+", "-", "*"}
            if depth > _DEEPEST:
                self.stop(
                    "the guard is nested too deeply", f"put at most {_DEEPEST} parentheses inside one another", token
                )
            if signs > _MOST:
                self.stop("the guard is too long", f"use at most {_MOST} signs and nots", token)

    # Every reading method below returns a condition or a value; which of the two is right is its caller's question.

    def disjunction(self) -> Guard | Expression:
        return self.chain("or", self.conjunction, Or)

    def conjunction(self) -> Guard | Expression:
        return self.chain("and", self.negation, And)

    def chain(
        self, word: str, part: Callable[[], Guard | Expression], whole: type[And] | type[Or]
    ) -> Guard | Expression:
        start = self.here
        first = part()
        if not (self.here.kind == "name" and self.here.text == word):
            return first
        parts = [self.condition(first, start)]
        while self.take(word):
            start = self.here
            parts.append(self.condition(part(), start))
        return whole(tuple(inner for p in parts for inner in (p.parts if isinstance(p, whole) else (p,))))

    def negation(self) -> Guard | Expression:
        if self.take("not"):
            start = self.here
            return Not(self.condition(self.negation(), start))
        return self.comparison()

    def comparison(self) -> Guard | Expression:
        start = self.here
        left = self.sum()
        if self.take("in"):
            guard: Guard = self.membership(self.value(left, start), start)
        elif sign := self.take(*get_args(Comparison)):
            right_start = self.here
            right = self.value(self.sum(), right_start)
            guard = self.compared(sign, self.value(left, start), start, right, right_start)
        else:
            return left
        if self.here.text in {"in", *get_args(Comparison)} and self.here.kind in {"sign", "name"}:
            self.stop("comparisons do not chain", "join two comparisons with and")
        return guard

    def membership(self, value: Expression, start: _Token) -> OneOf | Contains:
        opened = self.here
        if opened.kind == "name" and opened.text.partition(".")[0] == "event":
            return self.contained(value, start)
        if not self.take("["):
            self.stop("a list must follow in", "write in [first, second], or in event.<attribute>")
        options: list[Expression] = []
        while not options or self.take(","):
            token = self.here
            option = self.value(self.sum(), token)
            self.check_pair(token, "==", self.as_type(value, option), self.as_type(option, value), start, token)
            options.append(option)
        self.expect("]", opened)
        return OneOf(self.as_type(value, *options), tuple(self.as_type(option, value) for option in options))

    def contained(self, value: Expression, start: _Token) -> Contains:
        """Read an attribute with several values, one of which is *value*."""
        token = self.here
        self.at += 1
        found = self.of_event(token, token.text.partition(".")[2], several=True)
        if isinstance(found, EventType):
            self.note(token, "event.type is one value", f"compare it: event.type == {write_expression(value)}")
            return Contains(value, _UNKNOWN)
        attribute = evolve(found, part=found.part or EACH)
        if isinstance(value, PhaseName | TypeName):
            self.note(start, f"{NAMES[self.kind(value)]} is no text", f'write it in quotes: "{value.name}"')
        elif value is not _UNKNOWN and (
            not isinstance(value, Constant | Parameter) or self.kind(value) not in {"text", "number", "unknown"}
        ):
            mend = "write a text in quotes, a number or a parameter before in"
            self.note(start, f"{named(value, self.kind(value))} is not looked for among several values", mend)
        else:
            self.check_domain(attribute, value, start)
        return Contains(value, attribute)

    def compared(
        self, sign: _Token, left: Expression, left_start: _Token, right: Expression, right_start: _Token
    ) -> Compare:
        operator: Comparison = sign.text  # type: ignore[assignment]  # `take` was given these texts only
        left, right = self.as_type(left, right), self.as_type(right, left)
        self.check_pair(sign, operator, left, right, left_start, right_start)
        return Compare(operator, left, right)

    def as_type(self, value: Expression, *others: Expression) -> Expression:
        """Read a quoted string beside `event.type` as the event type it names."""
        beside_type = any(isinstance(other, EventType) for other in others)
        if beside_type and isinstance(value, Constant) and isinstance(value.value, str):
            return TypeName(value.value)
        return value

    def check_pair(  # noqa: PLR0913  # two values, their places and the sign between them belong together
        self,
        at: _Token,
        operator: Comparison,
        left: Expression,
        right: Expression,
        left_start: _Token,
        right_start: _Token,
    ) -> None:
        """Note a comparison that could never be right, whatever the log."""
        for value, token in ((left, left_start), (right, right_start)):
            if isinstance(value, TypeName) and value.name not in self.names.types:
                self.note(token, f"there is no event type {value.name!r}", suggestion(value.name, self.names.types))
                return
        if operator in {"==", "!="}:
            self.check_domain(left, right, right_start)
            self.check_domain(right, left, left_start)
        kinds = self.kind(left), self.kind(right)
        if "unknown" in kinds or ("attribute" in kinds and not {"phase", "type"} & set(kinds)):
            return
        if kinds[0] != kinds[1]:
            names = [value.name for value in (left, right) if isinstance(value, PhaseName | TypeName)]
            quotes = f'a text stands in quotes: "{names[0]}"' if names and "attribute" in kinds else ""
            what = f"{named(left, kinds[0])} is never {named(right, kinds[1])}"
            flags = [f"a flag stands alone: {x.name}, or not {x.name}" for x in (left, right) if self.is_flag(x)]
            self.note(at, what, quotes or next(iter(flags), "compare things of one kind"))
        elif kinds[0] in {"truth", "type"} and operator not in {"==", "!="}:
            self.note(at, f"{NAMES[kinds[0]]} has no order", "compare with == or !=")
        elif kinds[0] == "phase":
            self.check_tracks(at, left, right, left_start, right_start)

    def is_flag(self, value: Expression) -> TypeGuard[Memory]:
        return isinstance(value, Memory) and self.kind(value) == "truth"

    def check_tracks(
        self, at: _Token, left: Expression, right: Expression, left_start: _Token, right_start: _Token
    ) -> None:
        """Note phases of two tracks: they have no common order."""
        one, other = self.track_of(left), self.track_of(right)
        if one is None or other is None or one == other:
            return
        for value, its, token, wanted in ((left, one, left_start, other), (right, other, right_start, one)):
            beside = right if value is left else left
            if isinstance(value, PhaseName) and isinstance(beside, CurrentPhase):
                near = nearest(value.name, [name for name, track in self.names.phases.items() if track == wanted])
                mend = f"did you mean {near!r}?" if near else f"compare it with {its}.phase"
                self.note(token, f"{value.name!r} is a phase of {its}, not of {wanted}", mend)
                return
        what = f"phases of {one} and of {other} have no common order"
        self.note(at, what, "compare each with phases of its own track")

    def track_of(self, value: Expression) -> str | None:
        """Return the track that a phase is on; None for `start`, which is on each."""
        if isinstance(value, CurrentPhase):
            return value.track
        return self.names.phases.get(value.name) if isinstance(value, PhaseName) else None

    def check_domain(self, attribute: Expression, value: Expression, token: _Token) -> None:
        """Note a constant that the attribute never has."""
        if not isinstance(attribute, Attribute):
            return
        domain = self.names.domains.get(evolve(attribute, part=attribute.part or EACH))
        match value:
            case Constant(scalar):
                said = spelled(scalar)
            case Parameter(name) if (known := self.names.parameters[name]) is not None:
                said = spelled(known)
            case _:
                return
        values = [spelled(each) for each in domain or ()]
        if values and said not in values:
            self.note(token, f"{said!r} is no value of {write_expression(attribute)}", suggestion(said, values))

    def sum(self) -> Guard | Expression:
        return self.arithmetic(("+", "-"), self.product)

    def product(self) -> Guard | Expression:
        return self.arithmetic(("*",), self.signed)

    def arithmetic(self, signs: tuple[Operator, ...], part: Callable[[], Guard | Expression]) -> Guard | Expression:
        start = self.here
        left = part()
        while sign := self.take(*signs):
            operator: Operator = sign.text  # type: ignore[assignment]  # `take` was given these texts only
            right_start = self.here
            right = part()
            left = Arithmetic(operator, self.number(left, start), self.number(right, right_start))
        return left

    def signed(self) -> Guard | Expression:
        if self.take("-"):
            start = self.here
            operand = self.number(self.signed(), start)
            if isinstance(operand, Constant) and isinstance(operand.value, int | float):
                return Constant(-operand.value)
            return Minus(operand)
        return self.primary()

    def primary(self) -> Guard | Expression:
        token = self.here
        self.at += token.kind != "end"
        if token.kind == "number":
            return Constant(self.figure(token))
        if token.kind == "text":
            return Constant(re.sub(r"\\(.)", r"\1", token.text[1:-1]))
        if token.text == "(":
            inside = self.disjunction()
            self.expect(")", token)
            return inside
        if token.kind == "name" and token.text not in {"and", "or", "in", "not"}:
            return self.named_condition(token) if token.text in self.names.conditions else self.name(token)
        if token.kind == "end":
            self.stop("the guard ends too early", "write what is compared", token)
        return self.stop(
            f"{token.text!r} does not fit here", _INSTEAD.get(token.text, "write a name or a value here"), token
        )

    def figure(self, token: _Token) -> int | float:
        if token.text.isdigit() and len(token.text) <= _DIGITS:
            return int(token.text)
        number = float(token.text)
        if not math.isfinite(number):
            self.stop("the number is too large", "write a smaller one", token)
        return number

    def named_condition(self, token: _Token) -> Guard | Expression:
        guard = self.names.conditions[token.text]
        if token.text in self.names.below:
            what = f"the condition {token.text!r} does not stand above this one"
            self.note(token, what, "use conditions that stand above")
        if not self.names.case:
            self.not_here(token)
        self.named = self.named or token
        return _UNKNOWN if guard is None else Named(token.text, guard)

    def name(self, token: _Token) -> Expression:
        text = token.text
        if text in {"true", "false"}:
            return Constant(text == "true")
        head, _, rest = text.partition(".")
        if head == "event":
            return self.of_event(token, rest)
        if head == "before":
            return self.of_before(token, rest)
        if text in self.names.parameters:
            return Parameter(text)
        if text in self.names.types and text not in RESERVED:
            return TypeName(text)
        found = self.of_case(token, text)
        if found is None:
            return self.unknown(token)
        if not self.names.case:
            self.not_here(token)
        return found

    def not_here(self, token: _Token) -> None:
        self.note(token, f"{token.text!r} is not known here", "this guard sees the event only: use event.<attribute>")

    def of_case(self, token: _Token, text: str, *, before: bool = False) -> Expression | None:
        """Return what *text* says of the case; None for a name that stands for nothing."""
        head, _, rest = text.partition(".")
        if head in self.names.tracks:
            return self.of_track(token, head, rest, before=before)
        if text in OF_TRACKS and self.names.tracks and not self.names.track:
            ways = " or ".join(f"{'before.' if before else ''}{track}.{text}" for track in self.names.tracks)
            self.note(token, f"{token.text!r} does not say on which track", f"write {ways}")
            return _UNKNOWN
        if text == "phase":
            return CurrentPhase(before, self.names.track)
        if text in self.names.context:
            return Memory(text, before)
        if before:
            return None
        if text in ELAPSED:
            return Elapsed("years_in_phase", self.names.track) if text == ELAPSED[0] else Elapsed("years_since_start")
        return PhaseName(text) if text in self.names.phases or text == "start" else None

    def of_track(self, token: _Token, track: str, what: str, *, before: bool) -> Expression:
        if what == "phase":
            return CurrentPhase(before, track)
        if what == ELAPSED[0] and not before:
            return Elapsed("years_in_phase", track)
        known = [f"{'before.' if before else ''}{track}.{each}" for each in OF_TRACKS[: 1 if before else None]]
        if not what:
            self.note(token, f"{token.text} alone says nothing", f"write {known[0]}")
        elif what in self.names.phases:
            self.note(token, f"there is no {token.text!r}", f"a phase stands for itself: {known[0]} == {what}")
        elif what in self.names.context:
            self.note(token, f"there is no {token.text!r}", f"variables are of all tracks: write {what}")
        else:
            mend = suggestion(token.text, known, otherwise=f"write {' or '.join(known)}")
            self.note(token, f"there is no {token.text!r}", mend)
        return _UNKNOWN

    def of_event(self, token: _Token, rest: str, *, several: bool = False) -> Attribute | EventType:
        """Read what `event` has; *several*: one with several values may stand here."""
        if not self.names.event:
            self.note(token, "there is no event to look at here", "use the phase and the context only")
        found = self.attribute(token, rest)
        if not isinstance(found, Attribute) or not found.part or several:
            return found
        written = write_expression(evolve(found, part="")) + f".{found.part}"
        column = f', or event["{rest}"] for a column of that name' if rest else ""
        self.note(token, f"{written} can have several values", f'write "x" in {written}{column}')
        return _UNKNOWN

    def attribute(self, token: _Token, rest: str) -> Attribute | EventType:
        if not rest and (opened := self.take("[")):
            key = self.here
            if key.kind != "text":
                self.stop("event[...] takes a quoted name", 'write event["name of the column"]')
            self.at += 1
            self.expect("]", opened)
            return Attribute(re.sub(r"\\(.)", r"\1", key.text[1:-1]), self.part())
        if not rest:
            self.stop("event alone says nothing", "write event.<attribute> or event.type", token)
        name, _, part = rest.partition(".")
        if name == "time":
            self.note(token, "event.time is not compared", "use years_in_phase or years_since_start")
        elif name in COLUMNS:
            self.note(token, f"guards do not see event.{name}", f"use a column other than {', '.join(COLUMNS)}")
        elif name == "type" and part:
            self.note(token, "event.type is one value", "write event.type == <name>")
        elif "." in part:
            self.note(token, f"{token.text!r} has a dot too many", 'write event["name of the column"]')
        else:
            return EventType() if name == "type" else Attribute(name, part)
        return _UNKNOWN

    def part(self) -> str:
        """Read the part of an attribute that stands in brackets: `event["acting side"].ecology`."""
        dot, name = self.here, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if dot.text != "." or name.kind != "name" or name.offset != dot.offset + 1 or not is_name(name.text):
            return ""
        self.at += 2
        return name.text

    def of_before(self, token: _Token, rest: str) -> Expression:
        if not self.names.before:
            self.note(token, "'before' is known in `step` invariants only", "use the name without before.")
        found = self.of_case(token, rest, before=True)
        if found is None:
            bare = ["phase"] if self.names.track or not self.names.tracks else []
            known = [*bare, *(f"{track}.phase" for track in self.names.tracks), *self.names.context]
            near = nearest(rest, known)
            mend = f"did you mean 'before.{near}'?" if near else f"write before.{known[0]} or before.<context variable>"
            if rest in self.names.conditions:
                mend = "a condition is of now: write out what held before"
            self.note(token, f"there is no {token.text!r}", mend)
        return found or _UNKNOWN

    def unknown(self, token: _Token) -> Expression:
        """Note an unknown name; what it returns fits anywhere, so one slip is one problem."""
        text = token.text
        dotted = [name for name in self.names.phases if name.endswith(f".{text}")]
        if text in {"null", "None"}:
            mend = "leave it out: a comparison with a missing value never holds"
        elif keyword := _keyword_meant(text):
            mend = keyword
        elif dotted:
            mend = f"did you mean {dotted[0]!r}?"
        elif (near := nearest(text, self.names.names)) in self.names.types and near and not is_name(near):
            mend = f'did you mean "{near}", in quotes?'
        else:
            attribute = f"an attribute of the event is event.{text}, " if self.names.event else ""
            mend = suggestion(text, self.names.names, otherwise=f'{attribute}a text stands in quotes: "{text}"')
        self.note(token, f"there is no {text!r}", mend)
        return _UNKNOWN

    def condition(self, found: Guard | Expression, start: _Token) -> Guard:
        """Return *found* as a condition; note a value that is none."""
        if isinstance(found, Guard):
            return found
        kind = self.kind(found)
        if kind not in {"truth", "attribute", "unknown"}:
            self.note(
                start, f"{named(found, kind)} is no condition", f"compare it: {compared(found, kind, self.names)}"
            )
        return Holds(found)

    def value(self, found: Guard | Expression, start: _Token) -> Expression:
        """Return *found* as a value; a condition cannot be compared."""
        if isinstance(found, Guard):
            mend = f"write {found.name}, or not {found.name}" if isinstance(found, Named) else ""
            self.stop("a condition cannot be compared", mend or "join conditions with and, or, not", start)
        return found

    def number(self, found: Guard | Expression, start: _Token) -> Expression:
        """Return *found* as a number to reckon with; note a value that is none."""
        value = self.value(found, start)
        if self.kind(value) not in {"number", "attribute", "unknown"}:
            self.note(start, f"{NAMES[self.kind(value)]} cannot be added or multiplied", "use numbers only")
        return value

    def kind(self, value: Expression) -> Kind:
        return "unknown" if value is _UNKNOWN else kind_of(value, self.names)
