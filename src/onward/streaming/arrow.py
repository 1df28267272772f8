"""Arrow IPC files that grow: the record batches of many small files, one behind the other, under one footer.

As with Parquet, only the footer says where record batches are. It is a flatbuffer, in which a table points forward to
its lists: a longer list of record batches is put behind everything else, and one pointer is turned to it. Texts stay
plain, because a file holds one dictionary a column and ours would differ from batch to batch. Knows no file on disk.
"""

import io
import struct
from collections.abc import Sequence

import polars as pl
from attrs import frozen
from polars import selectors

MAGIC = b"ARROW1"
HEAD = len(MAGIC) + 2  # padded to eight bytes
END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"
BLOCK = struct.Struct("<qi4xq")  # where a message begins, the length of its head, the length of its body
# Said, not left to polars: the bytes have to be the same on every machine.
ROWS = 2**18

# https://github.com/apache/arrow/blob/main/format/File.fbs
SCHEMA, DICTIONARIES, RECORDS = 1, 2, 3


def write(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    """Write *frame* as a file of its own, in types that older readers know too."""
    plain = frame.with_columns(selectors.by_dtype(pl.Categorical, pl.Enum).cast(pl.String)).rechunk()
    plain.write_ipc(buffer, compression="zstd", compat_level=pl.CompatLevel.oldest(), record_batch_size=ROWS)


def split(data: bytes, *, first: bool) -> tuple[bytes, int, bytes]:
    """Return the record batches in a file's *data*, where there they begin, and the footer.

    The *first* ones come behind the magic and the schema.
    """
    size = int.from_bytes(data[-len(MAGIC) - 4 : -len(MAGIC)], "little")
    end = len(data) - len(MAGIC) - 4 - size
    footer = data[end : end + size]
    end -= len(END_OF_STREAM)
    records = _Table(footer).blocks(RECORDS)
    begin = records[0][0] if records else end
    if not first:
        return data[begin:end], begin, footer
    # Polars leaves out what marks a message as one, and trusts the footer alone.
    schema = data[HEAD:begin]
    marked = MAGIC.ljust(HEAD, b"\0") + END_OF_STREAM[:4] + len(schema).to_bytes(4, "little") + schema
    return marked + data[begin:end], begin - len(marked), footer


def ending(entries: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the last bytes of a file: one footer for all *entries*, each how far its batches moved and a footer."""
    footer = merged(entries)
    return END_OF_STREAM + footer + len(footer).to_bytes(4, "little") + MAGIC


def merged(footers: Sequence[tuple[int, bytes]]) -> bytes:
    """Return one footer for the record batches of all *footers*, each with the number of bytes that they moved by.

    Raises:
        ValueError: there is no footer, one has other columns than the first, or there are dictionaries.

    """
    if not footers:
        raise ValueError("a table without a batch has no columns; append an empty one")
    first = _Table(footers[0][1])
    blocks = []
    for by, data in footers:
        table = _Table(data)
        if table.blocks(DICTIONARIES):
            raise ValueError("texts inside lists have to be plain, not categories")
        if table.fixed() != first.fixed():
            raise ValueError("a batch has other columns than the first one")
        blocks += [BLOCK.pack(begin + by, head, body) for begin, head, body in table.blocks(RECORDS)]
    return first.with_records(blocks)


@frozen
class _Table:
    """The root table of the flatbuffer in *data*."""

    data: bytes

    def place(self, number: int) -> int:
        """Return where field *number* of the table stands, 0 if it is left out."""
        root = self._uint(0)
        slots = root - struct.unpack_from("<i", self.data, root)[0]
        slot = 4 + 2 * number
        size, offset = (struct.unpack_from("<H", self.data, slots + at)[0] for at in (0, slot))
        return root + offset if slot < size and offset else 0

    def blocks(self, number: int) -> list[tuple[int, int, int]]:
        """Return the blocks in the list that field *number* points to."""
        place = self.place(number)
        if not place:
            return []
        begin = place + self._uint(place)
        return [BLOCK.unpack_from(self.data, begin + 4 + BLOCK.size * at) for at in range(self._uint(begin))]

    def fixed(self) -> bytes:
        """Return what does not depend on the record batches: everything behind their list, the schema above all."""
        place = self.place(RECORDS)
        begin = place + self._uint(place)
        return self.data[begin + 4 + BLOCK.size * self._uint(begin) :]

    def with_records(self, blocks: Sequence[bytes]) -> bytes:
        """Return the flatbuffer with *blocks* as its list of record batches."""
        # The length stands in four bytes, and what follows it begins at a multiple of eight.
        padding = b"\0" * ((4 - len(self.data)) % 8)
        place = self.place(RECORDS)
        begin = len(self.data) + len(padding)
        turned = self.data[:place] + struct.pack("<I", begin - place) + self.data[place + 4 :]
        return b"".join((turned, padding, struct.pack("<I", len(blocks)), *blocks))

    def _uint(self, place: int) -> int:
        """Return the four bytes at *place* as a number."""
        return int.from_bytes(self.data[place : place + 4], "little")
