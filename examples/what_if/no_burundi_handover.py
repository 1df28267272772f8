"""What if the AU's mission in Burundi had not been handed over to the UN in 2004?

Run it with `python examples/what_if/no_burundi_handover.py`.
"""

import onward
from onward.scenario.edits import Drop, Selection


def main() -> None:
    """Leave one row of the log out: the one that carries the phase of a partnership."""
    study = onward.load_study("partnership")
    scenario = onward.Scenario("no handover in Burundi", (Drop(Selection(ids="H058")),))
    compared = onward.what_if(study.model, study.log, scenario, as_of=study.as_of)
    print("Cases that go another way:", ", ".join(compared.changed_cases))
    for change in compared.cases:
        print(f"{change.case}: {change.before_label} before, {change.after_label} in the scenario")
        for arrival in change.arrivals:
            before = arrival.baseline_recorded or "never"
            print(f"  {arrival.label:20} {before:8} in the scenario {arrival.scenario_recorded or 'never'}")
    print("Where the two lives part:")
    print(compared.parting("AU-UN"))
    print(f"This is {compared.statement}.")


if __name__ == "__main__":
    main()
