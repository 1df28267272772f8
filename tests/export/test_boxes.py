"""Boxes have all the rows that are meant, and none of the others."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from onward.export.boxes import boxes_of, points_of

TOPS = (2, 1, 3)
ROWS = list(itertools.product(*(range(top + 1) for top in TOPS)))


@given(st.lists(st.sampled_from((True, False, None)), min_size=len(ROWS), max_size=len(ROWS)))
def test_boxes_tell_rows_from_all_others(drawn: list[bool | None]) -> None:
    inside = [row for row, meant in zip(ROWS, drawn, strict=True) if meant]
    outside = [row for row, meant in zip(ROWS, drawn, strict=True) if meant is False]
    rows, others = (np.array(each, np.int64).reshape(-1, len(TOPS)) for each in (inside, outside))
    boxes = list(boxes_of(rows, others, np.array(TOPS, np.int64)))
    within = {
        row for row in ROWS for box in boxes if all(low <= at <= high for at, (low, high) in zip(row, box, strict=True))
    }
    assert set(inside) <= within
    assert not within & set(outside)
    assert len(boxes) <= len(inside) == len(list(points_of(rows)))
