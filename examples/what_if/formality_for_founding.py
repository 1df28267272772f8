"""What if a partnership were founded by a formal act only, and never by working together?

Run it with `python examples/what_if/formality_for_founding.py`.
"""

import onward
from onward.scenario.edits import Remove

AD_HOC = 1  # the first transition of the model: founded by a mission or by support


def main() -> None:
    """Take the ad hoc route out of the model, and see when each of the six would have been founded."""
    study = onward.load_study("partnership")
    scenario = onward.Scenario("formality required for founding", (Remove("transition", AD_HOC),))
    compared = onward.what_if(study.model, study.log, scenario, as_of=study.as_of)
    for change in compared.cases:
        founded = next(arrival for arrival in change.arrivals if arrival.place == "startup.founding")
        later = "" if founded.years is None else f", {founded.years:.1f} years later"
        print(f"{change.case:8} founded {founded.baseline_recorded:8} in the scenario ", end="")
        print(f"{founded.scenario_recorded or 'never'}{later if founded.shift == 'later' else ''}")
        if change.before != change.after:
            print(f"{'':8} {change.before_label} becomes {change.after_label}")
    print(f"This is {compared.statement}.")


if __name__ == "__main__":
    main()
