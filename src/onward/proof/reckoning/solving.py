"""Solving: invariants of models that reckon, proved by induction over steps or broken by a log that a solver finds.

`steps` says what a step is. From the beginning, step by step, a solver looks for one that breaks the invariant; from
anywhere, it looks for one that does so after steps that do not. Where there is neither, no log breaks it. A log that is
found is written down, made smaller and replayed: it counts only if that replay breaks the invariant.

What this rests on: dates are known and time never goes back, as in every log that is read. Sums and products of whole
numbers are exact; others lie where rounding may have put them, so that no proof rests on floats that add up exactly.
A column has one kind of values, as in every log: a live case that meets several kinds may not keep what is proved.
"""

from importlib.util import find_spec

from onward.model.elements import Invariant
from onward.model.model import Model
from onward.problems import Problem, UsageError
from onward.proof.reckoning.solved import Known, Solved


def decide(
    model: Model, invariant: Invariant, *, depth: int = 12, seconds: float = 20, known: Known | None = None
) -> Solved:
    """Prove *invariant* of *model*, or find a log that breaks it.

    Args:
        model: what may happen.
        invariant: one of its invariants.
        depth: how many events to look through at least, if there is time; time alone may add steps to them.
        seconds: how long to look.
        known: returns for a state what holds of every state that can come up; it has to be so.

    Raises:
        UsageError: the solver is not installed.

    """
    if find_spec("z3") is None:
        raise UsageError([Problem("verify", "the solver z3 is not installed", "pip install 'onward[verify]'")])
    from onward.proof.reckoning.deepening import decided  # noqa: PLC0415  # z3 is an extra

    return decided(model, invariant, depth, seconds, known)
