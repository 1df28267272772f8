"""Solved: how an invariant came out that a solver was asked about."""

from collections.abc import Callable
from typing import Any, Literal

from attrs import frozen

from onward.proof.witness import Witness

Known = Callable[[Any], Any]
"""What is known of every state that can come up, as a term of its `Frame`: a strengthening that was found elsewhere."""


@frozen
class Solved:
    """How an invariant came out.

    Attributes:
        status: `proved`, `broken` or `undecided`.
        depth: no log of up to so many events breaks it; of a proof, how many steps its induction looks back.
        k: that number of steps, 0 where there is no proof.
        witness: a log that breaks it, confirmed by a replay; None unless it is broken.
        why: why, in words.

    """

    status: Literal["proved", "broken", "undecided"]
    depth: int
    k: int = 0
    witness: Witness | None = None
    why: str = ""
