"""What a document asks a replay to print: columns beside the phase, and tables for every case."""

from onward.model import marked
from onward.model.elements import CrossTable, Label, Shown, Years
from onward.model.guards import EACH
from onward.model.marked import Node, Plain
from onward.model.reading import Reader, field_of
from onward.model.variables import read_types

CASE_COLUMNS = (
    *("case", "track", "phase", "stage", "label", "since", "since_recorded"),
    *("first_event", "last_event", "events", "moves"),
)
"""The columns that every table of cases has; a model cannot show another of that name."""


def read_shown(see: Reader, key: Plain, node: Node) -> Shown | None:
    """Return the column that *node* describes; note what is wrong with it."""
    thing = f"the column {key.text!r}"
    if not key.text.strip():
        see.note(key.place, "a column needs a name", "write name: {...}")
    if key.text in CASE_COLUMNS:
        see.note(key.place, f"{key.text!r} is a column of every table of cases", "give it another name")
    if field_of(node, "label") is not None:
        parts = see.fields(node, "label", thing)
        choices = [
            (choice.text, see.guard(guard, event=False))
            for choice, guard in see.entries(parts.get("label"), "the labels", "text: guard")
        ]
        if isinstance(parts["label"], marked.Mapping) and not choices:
            see.note(parts["label"].place, f"{thing} has no labels", "write label: {text: guard}")
        return Label(key.text, tuple((text, guard) for text, guard in choices if guard is not None))
    if field_of(node, "years") is not None:
        parts = see.fields(node, "years", thing)
        return Years(
            name=key.text,
            attribute=see.column(parts.get("years"), thing, "years"),
            types=see.known(parts.get("of"), "event type", see.names.types),
            moments=see.known(parts.get("moments"), "event type", see.names.types),
            ended=see.known(parts.get("ended"), "event type", see.names.types),
            planned=see.known(parts.get("planned"), "event type", see.names.types),
        )
    see.undecided(node, ("label", "years"), thing, "shows", "write {label: {...}} or {years: ..., of: [...]}")
    return None


def read_table(see: Reader, key: Plain, node: Node) -> CrossTable:
    """Return the table that *node* describes; note what is wrong with it."""
    thing = f"the table {key.text!r}"
    if not key.text.strip():
        see.note(key.place, "a table needs a name", "write name: {...}")
    parts = see.fields(node, "table", thing)
    rows, row_part = see.part_of(parts.get("rows"), thing, "rows")
    columns, column_part = see.part_of(parts.get("columns"), thing, "columns")
    return CrossTable(
        name=key.text,
        rows=(rows, row_part or EACH),
        columns=(columns, column_part or EACH),
        types=read_types(see, parts["of"]) if "of" in parts else None,
        where=see.guard(parts.get("where"), case=False),
        title=see.text(parts.get("title"), "the title"),
    )
