"""Alphabet: the few names and values that drawn models and their logs are made of.

They are few so that ties in time, repeated values and rare paths through a model turn up in most draws.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from hypothesis import strategies as st

from onward.model.guards import EACH, NAME

PHASES = ("seed", "sprout", "tree", "ash")
STAGES = ("young", "tall", "hollow")
TYPES = ("rain", "sun", "frost", "Create Fine", "axe")
UNKNOWN_TYPE = "meteor"
"""An event type that no model drawn here has in its vocabulary."""
TRACKS: Mapping[str, tuple[str, ...]] = {
    "wood": PHASES,
    "soil": ("sand", "loam", "rock"),
    "sky": ("clear", "grey"),
}
"""The tracks of models that have several, each with its phases."""
VARIABLES = ("rings", "places", "storms")
CONDITIONS = ("ripe", "fragile")
PARAMETERS = ("needed", "kind")
NUMBER, TRUTH, TEXT = "size", "formal", "place"
"""The attributes of events: a number, true or false, and a text."""
ACTORS, REALM = "actors", "realm"
"""An attribute with several values, such as `Ann@north;Bob@south`, and what guards call the part behind the `@`."""
MARKS = "marks"
"""Another one, whose values are numbers: `2;8`."""
SEVERAL = ((ACTORS, EACH), (ACTORS, NAME), (ACTORS, REALM), (MARKS, EACH))
SIZES = (0, 1, 2, 3)
PLACES = ("Bosnia", "Côte d'Ivoire", "Darfur")
PEOPLE = ("Ann", "Bob", "Cy")
REALMS = ("north", "south")
COMPANIES = (
    "Ann@north",
    "Bob@south",
    "Ann@north;Bob@south",
    "Bob@south; Cy@north",
    "Cy",
    "Cy;Ann@north",
    "Ann@north;Ann@south",
    "Bob@south;;Bob@south",
)
SCORES = ("2;8", "8;2;8", "1;2", "1;12")
CASES = ("oak", "elm", "Fir 3")
ORGANIZATIONS = ("AU", "EU", "UN")
DATES = (
    "2001",
    "2002",
    "2001-01",
    "2001-06",
    "2002-02",
    "2001-01-01",
    "2001-06-15",
    "2001-12-31",
    "2002-02-28",
    "2003",
)
EDGES = (
    "1904-02-29",
    "2000-02-29",
    "2001-02-28",
    "2001-05-31",
    "2001-06-15T12:30:00",
    "2001-06-30",
    "2001-12-15",
    "2002-01-01",
    "2002-06-15",
    "2003-06-15",
    "2004-02-29",
    "2005-02-28",
    "2101-01-01",
)
"""Dates at the edges of timers and windows: leap days, ends of months, whole years apart, a century apart."""

Cases = Literal["pairs", "column"]
Strategy = st.SearchStrategy

SELDOM = st.sampled_from((False, False, False, True))
OFTEN = st.sampled_from((True, True, True, False))


def some(draw: st.DrawFn, names: Iterable[str], least: Literal[0, 1] = 0, most: int = 9) -> tuple[str, ...]:
    """Draw some of *names*, in their order: one number draws them all, which is many times faster than a list."""
    among = tuple(names)
    bits = draw(st.integers(least, 2 ** len(among) - 1))
    return tuple(name for bit, name in enumerate(among) if bits >> bit & 1)[:most]
