import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.problems import UsageError
from onward.streaming.seal import seal, unseal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), JSON, max_size=3), st.binary())
def test_unsealing_undoes_sealing(header: dict[str, object], payload: bytes) -> None:
    assert unseal(seal(header, payload), "state") == (header, payload)


SEALED = seal({"model": "partnership"}, b"\x00state\n\xff")


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_cut_short_is_refused(size: int) -> None:
    with pytest.raises(UsageError):
        unseal(SEALED[:size], "state")


@given(st.integers(0, len(SEALED) - 1), st.integers(0, 255))
def test_a_changed_byte_is_noticed(place: int, byte: int) -> None:
    changed = SEALED[:place] + bytes([byte]) + SEALED[place + 1 :]
    try:
        found = unseal(changed, "state")
    except UsageError:
        return
    # A blank between the parts of the line may be another blank.
    assert found == unseal(SEALED, "state")


def message(data: bytes) -> tuple[str, str, str]:
    with pytest.raises(UsageError) as error:
        unseal(data, "yesterday.state")
    (problem,) = error.value.problems
    return problem.where, problem.what, problem.mend


@pytest.mark.parametrize(
    "data", [b"", b"time,case\n", b"[1]\n", b'{"onward": 1', b'{"time": 1}\n', b"[" * 10**6 + b"\n"]
)
def test_a_file_that_onward_did_not_save_is_refused(data: bytes) -> None:
    assert message(data) == ("yesterday.state", "this is no file that Onward saved", "name one that Onward saved")


def test_what_is_wrong_with_a_file_is_told() -> None:
    newer = json.dumps({"onward": 2}).encode() + b"\n"
    assert message(newer)[1] == "this was saved by another version of Onward (format 2, and this one reads 1)"
    assert message(SEALED[:-1])[1:] == ("the file is cut short (7 bytes of 8)", "copy it once more, or save it again")
    assert message(SEALED + b"x")[1] == "the file has changed since it was saved"
    assert message(b'{"onward": 1}\n')[1] == "the file has changed since it was saved"
