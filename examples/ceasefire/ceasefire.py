"""The ceasefire study: from a pencil sketch to a model with a memory, timers and two tracks.

Run it with `python examples/ceasefire/ceasefire.py`. The page *Writing a model of one's own* leads to its model, step
by step. The ceasefires are invented.
"""

from pathlib import Path

import onward

HERE = Path(__file__).parent


def main() -> None:
    """Tell the study in four parts."""
    model = onward.load_model(HERE / "ceasefire.yaml")
    log = onward.read_log(HERE / "ceasefires.csv")
    replay = onward.replay(model, log)
    print("Where the ceasefires stand")
    print_places(replay)
    print("\nHow Northshore came there")
    print_moves(replay, "Northshore")
    print("\nWhat time alone did")
    print_ticks(replay)
    print("\nHow much hangs on the number of violations that are a breakdown")
    print_numbers(model, log)


def print_places(replay: onward.Replay) -> None:
    """Print where every case stands on every track."""
    for case, track, label, since in replay.cases.select("case", "track", "label", "since_recorded").rows():
        print(f"{case:10} {track:6} {label:12} since {since}")
    print("invariants broken:", replay.breaches)


def print_moves(replay: onward.Replay, case: str) -> None:
    """Print every step that moved *case*; one without an event was made by time."""
    for step in replay.life(case).steps:
        when = step.time.recorded if step.time else ""
        what = step.event.type if step.event else "time passes"
        for move in step.moves:
            if move.outcome == "moved":
                print(f"{when:10} {what:17} {move.track:6} {move.before} -> {move.after}")


def print_ticks(replay: onward.Replay) -> None:
    """Print the steps without an event."""
    steps = replay.steps
    ticks = steps.filter(steps["event"].is_null())
    for case, recorded, after, transition in ticks.select("case", "recorded", "after", "transition").rows():
        print(f"{case:10} {recorded} {after:10} by {transition}")


def print_numbers(model: onward.Model, log: onward.EventLog) -> None:
    """Print how the truces end, for other numbers of violations."""
    for number in (2, 3, 4):
        text = onward.write_model(model).replace("too_many: 3", f"too_many: {number}")
        cases = onward.replay(onward.parse_model(text), log).cases
        ends = cases.filter(cases["track"] == "truce").select("case", "label").rows()
        print(number, "; ".join(f"{case}: {label}" for case, label in ends))
    print("This says what the rule makes of the log. It does not say what would have happened.")


if __name__ == "__main__":
    main()
