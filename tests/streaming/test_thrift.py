import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.streaming import parquet
from onward.streaming.thrift import (
    BINARY,
    BYTE,
    DOUBLE,
    FALSE,
    I16,
    I32,
    I64,
    LIST,
    SET,
    STRUCT,
    TRUE,
    Field,
    Items,
    Struct,
    Value,
    parse_struct,
    write_struct,
)

PLAIN: dict[int, st.SearchStrategy[Value]] = {
    BYTE: st.integers(0, 255),
    I16: st.integers(-(2**15), 2**15 - 1),
    I32: st.integers(-(2**31), 2**31 - 1),
    I64: st.integers(-(2**63), 2**63 - 1),
    DOUBLE: st.binary(min_size=8, max_size=8),
    BINARY: st.binary(max_size=200),
}


def lists_of(kind: int, values: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.lists(values, max_size=20).map(lambda drawn: Items(kind, tuple(drawn)))


def structs_of(kinds: dict[int, st.SearchStrategy[Value]]) -> st.SearchStrategy[Struct]:
    truths = {TRUE: st.sampled_from([True]), FALSE: st.sampled_from([False])}
    field = st.one_of(
        [st.builds(Field, st.integers(1, 60), st.just(kind), values) for kind, values in {**kinds, **truths}.items()]
    )
    fields = st.lists(field, max_size=8, unique_by=lambda drawn: drawn.number)
    return fields.map(lambda drawn: Struct(tuple(sorted(drawn, key=lambda one: one.number))))


INNER = structs_of({**PLAIN, LIST: st.one_of([lists_of(kind, values) for kind, values in PLAIN.items()])})
STRUCTS = structs_of({**PLAIN, STRUCT: INNER, LIST: lists_of(STRUCT, INNER), SET: lists_of(TRUE, st.integers(1, 2))})


@given(STRUCTS)
def test_parsing_undoes_writing(struct: Struct) -> None:
    assert parse_struct(write_struct(struct)) == struct


@given(STRUCTS, st.data())
def test_a_struct_cut_short_is_refused(struct: Struct, data: st.DataObject) -> None:
    written = write_struct(struct)
    cut = data.draw(st.integers(0, len(written) - 1))
    with pytest.raises(ValueError, match=r"too early|no kind"):
        parse_struct(written[:cut])


def test_a_footer_of_polars_is_written_back_byte_for_byte() -> None:
    buffer = io.BytesIO()
    parquet.write(pl.DataFrame({"a": ["x", None], "b": [[1.5], []], "c": [True, False]}), buffer)
    footer = parquet.split(buffer.getvalue(), first=True)[2]
    assert write_struct(parse_struct(footer)) == footer


def test_fields_out_of_order_keep_their_order() -> None:
    struct = Struct((Field(40, I32, -7), Field(2, BINARY, b"x"), Field(3, TRUE, value=True)))
    assert parse_struct(write_struct(struct)) == struct
    assert (struct.find(2), struct.find(5)) == (b"x", None)
    assert struct.changed(2, b"y").without(40) == Struct((Field(2, BINARY, b"y"), Field(3, TRUE, value=True)))


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="14 is no kind of value"):
        parse_struct(b"\x1e\x00")
