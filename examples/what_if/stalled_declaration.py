"""What if the declaration between the UN and NATO, drafted in 2005, had been signed?

Run it with `python examples/what_if/stalled_declaration.py`.
"""

import onward
from onward.scenario.edits import Insert, Replace, Selection

SIGNED = Replace(Selection(ids="H067"), "joint_declaration", attributes={"formal": True})
MEETING = Insert("consultation_mechanism_established", 2006, organizations=("NATO", "UN"))


def main() -> None:
    """Sign the draft, and then give the two organizations a standing body as well."""
    study = onward.load_study("partnership")
    signed = onward.Scenario("the draft of 2005 is signed", (SIGNED,))
    both = onward.Scenario("it is signed, and a standing body meets from 2006", (SIGNED, MEETING))
    for compared in onward.what_if(study.model, study.log, (signed, both), as_of=study.as_of):
        print(f"What if {compared.scenario.name}?")
        for change in compared.cases:
            print(f"  {change.case}: {change.before_label} before, {change.after_label} in the scenario")
        print(f"  {compared.explain('UN-NATO').splitlines()[-1]}")
    print(f"This is {compared.statement}.")


if __name__ == "__main__":
    main()
