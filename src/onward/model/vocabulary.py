"""Vocabulary: the names that a guard may use, and the words that no model may take for its own."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from attrs import field, frozen

from onward.model.elements import Flag, Latest, Reducer
from onward.model.guards import Attribute, Guard, Scalar

ELAPSED = ("years_in_phase", "years_since_start")
KEYWORDS = ("and", "or", "not", "in", "true", "false")
RESERVED = frozenset({"phase", "event", "before", "any", "start", *ELAPSED, *KEYWORDS})
"""Names that a model may not give to its own things."""

COLUMNS = ("time", "until", "event_id", "case", "organizations")
"""Columns with a meaning of their own in every log: guards see the others, which are attributes of the event."""

OF_TRACKS = ("phase", "years_in_phase")
"""What a guard reads of a track, as `narrow.phase`; bare where the model has no tracks, or inside a track."""

Remembered = Literal["number", "truth", "attribute"]
"""What a variable holds; `attribute` is whatever an attribute of the log holds."""


def remembered(reducer: Reducer) -> Remembered:
    """Tell what a variable with *reducer* holds."""
    match reducer:
        case Flag():
            return "truth"
        case Latest():
            return "attribute"
        case _:
            return "number"


def is_name(text: str) -> bool:
    """Tell whether *text* can stand in a guard as a name: letters, digits and _, no digit first."""
    return re.fullmatch(r"[^\W\d]\w*", text) is not None


def _numbers(names: Mapping[str, Remembered] | Iterable[str]) -> Mapping[str, Remembered]:
    return names if isinstance(names, Mapping) else dict.fromkeys(names, "number")


def _trackless(names: Mapping[str, str] | Iterable[str]) -> Mapping[str, str]:
    return names if isinstance(names, Mapping) else dict.fromkeys(names, "")


@frozen
class Vocabulary:
    """The names that a guard may use, and which of them make sense where it stands.

    Attributes:
        parameters: name to value, None where that is not known.
        context: names of context variables, each with what it holds; numbers where only names are given.
        phases: names of phases and, dotted, of stages, each with its track; "" where only names are given.
        types: event types.
        tracks: names of tracks, none in a model without.
        track: the track whose `phase` is meant where none is named, "" outside of tracks.
        conditions: named guards, None for one that could not be read.
        below: names of conditions that stand further down, which a condition may not use.
        domains: the values that an attribute may have, those of a whole cell with the part `each`.
        event: whether there is an event to look at.
        case: whether there is a case to look at (its phase, memory and age).
        before: whether `before.*` makes sense.

    """

    parameters: Mapping[str, Scalar | None] = field(factory=dict)
    context: Mapping[str, Remembered] = field(factory=dict, converter=_numbers)
    phases: Mapping[str, str] = field(factory=dict, converter=_trackless)
    types: Collection[str] = ()
    tracks: Collection[str] = ()
    track: str = ""
    conditions: Mapping[str, Guard | None] = field(factory=dict)
    below: Collection[str] = ()
    domains: Mapping[Attribute, Collection[Scalar]] = field(factory=dict)
    event: bool = True
    case: bool = True
    before: bool = False

    @property
    def names(self) -> list[str]:
        """Every name that stands for something here."""
        bare = ["phase", ELAPSED[0]] if self.track or not self.tracks else []
        tracked = [f"{track}.{what}" for track in self.tracks for what in OF_TRACKS]
        conditions = [name for name in self.conditions if name not in self.below]
        case = [*bare, *tracked, ELAPSED[1], *self.context, *self.phases, *conditions] if self.case else []
        return [*case, *self.parameters, *self.types, *(["event.type"] if self.event else [])]
