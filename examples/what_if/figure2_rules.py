"""Which rules reproduce Figure 2 of the report? All 16,384 pairs of `figure2_rules.yaml`, beside this script.

Run it with `python examples/what_if/figure2_rules.py`.
"""

from pathlib import Path

import onward
from onward.scenario.loading import study_of_file

RULES = Path(__file__).with_name("figure2_rules.yaml")


def main() -> None:
    """Replay the log under every pair of rules, and count those after which all six stand where the figure has them."""
    file = onward.load_scenarios(RULES)
    study = study_of_file(file, RULES)
    made = onward.multiverse(
        study.model, study.log, file.axes, common=file.common, expect=study.expect, as_of=study.as_of
    )
    print(f"{made.agreeing} of {len(made):,} variants agree with Figure 2")
    print("The smallest of them:")
    for number in made.smallest:
        upper, middle = made.names(number)
        print(f"  maintenance: {upper}; start-up/maintenance: {middle}")
    print("Asked for by those that agree, in the rule for start-up/maintenance:")
    for share in made.shares:
        if share.axis == "start-up/maintenance" and share.agreeing:
            print(f"  {share.agreeing:3} {share.alternative}")
    adopted = ("theatres >= 2 and basis >= 1 and machinery >= 1", "theatres >= 2")
    agrees = any(made.names(number) == adopted for number in made.agrees.nonzero()[0].tolist())
    print(f"The rule of the shipped model agrees: {'yes' if agrees else 'no'}")


if __name__ == "__main__":
    main()
