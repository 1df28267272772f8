"""`onward what-if`, `reach`, `dates` and `codings`: what they print, write and answer."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from onward.cli import main
from onward.report.compared import span_said
from onward.report.dated import share_said

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "data" / "partnership" / "events.csv"
ORDER = ROOT / "data" / "partnership" / "event_order.csv"

FILE = """\
onward: 1
name: two doubts
question: What carried UN-AU?
scenarios:
  - name: no handover
    edits: [drop: {id: H058}]
  - name: nothing
    question: And without any edit?
"""
GRID = """\
grid:
  - {axis: theatres, parameter: theatres_needed, values: [1, 2, 3]}
expect: {UN-AU: startup.proven, UN-EU: maintenance}
"""


def ask(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(argv, out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    def write(text: str, name: str = "doubts.yaml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# ---- what-if


def test_a_scenario_is_told_with_what_changes_and_where_the_lives_part(written: Callable[..., str]) -> None:
    code, out, err = ask("what-if", written(FILE))
    assert (code, err) == (0, "")
    assert out.startswith("two doubts: What carried UN-AU?\n\nno handover\n")
    assert "AU;UN parts:" in out
    assert "scenario  2004-06  Operation handover [H058]: does not happen" in out
    assert "5 other cases are as they were." in out
    assert "nothing: And without any edit?\nNo case goes another way. The scenario has no edits.\n" in out
    assert out.endswith("This is a statement about the model, not a causal estimate.\n")


def test_scenarios_as_json_and_csv_say_the_same(written: Callable[..., str]) -> None:
    path = written(FILE)
    told = json.loads(ask("what-if", path, "--format", "json")[1])
    assert [(each["name"], each["changed"]) for each in told["scenarios"]] == [
        ("no handover", True),
        ("nothing", False),
    ]
    (case,) = told["scenarios"][0]["cases"]
    assert (case["case"], case["before"], case["after"]) == ("AU;UN", "startup.proven", "startup.founding")
    assert told["scenarios"][0]["manifest"]["scenario"] == "no handover"
    (row,) = table(ask("what-if", path, "--format", "csv")[1])
    assert (row["scenario"], row["case"], row["after"], row["lost"]) == (
        "no handover",
        "AU;UN",
        "startup.founding",
        "startup.proven",
    )


def test_one_scenario_alone(written: Callable[..., str]) -> None:
    path = written(FILE + GRID)
    _, out, _ = ask("what-if", path, "--only", "nothing")
    assert "no handover" not in out
    assert "variants" not in out
    code, out, err = ask("what-if", path, "--only", "nothink")
    assert (code, out) == (2, "")
    assert err == "onward: --only: there is no scenario 'nothink' in doubts.yaml; did you mean 'nothing'?\n"


def test_a_grid_tells_which_variants_reproduce_what_is_expected(written: Callable[..., str]) -> None:
    path = written("onward: 1\nname: theatres\n" + GRID)
    code, out, _ = ask("what-if", path)
    assert code == 0
    assert "3 variants (3)\n2 of 3 variants reproduce what is expected\n" in out
    told = json.loads(ask("what-if", path, "--format", "json")[1])["grid"]
    assert (told["variants"], told["agreeing"]) == (3, 2)
    assert [each["alternatives"] for each in told["agreeing_variants"]] == [["1"], ["2"]]
    rows = table(ask("what-if", path, "--format", "csv")[1])
    assert [(row["theatres"], row["AU;UN"], row["agrees"]) for row in rows] == [
        ("1", "startup.proven", "true"),
        ("2", "startup.proven", "true"),
        ("3", "startup.founding", "false"),
    ]


def test_csv_has_room_for_one_table(written: Callable[..., str]) -> None:
    path = written(FILE + GRID)
    code, out, err = ask("what-if", path, "--format", "csv")
    assert (code, out) == (2, "")
    assert "scenarios and a grid, and CSV has room for one table; print --format json" in err
    code, out, _ = ask("what-if", path)
    assert "no handover" in out
    assert "3 variants (3)" in out


def test_a_mistake_in_a_file_is_told_with_its_place(written: Callable[..., str]) -> None:
    code, out, err = ask("what-if", written("onward: 1\nname: a\nedits:\n  - drop: {idd: H058}\n"))
    assert (code, out) == (2, "")
    assert "doubts.yaml:4:12:" in err
    assert "did you mean 'id'?" in err
    assert ask("what-if", "nowhere.yaml")[0] == 2


def test_an_edit_that_finds_nothing_is_told_with_its_place(written: Callable[..., str]) -> None:
    code, out, err = ask("what-if", written("onward: 1\nname: a\nedits:\n  - drop: {id: H580}\n"))
    assert (code, out) == (2, "")
    assert err.startswith("onward: doubts.yaml:4:5: ")
    assert "H580" in err


def test_what_stands_on_the_command_line_goes_before_the_file(written: Callable[..., str], tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("time,event,case\n2001,signed,T\n2002,ratified,T\n", encoding="utf-8")
    model = "onward: 1\nname: t\nevents: {signed: , ratified: }\nphases: [open, shut]\ntransitions:\n"
    model += "  - {from: start, to: open, on: signed}\n  - {from: open, to: shut, on: ratified}\n"
    path = written("onward: 1\nname: a\nmodel: partnership\nedits:\n  - drop: {event: ratified}\n")
    _, out, _ = ask("what-if", path, str(log), "-m", written(model, "t.yaml"))
    assert "Shut lost (was 2002)" in out


def test_an_event_behind_the_window_is_told(written: Callable[..., str]) -> None:
    edit = "insert: {time: 2030, event: contact, organizations: AU;UN}"
    path = written(f"onward: 1\nname: a\nas_of: 2007-12-31\nedits:\n  - {edit}\n")
    _, out, _ = ask("what-if", path)
    assert "as of 2007-12-31; an event counts from the last instant of its date\n" in out
    assert "! a: contact of 2030 lies after 2007-12-31, where nothing counts\n" in out
    told = json.loads(ask("what-if", path, "--format", "json")[1])["scenarios"][0]
    assert told["late"] == ["a: contact of 2030 lies after 2007-12-31, where nothing counts"]
    assert told["missing"] == {"AU;UN": "maintenance needs standing machinery (0 of 1)"}


@pytest.mark.parametrize("command", ["what-if", "reach", "dates", "codings", "explain"])
def test_nothing_that_is_read_is_overwritten(command: str, written: Callable[..., str], tmp_path: Path) -> None:
    log = written(EVENTS.read_text(encoding="utf-8"), "log.csv")
    path = written("onward: 1\nname: a\nlog: log.csv\nedits: [drop: {id: H058}]\n")
    order = written(ORDER.read_text(encoding="utf-8"), "order.csv")
    asked = {
        "what-if": [[path, "-o", path], [path, "-o", log]],
        "reach": [["UN-AU", "maintenance", log, "-o", log]],
        "dates": [[log, "-o", log], [log, "--order", order, "-o", order]],
        "codings": [[log, str(EVENTS), "-o", log], [str(EVENTS), log, "-o", log]],
        "explain": [["UN-AU", log, "-o", log]],
    }
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    for argv in asked[command]:
        code, out, err = ask(command, *argv)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "write to another file" in err
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("command", ["what-if", "reach", "dates", "codings"])
def test_event_types_that_the_model_does_not_know_are_noted(command: str, written: Callable[..., str]) -> None:
    log = written("time,event,organizations\n2001,contact,AU;UN\n2002,contract,AU;UN\n", "log.csv")
    path = written("onward: 1\nname: a\nedits: [drop: {event: contact}]\n")
    asked = {"what-if": [path, log], "reach": ["AU-UN", "negotiation", log], "dates": [log], "codings": [log, log]}
    code, _, err = ask(command, *asked[command])
    assert code == 0
    assert "! " in err
    assert "'contract'" in err


def test_the_grid_in_json_has_all_that_the_page_has(written: Callable[..., str]) -> None:
    path = written("onward: 1\nname: theatres\nquestion: Which?\n" + GRID)
    told = json.loads(ask("what-if", path, "--format", "json")[1])
    assert told["question"] == "Which?"
    assert told["grid"]["right"] == [{"right": 2, "variants": 2}, {"right": 0, "variants": 1}]
    assert {"axis": "theatres", "case": "AU;UN", "track": None, "share": 1.0} in told["grid"]["hinges"]


# ---- reach


def test_what_un_nato_lacked_is_a_basis_and_a_body() -> None:
    code, out, err = ask("reach", "UN-NATO", "maintenance")
    assert (code, err) == (0, "")
    assert "it would take 2 more events:\n" in out
    assert "one of agreement_signed, joint_declaration, strategy_adopted with formal: true" in out
    told = json.loads(ask("reach", "UN-NATO", "maintenance", "--format", "json")[1])
    assert (told["cost"], told["exact"], len(told["sets"])) == (2, True, 3)
    rows = table(ask("reach", "UN-NATO", "maintenance", "--format", "csv")[1])
    assert {row["attributes"] for row in rows if row["event"] == "agreement_signed"} == {"formal=true"}


def test_costs_choose_among_the_ways() -> None:
    costs = ("--cost", "agreement_signed=5", "--cost", "strategy_adopted=never")
    _, out, _ = ask("reach", "UN-NATO", "maintenance", *costs)
    assert "joint_declaration with formal: true" in out
    assert "agreement_signed" not in out
    code, _, err = ask("reach", "UN-NATO", "maintenance", "--cost", "agreement_signed")
    assert (code, err.count("\n")) == (2, 1)
    assert "write --cost agreement_signed=3" in err
    assert ask("reach", "UN-NATO", "maintenance", "--since", "foo")[2].startswith("onward: since: 'foo' is no date")


@pytest.mark.parametrize(
    ("case", "single"), [("UN-EU", ["H038", "H046", "H052"]), ("UN-AU", ["H058"]), ("EU-NATO", ["H079"])]
)
def test_five_rows_carry_an_outcome_alone(case: str, single: Sequence[str]) -> None:
    rows = table(ask("reach", case, "-", "--carried", "--format", "csv")[1])
    assert [row["event_id"] for row in rows] == list(single)
    told = json.loads(ask("reach", case, "-", "--carried", "--format", "json")[1])
    assert (told["size"], [each["events"][0]["event_id"] for each in told["sets"]]) == (1, list(single))
    assert "Without 1 event it would not be in" in ask("reach", case, "-", "--carried")[1]


def test_costs_are_not_for_what_carried_a_case() -> None:
    code, _, err = ask("reach", "UN-EU", "-", "--carried", "--cost", "contact=2")
    assert (code, err.count("\n")) == (2, 1)


# ---- dates


def test_no_place_at_the_end_hangs_on_dates() -> None:
    code, out, err = ask("dates", "--order", str(ORDER), "--draws", "20")
    assert (code, err) == (0, "")
    assert "19 known orders kept" in out
    assert "No case's place at the end hangs on these dates." in out
    told = json.loads(ask("dates", "--draws", "20", "--format", "json")[1])
    assert len(told["settled"]) == 6
    assert {row["case"] for row in table(ask("dates", "--draws", "20", "--format", "csv")[1])} == set(told["settled"])


def test_a_share_of_draws_says_of_how_many() -> None:
    assert share_said(1.0, draws=None) == "always"
    assert share_said(0.0, draws=None) == "never"
    assert share_said(1.0, draws=1_000) == "100% of 1,000"
    assert share_said(0.9999, draws=None) == "99.9%"
    assert share_said(0.5, draws=10) == "50.0% of 10"


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "0 days"), (0.5, "12.0 hours"), (1, "1 day"), (-30, "30 days"), (731, "731 days (2.0 years)")],
)
def test_a_stretch_of_days_is_said_in_years_too(days: float, said: str) -> None:
    assert span_said(days) == said


# ---- codings


def test_two_codings_are_told_side_by_side(tmp_path: Path) -> None:
    lines = EVENTS.read_text(encoding="utf-8").splitlines(keepends=True)
    other = tmp_path / "other.csv"
    other.write_text("".join(line for line in lines if not line.startswith("H058")), encoding="utf-8")
    code, out, err = ask("codings", str(EVENTS), str(other), "--as-of", "2007-12-31")
    assert (code, err) == (0, "")
    assert "1 of 6 places at the end hang on who coded." in out
    assert "here: events.csv: 96 rows read = 95 matched + 1 only here + 0 rejected" in out
    (row,) = table(ask("codings", str(EVENTS), str(other), "--format", "csv")[1])
    assert (row["kind"], row["event_id"], row["decides"]) == ("only here", "H058", "True")
    told = json.loads(ask("codings", str(EVENTS), str(other), "--format", "json")[1])
    assert not told["agrees"]
    assert told["rows"]["only_here"] == 1


def test_a_coding_beside_itself_differs_nowhere() -> None:
    _, out, _ = ask("codings", str(EVENTS), str(EVENTS))
    assert "nowhere" in out
    assert "It does not matter where any case ends" in out


def test_every_command_of_what_if_helps() -> None:
    for command in ("what-if", "reach", "dates", "codings"):
        code, out, _ = ask(command, "--help")
        assert code == 0
        assert out.startswith(f"usage: onward {command}")
