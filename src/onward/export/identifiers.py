"""Identifiers: the names of a model as formats allow them that know letters, digits and `_` only."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator


def identifiers(names: Iterable[str], is_reserved: Callable[[str], bool]) -> Iterator[str]:
    """Yield an identifier for every one of *names*: as like it as can be, none twice, and none that *is_reserved*."""
    taken: set[str] = set()
    # How far the numbers behind a name have come, lest many like names are tried again and again.
    numbers: dict[str, int] = {}
    for name in names:
        wanted = found = plain(name)
        while found in taken or is_reserved(found):
            numbers[wanted] = numbers.get(wanted, 1) + 1
            found = f"{wanted}_{numbers[wanted]}"
        taken.add(found)
        yield found


def plain(name: str) -> str:
    """Return *name* without accents, with `_` for all that is no letter or digit: `Côte d'Ivoire` → `Cote_d_Ivoire`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")
    # A name in another script has nothing left.
    return f"_{words}" if not words or words[0].isdigit() else words


def in_one_line(text: str) -> str:
    """Return *text* without anything that would end a line of a comment or a label."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
