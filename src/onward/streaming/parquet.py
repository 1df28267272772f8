"""Parquet that grows: the row groups of many small files, one behind the other, under one footer.

Polars writes whole files only. The row groups of such a file can stand anywhere in another one, since only the footer
says where they are; so each batch is written as a file of its own, its row groups are appended, and its footer is kept
aside until the end, when all are merged. Knows no file on disk.
"""

import io
from collections.abc import Sequence

import polars as pl

from onward.streaming.thrift import Field, Items, Struct, parse_struct, write_struct

MAGIC = b"PAR1"
# Said, not left to polars: the bytes have to be the same on every machine. About what DuckDB and polars choose.
ROW_GROUP = 2**18

# https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
SCHEMA, ROWS, GROUPS, METADATA = 2, 3, 4, 5  # FileMetaData
GROUP_COLUMNS, GROUP_OFFSET, GROUP_ORDINAL = 1, 5, 7  # RowGroup
COLUMN_OFFSETS, COLUMN_METADATA = (2, 4, 6), 3  # ColumnChunk: itself, its offset index and its column index
METADATA_OFFSETS = (9, 10, 11, 14)  # ColumnMetaData: data page, index page, dictionary page, Bloom filter


def write(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    """Write *frame* as a file of its own."""
    frame.write_parquet(buffer, compression="zstd", statistics=True, row_group_size=ROW_GROUP)


def split(data: bytes, *, first: bool) -> tuple[bytes, int, bytes]:
    """Return the row groups in a file's *data*, where there they begin, and the footer.

    The *first* ones come behind the magic.
    """
    size = int.from_bytes(data[-8:-4], "little")
    begin, end = 0 if first else len(MAGIC), len(data) - 8 - size
    return data[begin:end], begin, data[end:-8]


def ending(entries: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the last bytes of a file: one footer for all *entries*, each how far its row groups moved and a footer."""
    footer = write_struct(merged([(by, parse_struct(data)) for by, data in entries]))
    return footer + len(footer).to_bytes(4, "little") + MAGIC


def merged(footers: Sequence[tuple[int, Struct]]) -> Struct:
    """Return one footer for the row groups of all *footers*, each with the number of bytes that they moved by.

    Raises:
        ValueError: there is no footer, or one has other columns than the first.

    """
    if not footers:
        raise ValueError("a table without a batch has no columns; append an empty one")
    first = footers[0][1]
    for _, footer in footers:
        if any(footer.find(number) != first.find(number) for number in (SCHEMA, METADATA)):
            raise ValueError("a batch has other columns than the first one")
    groups = tuple(moved(group, by) for by, footer in footers for group in _structs(footer, GROUPS))
    rows = sum(_number(footer, ROWS) for _, footer in footers)
    return first.changed(GROUPS, Items(_items(first, GROUPS).kind, groups)).changed(ROWS, rows)


def moved(group: Struct, by: int) -> Struct:
    """Return a row *group* whose bytes moved *by* some bytes."""
    columns = tuple(_moved_column(column, by) for column in _structs(group, GROUP_COLUMNS))
    kind = _items(group, GROUP_COLUMNS).kind
    # The group's number inside its own file means nothing in another one, and may be left out.
    return _moved(group, (GROUP_OFFSET,), by).without(GROUP_ORDINAL).changed(GROUP_COLUMNS, Items(kind, columns))


def _moved_column(column: Struct, by: int) -> Struct:
    metadata = column.find(COLUMN_METADATA)
    whole = _moved(column, COLUMN_OFFSETS, by)
    if not isinstance(metadata, Struct):
        return whole
    return whole.changed(COLUMN_METADATA, _moved(metadata, METADATA_OFFSETS, by))


def _moved(struct: Struct, numbers: Sequence[int], by: int) -> Struct:
    """Return *struct* with *by* added to the offsets in its fields *numbers*; zero says that there is none."""
    return Struct(
        tuple(
            Field(field.number, field.kind, field.value + by)
            if field.number in numbers and isinstance(field.value, int) and field.value
            else field
            for field in struct.fields
        )
    )


def _items(struct: Struct, number: int) -> Items:
    value = struct.find(number)
    if not isinstance(value, Items):
        raise ValueError(f"field {number} holds no list")  # noqa: TRY004 - the bytes are wrong, not the caller
    return value


def _structs(struct: Struct, number: int) -> Sequence[Struct]:
    return [item for item in _items(struct, number).values if isinstance(item, Struct)]


def _number(struct: Struct, number: int) -> int:
    value = struct.find(number)
    return value if isinstance(value, int) else 0
