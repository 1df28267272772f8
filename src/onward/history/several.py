"""Cells with several values, joined by `;`, each perhaps a name and its kind: `Norway@donor_government`."""

from onward.log.log import Value
from onward.model.guards import EACH, NAME
from onward.model.spelling import spelled


def parts_of(cell: Value, part: str) -> tuple[str, ...]:
    """Return the values in *cell*, in their order, empty ones left out.

    Args:
        cell: what the log has; None holds nothing.
        part: `each` (or nothing) is every value, `name` what stands before its `@`, any other part what stands after
            it; a value without `@` is a name of no kind.

    """
    if cell is None:
        return ()
    each = tuple(value for text in spelled(cell).split(";") if (value := text.strip()))
    if part in {"", EACH}:
        return each
    apart = (value.rpartition("@") if "@" in value else (value, "", "") for value in each)
    found = (name.strip() if part == NAME else kind.strip() for name, _, kind in apart)
    return tuple(value for value in found if value)
