"""What if the six regional consultations on integrated missions, in 2006 and 2007, had not been held?

Run it with `python examples/what_if/no_regional_consultations.py`.
"""

import onward
from onward.scenario.edits import Drop, Selection


def main() -> None:
    """Leave the consultations out, and see how far the norm and its alliance come without them."""
    study = onward.load_study("norm_change")
    scenario = onward.Scenario("no regional consultations", (Drop(Selection(types="regional_consultation")),))
    compared = onward.what_if(study.model, study.log, scenario, as_of=study.as_of)
    print(f"Events left out: {len(compared.edited.changed)}")
    for change in compared.cases:
        print(f"{change.track}: {change.before_label} before, {change.after_label} in the scenario")
        print(f"  never reached: {', '.join(change.lost)}")
    print("Where the two lives part:")
    print(compared.parting("integrated missions"))
    print(f"This is {compared.statement}.")


if __name__ == "__main__":
    main()
