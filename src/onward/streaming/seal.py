"""Sealed bytes: a line of JSON about them, then they themselves, and a hash that tells if any of it has changed.

Checkpoints and saved states are kept so. Opens no file.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from onward.problems import Problem, UsageError

FORMAT = 1
"""The version of the form."""
AGAIN = "save it again"


def seal(header: Mapping[str, Any], payload: bytes) -> bytes:
    """Return *payload* sealed together with its *header*, which JSON can hold."""
    told = json.dumps(header, sort_keys=True)
    line = {"onward": FORMAT, "sha256": _hash(told, payload), "bytes": len(payload), "header": header}
    return json.dumps(line, sort_keys=True).encode() + b"\n" + payload


def unseal(data: bytes, where: str) -> tuple[dict[str, Any], bytes]:
    """Return the header and the payload in *data*, which `seal` returned.

    Raises:
        UsageError: it is something else, or no longer what it was; *where* names it.

    """
    line = _line(data)
    if line is None:
        raise UsageError([Problem(where, "this is no file that Onward saved", "name one that Onward saved")])
    if line["onward"] != FORMAT:
        what = f"this was saved by another version of Onward (format {line['onward']}, and this one reads {FORMAT})"
        raise UsageError([Problem(where, what, AGAIN)])
    payload = data[data.index(b"\n") + 1 :]
    size, header = line.get("bytes"), line.get("header")
    if isinstance(size, int) and len(payload) < size:
        what = f"the file is cut short ({len(payload):,} bytes of {size:,})"
        raise UsageError([Problem(where, what, f"copy it once more, or {AGAIN}")])
    if not isinstance(header, dict) or line.get("sha256") != _hash(json.dumps(header, sort_keys=True), payload):
        raise UsageError([Problem(where, "the file has changed since it was saved", f"copy it once more, or {AGAIN}")])
    return header, payload


def _line(data: bytes) -> dict[str, Any] | None:
    """Return what the first line of *data* says, or None if none of it is ours."""
    try:
        line = json.loads(data[: data.index(b"\n")])
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and "onward" in line else None


def _hash(told: str, payload: bytes) -> str:
    """Return the SHA-256 of a header as *told* and its *payload*."""
    digest = sha256(told.encode())
    digest.update(b"\n")
    digest.update(payload)
    return digest.hexdigest()
