"""Axes: what may be otherwise in a multiverse, and the table that its variants are held against."""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from onward.scenario.edits import Change, Edit, Tune, listed_edits

COLUMNS = ("variant", "sound", "right", "agrees")
"""Columns of the table of a multiverse: no axis may be called so."""


def _alternatives(alternatives: "Iterable[Alternative]") -> "tuple[Alternative, ...]":
    return tuple(alternatives)


@frozen
class Alternative:
    """One way in which an axis may turn out: its *name* and the edits that make it so, none where all stays."""

    name: str
    edits: tuple[Edit, ...] = field(default=(), converter=listed_edits)


@frozen
class Axis:
    """One thing that may be otherwise, and every way in which it may."""

    name: str
    alternatives: tuple[Alternative, ...] = field(converter=_alternatives)


Expectation = Mapping[str, str] | str
"""Where each case should end, by its name as people type it; or the path of a CSV with columns `case` and `phase`."""


def parameter_axis(name: str, parameter: str, values: Iterable[bool | float | str], *, place: str = "") -> Axis:
    """Return the axis on which *parameter* has one of *values*."""
    return Axis(name, (Alternative(told(value), (Tune({parameter: value}, place),)) for value in values))


def guard_axis(name: str, transition: str | int, guards: Iterable[str | None], *, place: str = "") -> Axis:
    """Return the axis on which a *transition*, by name or number, has one of *guards*; None is no guard at all."""
    return Axis(
        name,
        (Alternative(guard or ALWAYS, (Change("transition", transition, {"when": guard}, place),)) for guard in guards),
    )


ALWAYS = "always"
"""What the alternative without a guard is called."""


def told(value: bool | float | str) -> str:  # noqa: FBT001  # the value is what is told
    """Return a parameter's value as an alternative is called by it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
