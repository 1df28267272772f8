"""Vocabulary: the names that a guard may use, and the words that no model may take for its own."""

import re
from collections.abc import Collection, Mapping

from attrs import field, frozen

from onward.model.guards import Scalar

ELAPSED = ("years_in_phase", "years_since_start")
KEYWORDS = ("and", "or", "not", "in", "true", "false")
RESERVED = frozenset({"phase", "event", "before", "any", "start", *ELAPSED, *KEYWORDS})
"""Names that a model may not give to its own things."""

COLUMNS = ("time", "until", "event_id", "case", "organizations")
"""Columns with a meaning of their own in every log: guards see the others, which are attributes of the event."""


def is_name(text: str) -> bool:
    """Tell whether *text* can stand in a guard as a name: letters, digits and _, no digit first."""
    return re.fullmatch(r"[^\W\d]\w*", text) is not None


@frozen
class Vocabulary:
    """The names that a guard may use, and which of them make sense where it stands.

    Attributes:
        parameters: name to value, None where that is not known.
        context: names of context variables.
        phases: names of phases and, dotted, of stages.
        types: event types.
        event: whether there is an event to look at.
        case: whether there is a case to look at (its phase, memory and age).
        before: whether `before.*` makes sense.

    """

    parameters: Mapping[str, Scalar | None] = field(factory=dict)
    context: Collection[str] = ()
    phases: Collection[str] = ()
    types: Collection[str] = ()
    event: bool = True
    case: bool = True
    before: bool = False

    @property
    def names(self) -> list[str]:
        """Every name that stands for something here."""
        case = ["phase", *ELAPSED, *self.context, *self.phases] if self.case else []
        return [*case, *self.parameters, *self.types, *(["event.type"] if self.event else [])]
