"""What if a partnership were what two organizations do at present, and not what they have built?

Run it with `python examples/what_if/activity_instead_of_memory.py`. The two models have the same phases; one remembers,
the other looks at what runs today.
"""

import itertools
from collections.abc import Iterator

import onward


def main() -> None:
    """Replay one log through both models, and list every fall to an earlier phase."""
    study = onward.load_study("partnership_activity")
    for model in (onward.load_model("partnership"), study.model):
        replay = onward.replay(model, study.log, as_of=study.as_of)
        print(model.label)
        for row in replay.case_rows:
            print(f"  {row.case:8} {row.label}")
        told = [f"{case} on {day}: from {before} to {after}" for case, day, before, after in falls(replay)]
        print(f"  falls: {len(told)}")
        print("".join(f"    {fall}\n" for fall in told), end="")
    print("This is a statement about two models, not a causal estimate.")


def falls(replay: onward.Replay) -> Iterator[tuple[str, str, str, str]]:
    """Yield case, day and places wherever a case comes to an earlier place than the one before."""
    places = [(spell, f"{spell.phase}.{spell.stage}" if spell.stage else spell.phase) for spell in replay.spell_rows]
    for (one, before), (other, after) in itertools.pairwise(places):
        if one.case == other.case and replay.model.ranks[after].start < replay.model.ranks[before].start:
            day = other.start.date().isoformat() if other.start else "an unknown day"
            yield other.case, day, replay.model.place_label(before), replay.model.place_label(after)


if __name__ == "__main__":
    main()
