"""Guard text ⇄ Guard. A mistake points at its column; nothing is ever evaluated as Python.

The language, loosest binding first: `or`, `and`, `not`, one comparison (`== != < <= > >= in`), `+ -`, `*`, a sign,
then names, numbers, quoted strings, `true`, `false` and parentheses.
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import NoReturn, get_args

from attrs import define, field, frozen

from onward.model.guards import (
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Constant,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Not,
    OneOf,
    Operator,
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.model.kinds import NAMES, Kind, compared, kind_of
from onward.model.vocabulary import COLUMNS, ELAPSED, KEYWORDS, RESERVED, Vocabulary, is_name
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
        return self.condition(found, start)

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

    def membership(self, value: Expression, start: _Token) -> OneOf:
        opened = self.here
        if not self.take("["):
            self.stop("a list must follow in", "write in [first, second]")
        options: list[Expression] = []
        while not options or self.take(","):
            token = self.here
            option = self.value(self.sum(), token)
            self.check_pair(token, "==", self.as_type(value, option), self.as_type(option, value), start, token)
            options.append(option)
        self.expect("]", opened)
        return OneOf(self.as_type(value, *options), tuple(self.as_type(option, value) for option in options))

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
        kinds = self.kind(left), self.kind(right)
        if "unknown" in kinds or ("attribute" in kinds and not {"phase", "type"} & set(kinds)):
            return
        if kinds[0] != kinds[1]:
            named = [value.name for value in (left, right) if isinstance(value, PhaseName | TypeName)]
            quotes = f'a text stands in quotes: "{named[0]}"' if named and "attribute" in kinds else ""
            self.note(at, f"{NAMES[kinds[0]]} is never {NAMES[kinds[1]]}", quotes or "compare things of one kind")
        elif kinds[0] in {"truth", "type"} and operator not in {"==", "!="}:
            self.note(at, f"{NAMES[kinds[0]]} has no order", "compare with == or !=")

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
            return self.name(token)
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
        found = self.of_case(text)
        if found is None:
            return self.unknown(token)
        if not self.names.case:
            self.note(token, f"{text!r} is not known here", "this guard sees the event only: use event.<attribute>")
        return found

    def of_case(self, text: str, *, before: bool = False) -> Expression | None:
        if text == "phase":
            return CurrentPhase(before)
        if text in self.names.context:
            return Memory(text, before)
        if text in ELAPSED and not before:
            return Elapsed("years_in_phase" if text == ELAPSED[0] else "years_since_start")
        if (text in self.names.phases or text == "start") and not before:
            return PhaseName(text)
        return None

    def of_event(self, token: _Token, rest: str) -> Expression:
        if not self.names.event:
            self.note(token, "there is no event to look at here", "use the phase and the context only")
        if not rest and (opened := self.take("[")):
            key = self.here
            if key.kind != "text":
                self.stop("event[...] takes a quoted name", 'write event["name of the column"]')
            self.at += 1
            self.expect("]", opened)
            return Attribute(re.sub(r"\\(.)", r"\1", key.text[1:-1]))
        if not rest:
            self.stop("event alone says nothing", "write event.<attribute> or event.type", token)
        if rest == "time":
            self.note(token, "event.time is not compared", "use years_in_phase or years_since_start")
        elif rest in COLUMNS:
            self.note(token, f"guards do not see event.{rest}", f"use a column other than {', '.join(COLUMNS)}")
        if "." in rest:
            self.note(token, f"{token.text!r} has a dot too many", 'write event["name of the column"]')
        return EventType() if rest == "type" else Attribute(rest)

    def of_before(self, token: _Token, rest: str) -> Expression:
        if not self.names.before:
            self.note(token, "'before' is known in `step` invariants only", "use the name without before.")
        found = self.of_case(rest, before=True)
        if found is None:
            near = nearest(rest, ["phase", *self.names.context])
            mend = f"did you mean 'before.{near}'?" if near else "write before.phase or before.<context variable>"
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
            self.note(start, f"{NAMES[kind]} is no condition", f"compare it: {compared(found, kind)}")
        return Holds(found)

    def value(self, found: Guard | Expression, start: _Token) -> Expression:
        """Return *found* as a value; a condition cannot be compared."""
        if isinstance(found, Guard):
            self.stop("a condition cannot be compared", "join conditions with and, or, not", start)
        return found

    def number(self, found: Guard | Expression, start: _Token) -> Expression:
        """Return *found* as a number to reckon with; note a value that is none."""
        value = self.value(found, start)
        if self.kind(value) not in {"number", "attribute", "unknown"}:
            self.note(start, f"{NAMES[self.kind(value)]} cannot be added or multiplied", "use numbers only")
        return value

    def kind(self, value: Expression) -> Kind:
        return "unknown" if value is _UNKNOWN else kind_of(value, self.names.parameters)
