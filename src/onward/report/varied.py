"""Varied: what a reader sees of all variants of a grid, as data."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from onward.report.pages import Page, Part
from onward.scenario.multiverse import Multiverse

MOST = 20
"""Variants that a table for people lists."""

MOST_ALTERNATIVES = 40
"""Alternatives that a table for people lists."""


def with_variants(page: Page, found: Multiverse) -> Page:
    """Return *page* with what a reader of *found* sees behind it."""
    parts = [*page.parts, _ends(found)]
    if found.expected is not None:
        parts += [_agreement(found), _shares(found), _smallest(found)]
    if any(hinge.share for hinge in found.hinges):
        parts.append(_hinges(found))
    warnings = (*page.warnings, *map(str, found.problems[:MOST]))
    return Page(page.title, tuple(parts), (*_lines(found), *page.closing), warnings)


def _ends(found: Multiverse) -> Part:
    told = []
    for at, (case, track) in enumerate(found.columns):
        counts = Counter(found.stands[found.sound, at].tolist())
        told += [
            (f"{case}: {track}" if track else case, _label(found, place), f"{count:,}")
            for place, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
    return Part("Where each case ends, in how many variants", ("case", "place", "variants"), tuple(told))


def _label(found: Multiverse, place: int) -> str:
    """Return a place as it is printed; one that an edit has made has its name alone."""
    if place < 0:
        return "nowhere"
    name = found.places[place]
    return found.model.place_label(name) if name in found.model.places else name


def _agreement(found: Multiverse) -> Part:
    expected = len(found.expected or ())
    rows = tuple((f"{each['right']} of {expected}", f"{each['variants']:,}") for each in _right(found))
    return Part("How many of the expected places come out", ("places right", "variants"), rows)


def _right(found: Multiverse) -> list[dict[str, int]]:
    """Return in how many variants how many of the expected places come out, most first."""
    counts = Counter(found.right[found.sound].tolist())
    return [{"right": right, "variants": counts[right]} for right in sorted(counts, reverse=True)]


def _shares(found: Multiverse) -> Part:
    rows = [
        (each.axis, each.alternative, f"{each.agreeing:,}", f"{each.share:.0%}")
        for each in found.shares
        if each.agreeing and each.share is not None
    ]
    left = len(rows) - MOST_ALTERNATIVES
    most = sorted(rows, key=lambda row: (row[0], -int(row[2].replace(",", ""))))[:MOST_ALTERNATIVES]
    return Part(
        "What those that agree have",
        ("axis", "alternative", "variants", "share"),
        tuple(most),
        (f"and {left:,} more alternatives; --format json has all",) if left > 0 else (),
    )


def _smallest(found: Multiverse) -> Part:
    axes = tuple(axis.name for axis in found.axes)
    numbers = found.smallest
    rows = tuple((str(number), *found.names(number)) for number in numbers[:MOST])
    left = len(numbers) - len(rows)
    lines = (f"and {left:,} more",) if left > 0 else ()
    return Part("Those that agree and ask least", ("variant", *axes), rows, lines)


def _hinges(found: Multiverse) -> Part:
    rows = (
        (each.axis, f"{each.case}: {each.track}" if each.track else each.case, f"{each.share:.0%}")
        for each in found.hinges
        if each.share
    )
    title = "What hangs on which axis: in how many settings of the others it makes a difference"
    return Part(title, ("axis", "case", "share"), tuple(rows))


def _lines(found: Multiverse) -> Iterator[str]:
    shape = " x ".join(f"{size:,}" for size in found.shape)
    unsound = len(found) - int(found.sound.sum())
    yield f"{len(found):,} variants ({shape})" + (f", {unsound:,} of them no models" if unsound else "")
    if found.expected is not None:
        yield f"{found.agreeing:,} of {len(found):,} variants reproduce what is expected"


def varied_data(found: Multiverse) -> dict[str, Any]:
    """Return what `onward what-if --format json` prints of a grid; all variants are in CSV."""
    return {
        "variants": len(found),
        "shape": list(found.shape),
        "sound": int(found.sound.sum()),
        "axes": {axis.name: [each.name for each in axis.alternatives] for axis in found.axes},
        "ends": [
            {
                "case": case,
                "track": track or None,
                "places": {
                    found.places[place]: count
                    for place, count in sorted(Counter(found.stands[found.sound, at].tolist()).items())
                    if place >= 0
                },
            }
            for at, (case, track) in enumerate(found.columns)
        ],
        "agreeing": found.agreeing if found.expected is not None else None,
        "agreeing_variants": [
            {"variant": number, "alternatives": list(found.names(number))} for number in _agreeing(found)
        ],
        "smallest": list(found.smallest) if found.expected is not None else [],
        "shares": [
            {"axis": each.axis, "alternative": each.alternative, "agreeing": each.agreeing, "share": each.share}
            for each in found.shares
            if found.expected is not None
        ],
        "hinges": [
            {"axis": each.axis, "case": each.case, "track": each.track or None, "share": each.share}
            for each in found.hinges
        ],
        "right": None if found.expected is None else _right(found),
        "problems": [{"where": each.where, "what": each.what, "mend": each.mend} for each in found.problems],
        "manifest": dict(found.manifest),
    }


def _agreeing(found: Multiverse) -> Iterator[int]:
    yield from (number for number, agrees in enumerate(found.agrees.tolist()) if agrees)
