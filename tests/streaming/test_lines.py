import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.streaming.lines import first_ragged

CELLS = st.sampled_from(("", "a", " b ", "c,d", 'e"f', "g\nh", "i\r\nj"))


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6), st.integers(1, 7), st.sampled_from(("\n", "\r\n"))
)
def test_the_first_ragged_row_is_the_one_that_the_csv_module_finds(rows: list[list[str]], size: int, end: str) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator=end, quoting=csv.QUOTE_MINIMAL).writerows([["a", "b", "c"], *rows])
    data = written.getvalue().encode()
    reader = csv.reader(io.StringIO(written.getvalue(), newline=""))
    expected = next((reader.line_num for row in reader if row and len(row) != 3), None)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert first_ragged(chunks, ",", 3) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a,b\n1,2\n3\n", 3),
        ("a,b\n1,2\n3", 3),
        ("a,b\n\n1,2\n", None),
        ("a,b\r\n\r\n1,2\r\n", None),
        ('a,b\n"x\ny",2\n3\n', 4),
        ("", None),
        ("a,b\n  \n\t\n1,2\n", None),
        ("a,b\n1,2\n  ", None),
    ],
)
def test_blank_lines_are_no_rows_and_a_last_line_needs_no_end(text: str, line: int | None) -> None:
    assert first_ragged([text.encode()], ",", 2) == line
