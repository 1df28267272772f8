"""Thrift's compact protocol, bytes ⇄ values: what the footer of a Parquet file is written in. Knows no Parquet.

Schema-less: a struct is its fields, whatever they mean, so that one can be changed and all others stay as they were.
The format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Iterable

from attrs import evolve, frozen

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
INTEGERS = (I16, I32, I64)
STOP = 0


@frozen
class Field:
    """One field of a struct: its number, the kind of its value, and the value."""

    number: int
    kind: int
    value: "Value"


@frozen
class Struct:
    """A struct: its fields, as they were written."""

    fields: tuple[Field, ...]

    def find(self, number: int) -> "Value | None":
        """Return the value of field *number*, or None if it is left out."""
        return next((field.value for field in self.fields if field.number == number), None)

    def changed(self, number: int, value: "Value") -> "Struct":
        """Return the struct with another *value* in field *number*, if it has that field."""
        return Struct(tuple(evolve(field, value=value) if field.number == number else field for field in self.fields))

    def without(self, number: int) -> "Struct":
        """Return the struct without field *number*."""
        return Struct(tuple(field for field in self.fields if field.number != number))


@frozen
class Items:
    """A list or a set: values of one kind."""

    kind: int
    values: "tuple[Value, ...]"


# Doubles stay the eight bytes that they are: nothing here computes with them. No footer holds a map.
Value = bool | int | bytes | Struct | Items


def parse_struct(data: bytes) -> Struct:
    """Return the struct that *data* begins with.

    Raises:
        ValueError: this is no struct.

    """
    try:
        return _Reader(data).struct()
    except IndexError:
        raise ValueError("the struct ends too early") from None


class _Reader:
    """A place in *data* that moves on with every value read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.data):
            raise IndexError
        return self.data[self.at - size : self.at]

    def varint(self) -> int:
        """Read a number of any length: seven bits a byte, the lowest first."""
        value = shift = 0
        while (byte := self.byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def integer(self) -> int:
        """Read a signed number, whose lowest bit is the sign (zigzag)."""
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def struct(self) -> Struct:
        fields = []
        number = 0
        while (head := self.byte()) != STOP:
            step, kind = head >> 4, head & 0x0F
            number = number + step if step else self.integer()
            # A truth stands in the kind of its field.
            fields.append(Field(number, kind, kind == TRUE if kind in (TRUE, FALSE) else self.value(kind)))
        return Struct(tuple(fields))

    def items(self) -> Items:
        head = self.byte()
        kind = head & 0x0F
        size = self.varint() if head >> 4 == 15 else head >> 4
        return Items(kind, tuple(self.value(kind) for _ in range(size)))

    def value(self, kind: int) -> Value:
        if kind in INTEGERS:
            return self.integer()
        if kind == BINARY:
            return self.take(self.varint())
        if kind == STRUCT:
            return self.struct()
        if kind in (LIST, SET):
            return self.items()
        if kind == DOUBLE:
            return self.take(8)
        if kind in (TRUE, FALSE, BYTE):  # a truth in a list is a byte of its own
            return self.byte()
        raise ValueError(f"{kind} is no kind of value")


def write_struct(struct: Struct) -> bytes:
    """Return *struct* as bytes."""
    return b"".join(_struct(struct))


def _struct(struct: Struct) -> Iterable[bytes]:
    before = 0
    for field in struct.fields:
        step = field.number - before
        before = field.number
        kind = field.kind
        if kind in (TRUE, FALSE):
            kind = TRUE if field.value else FALSE
        yield bytes((step << 4 | kind,)) if 0 < step < 16 else bytes((kind,)) + _integer(field.number)
        if kind not in (TRUE, FALSE):
            yield from _value(kind, field.value)
    yield bytes((STOP,))


def _value(kind: int, value: Value) -> Iterable[bytes]:
    match value:
        case Struct():
            yield from _struct(value)
        case Items():
            size = len(value.values)
            yield bytes((size << 4 | value.kind,)) if size < 15 else bytes((0xF0 | value.kind,)) + _varint(size)
            for item in value.values:
                yield from _value(value.kind, item)
        case bytes():
            yield value if kind == DOUBLE else _varint(len(value)) + value
        case int():
            yield _integer(value) if kind in INTEGERS else bytes((value,))


def _integer(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
