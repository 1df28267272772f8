"""What is said of a verdict: in sentences, as data, and beside the lines of a file."""

import csv
import io
import json
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import onward
from onward.log.formats import parse_json_lines
from onward.log.framed import log_of_table
from onward.model.model import Model
from onward.problems import Problem
from onward.proof.verdict import Check, Kind, Status, Verdict
from onward.proof.witness import Witness
from onward.report import data, sarif
from onward.report.annotations import to_annotations
from onward.report.proofs import PROVED, RULES, Examined, Proofs, depth_of, mend_of, said_of, tell_proofs
from onward.report.sarif import to_sarif, uri_of
from onward.report.text import proofs_text
from onward.testing import logs, models

GRANT = """\
onward: 1
name: grant
title: A grant
events: {opened: , closed: }
phases: [open, shut]
transitions:
  - {from: start, to: open, on: opened}
  - {from: open, to: shut, on: closed}
  - {from: shut, to: open, on: opened}
invariants: [irreversible, {name: it stays small, always: years_in_phase < 3}]
"""
MODEL = onward.parse_model(GRANT)


def witness_of(*rows: dict[str, Any]) -> Witness:
    text = "".join(json.dumps({"case": "A", **row}) + "\n" for row in rows)
    log = log_of_table(parse_json_lines(text.encode(), "log"), "fail")
    return Witness(tuple(log.event(row) for row in range(len(rows))))


BACK = witness_of(
    {"time": "2001-01-01", "event": "opened"},
    {"time": "2001-01-02", "event": "closed", "by": "Ann; Bob", "size": 2, "formal": True},
    {"time": "2001-01-03", "event": "opened", "until": "2002"},
)
BROKEN = Check(
    "irreversible", "irreversible", "broken", "leads from shut back to open", "g.yaml:9:5", "mend it", None, BACK
)
UNDECIDED = Check("it stays small", "always", "undecided", "time runs on", "g.yaml:10:28", "", 7)
PROVED_CHECK = Check("all is well", "step", "proved", "nothing changes it", "g.yaml:10:2")
FLAW = Check("no event is idle", "idle-event", "flawed", "'closed' does nothing", "g.yaml:4:19", "delete it")
SOUND = Check("all can be reached", "unreachable", "sound", "they can")
CHECKS = (BROKEN, UNDECIDED, PROVED_CHECK, FLAW, SOUND)


def examined(*checks: Check, file: str = "models/g.yaml", model: Model = MODEL, **manifest: object) -> Examined:
    return Examined(file, Verdict(model, checks, manifest))


def told(each: Examined) -> Proofs:
    return tell_proofs(each)


# ---- for people


def test_a_reader_sees_invariants_first_then_flaws_then_what_is_sound() -> None:
    proofs = told(examined(FLAW, *CHECKS))
    assert proofs.title == "A grant: 1 of 3 proved"
    assert [(each.result, each.name) for each in proofs.invariants] == [
        ("broken", "irreversible"),
        ("undecided", "it stays small"),
        ("proved", "all is well"),
    ]
    assert [each.result for each in proofs.flaws] == ["idle-event", "idle-event"]
    assert proofs.closing == "Looked for and not found: phases and stages out of reach."
    assert told(examined(SOUND, evolve(SOUND, kind="differs"))).closing == (
        "Looked for and not found: phases and stages out of reach."
    )
    assert told(examined(evolve(SOUND, status="flawed"), SOUND)).closing == ""
    assert told(examined()) == Proofs("A grant: no invariants", (), (), "")
    assert tell_proofs(examined(SOUND), named=True).title == "models/g.yaml: A grant: no invariants"


def test_a_check_tells_why_where_and_how_to_mend_it() -> None:
    broken, undecided, proved = told(examined(*CHECKS)).invariants
    assert broken.lines == ("leads from shut back to open", "g.yaml:9:5", "mend: mend it")
    assert undecided.lines == (
        "time runs on",
        "no log of up to 7 events breaks it",
        "g.yaml:10:28",
        "mend: give it more time with --seconds",
    )
    assert proved.lines == ("nothing changes it",)


def test_a_log_is_a_table_of_its_events() -> None:
    [broken] = told(examined(BROKEN)).invariants
    assert broken.headings == ("time", "event", "attributes")
    assert broken.rows == (
        ("2001-01-01", "opened", ""),
        ("2001-01-02", "closed", 'by: "Ann; Bob"\nsize: 2\nformal: true'),
        ("2001-01-03", "opened", 'until: "2002"'),
    )
    plain = witness_of({"time": "2001", "event": "closed"})
    [bare] = told(examined(evolve(BROKEN, counterexample=plain))).invariants
    assert (bare.headings, bare.rows) == (("time", "event"), (("2001", "closed"),))
    pairs = evolve(MODEL, cases="pairs")
    [paired] = told(examined(evolve(BROKEN, counterexample=plain), model=pairs)).invariants
    assert paired == bare
    [none] = told(examined(evolve(BROKEN, counterexample=None))).invariants
    assert (none.headings, none.rows) == ((), ())


@pytest.mark.parametrize(
    ("depth", "said"),
    [
        (None, ""),
        (0, ""),
        (1, "no log of 1 event breaks it"),
        (12, "no log of up to 12 events breaks it"),
    ],
)
def test_what_is_undecided_says_how_far_it_was_looked(depth: int | None, said: str) -> None:
    assert depth_of(evolve(UNDECIDED, depth=depth)) == said
    assert depth_of(evolve(BROKEN, depth=depth)) == ""


def test_what_is_undecided_says_how_to_go_further() -> None:
    without = examined(UNDECIDED, z3=None).verdict
    beside = examined(UNDECIDED, z3="5.4").verdict
    assert without is not None
    assert beside is not None
    assert mend_of(without, UNDECIDED) == "pip install 'onward[verify]', whose solver looks further"
    assert mend_of(beside, UNDECIDED) == "give it more time with --seconds"
    assert mend_of(beside, evolve(UNDECIDED, mend="simplify it")) == "simplify it"
    assert mend_of(beside, PROVED_CHECK) == ""
    assert said_of(beside, UNDECIDED) == (
        "time runs on; no log of up to 7 events breaks it; give it more time with --seconds"
    )


def test_every_kind_of_check_has_its_words() -> None:
    assert set(RULES) == set(get_args(Kind))
    assert set(PROVED) == {"irreversible", "always", "step"}
    assert all(rule.flaws for rule in RULES.values())
    for rule in RULES.values():
        assert not rule.flaws.endswith(".")
        assert rule.why.endswith(".")


TERMINAL = """\
A grant: 1 of 3 proved
broken      irreversible
            leads from shut back to open
            g.yaml:9:5
            mend: mend it
            ┏━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━━━━┓
            ┃ time       ┃ event  ┃ attributes     ┃
            ┡━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━━━━┩
            │ 2001-01-01 │ opened │                │
            │ 2001-01-02 │ closed │ by: "Ann; Bob" │
            │            │        │ size: 2        │
            │            │        │ formal: true   │
            │ 2001-01-03 │ opened │ until: "2002"  │
            └────────────┴────────┴────────────────┘
undecided   it stays small
            time runs on
            no log of up to 7 events breaks it
            g.yaml:10:28
            mend: give it more time with --seconds
proved      all is well
            nothing changes it
idle-event  no event is idle
            'closed' does nothing
            g.yaml:4:19
            mend: delete it
Looked for and not found: phases and stages out of reach.
"""


def test_what_a_terminal_shows() -> None:
    assert proofs_text(told(examined(*CHECKS)), width=60) == TERMINAL
    assert proofs_text(told(examined()), width=60) == "A grant: no invariants\n"
    narrow = proofs_text(told(examined(*CHECKS)), width=34)
    assert max(map(len, narrow.splitlines())) <= 34
    assert proofs_text(told(examined(*CHECKS)), width=60, colour=True) != TERMINAL


# ---- for programs


def test_json_has_every_check() -> None:
    said = data.verdict_data(Verdict(MODEL, CHECKS, {"seconds": 60}))
    assert list(said) == ["model", "ok", "checks", "manifest"]
    assert (said["model"], said["ok"], said["manifest"]) == ("grant", False, {"seconds": 60})
    assert said["checks"][0] == {
        "name": "irreversible",
        "kind": "irreversible",
        "ok": False,
        "status": "broken",
        "message": "leads from shut back to open",
        "where": "g.yaml:9:5",
        "mend": "mend it",
        "depth": None,
        "counterexample": [
            {"time": "2001-01-01", "event": "opened", "case": "A"},
            {"time": "2001-01-02", "event": "closed", "case": "A", "by": "Ann; Bob", "size": 2, "formal": True},
            {"time": "2001-01-03", "event": "opened", "case": "A", "until": "2002"},
        ],
    }
    assert [check["counterexample"] for check in said["checks"][1:]] == [None] * 4
    assert [check["ok"] for check in said["checks"]] == [False, False, True, False, True]
    assert said["checks"][1]["mend"] == "give it more time with --seconds"


UNREAD = Examined(
    "models/bad.yaml", None, (Problem("bad.yaml:3:7", "no such phase 'trunce'", "did you mean 'truce'?"),)
)


def test_json_of_several_models_has_those_that_are_none_too() -> None:
    said = data.examined_data([examined(SOUND), UNREAD])
    assert (said["ok"], [each["ok"] for each in said["models"]]) == (False, [True, False])
    assert said["models"][1] == {
        "file": "models/bad.yaml",
        "model": None,
        "ok": False,
        "checks": [],
        "problems": [{"where": "bad.yaml:3:7", "what": "no such phase 'trunce'", "mend": "did you mean 'truce'?"}],
    }
    assert data.examined_data([examined(SOUND), examined(SOUND)])["ok"]


def test_csv_has_one_row_a_check() -> None:
    each = [examined(*CHECKS), UNREAD, examined(FLAW, file="other.yaml")]
    rows = list(csv.DictReader(io.StringIO(data.to_csv(data.CHECK_HEADINGS, data.check_rows(each)))))
    assert [(row["file"], row["name"]) for row in rows] == [
        *(("models/g.yaml", check.name) for check in CHECKS),
        ("other.yaml", FLAW.name),
    ]
    assert {row["model"] for row in rows} == {"grant"}
    assert [row["ok"] for row in rows] == ["false", "false", "true", "false", "true", "false"]
    assert [row["depth"] for row in rows[:2]] == ["", "7"]
    assert len(json.loads(rows[0]["counterexample"])) == 3
    assert rows[1]["counterexample"] == ""


# ---- beside the lines of a file

# What SARIF 2.1.0 says of the objects that are written, by hand: the keys that must be there and those that may.
SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "results", "columnKind"}),
    "tool": ({"driver"}, set()),
    "driver": ({"name"}, {"version", "semanticVersion", "rules"}),
    "rule": ({"id"}, {"shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"}),
    "text": ({"text"}, {"markdown"}),
    "configuration": (set(), {"level"}),
    "invocation": ({"executionSuccessful"}, set()),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "properties"}),
    "location": (set(), {"physicalLocation"}),
    "place": (set(), {"artifactLocation", "region"}),
    "artifact": (set(), {"uri"}),
    "region": (set(), {"startLine", "startColumn"}),
}


def check_shape(said: dict[str, Any], shape: str) -> dict[str, Any]:
    needed, allowed = SHAPES[shape]
    assert needed <= set(said) <= needed | allowed, shape
    return said


def results_of(text: str) -> list[dict[str, Any]]:
    """Return the results in the text of a SARIF file, whose shape is looked at as the standard has it."""
    [run] = check_shape(json.loads(text), "log")["runs"]
    assert json.loads(text)["version"] == "2.1.0"
    driver = check_shape(check_shape(check_shape(run, "run")["tool"], "tool")["driver"], "driver")
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", driver["semanticVersion"])
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for invocation in run["invocations"]:
        assert isinstance(check_shape(invocation, "invocation")["executionSuccessful"], bool)
    for rule in driver["rules"]:
        check_shape(rule, "rule")
        for key in ("shortDescription", "fullDescription", "help"):
            assert check_shape(rule[key], "text")["text"]
        assert check_shape(rule["defaultConfiguration"], "configuration")["level"] in {"error", "warning"}
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    results: list[dict[str, Any]] = run["results"]
    for result in results:
        check_shape(result, "result")
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert check_shape(result["message"], "text")["text"]
        [location] = result["locations"]
        place = check_shape(check_shape(location, "location")["physicalLocation"], "place")
        assert re.fullmatch(r"[A-Za-z0-9._~%/:-]+", check_shape(place["artifactLocation"], "artifact")["uri"])
        assert all(number >= 1 for number in check_shape(place.get("region", {}), "region").values())
    return results


def test_sarif_has_a_result_for_each_finding() -> None:
    broken, undecided, flaw = results_of(to_sarif([examined(*CHECKS)]))
    assert broken == {
        "ruleId": "irreversible",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "irreversible: leads from shut back to open; mend it"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "models/g.yaml"},
                    "region": {"startLine": 9, "startColumn": 5},
                }
            }
        ],
        "properties": {
            "model": "grant",
            "name": "irreversible",
            "status": "broken",
            "counterexample": Verdict(MODEL, (BROKEN,)).rows(BROKEN),
        },
    }
    assert (undecided["level"], undecided["properties"]["depth"]) == ("warning", 7)
    assert "counterexample" not in undecided["properties"]
    assert (flaw["level"], flaw["ruleId"]) == ("warning", "idle-event")
    assert results_of(to_sarif([])) == results_of(to_sarif([examined(SOUND)])) == []


def test_a_place_without_a_line_is_the_file() -> None:
    for where in ("", "transitions: open -> shut", "other.yaml:3:4", "g.yaml", "g.yaml:3", "x g.yaml:3:4"):
        [result] = results_of(to_sarif([examined(evolve(FLAW, where=where))]))
        assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "models/g.yaml"}}}]
        assert to_annotations([examined(evolve(FLAW, where=where))]).startswith("::warning file=models/g.yaml,title=")
    assert examined(file="a: 1:2.yaml").position("a: 1:2.yaml:3:4") == (3, 4)
    assert examined(file="models/g.yaml").position("models/g.yaml:3:4") == (3, 4)


def test_a_file_that_is_no_model_is_a_result_too() -> None:
    text = to_sarif([examined(SOUND), UNREAD])
    [result] = results_of(text)
    assert (result["ruleId"], result["level"]) == (sarif.NO_MODEL, "error")
    assert result["message"]["text"] == "no such phase 'trunce'; did you mean 'truce'?"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}
    assert not json.loads(text)["runs"][0]["invocations"][0]["executionSuccessful"]
    assert json.loads(to_sarif([examined(FLAW)]))["runs"][0]["invocations"][0]["executionSuccessful"]
    assert to_annotations([UNREAD]) == (
        "::error file=models/bad.yaml,line=3,col=7,title=no model::no such phase 'trunce'; did you mean 'truce'?\n"
    )


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("models/g.yaml", "models/g.yaml"),
        ("./models/g.yaml", "models/g.yaml"),
        ("../Côte d'Ivoire#1.yaml", "../C%C3%B4te%20d%27Ivoire%231.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        (PurePosixPath("/srv/a b.yaml"), "file:///srv/a%20b.yaml"),
        (PureWindowsPath(r"models\g.yaml"), "models/g.yaml"),
    ],
)
def test_the_path_of_a_file_is_a_uri(file: str | PurePosixPath, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(file, PureWindowsPath):
        monkeypatch.setattr(sarif, "PurePath", PureWindowsPath)
    assert uri_of(str(file)) == uri


def test_annotations_are_workflow_commands() -> None:
    broken, undecided, flaw = to_annotations([examined(*CHECKS)]).splitlines()
    assert broken == (
        "::error file=models/g.yaml,line=9,col=5,title=irreversible::leads from shut back to open; mend it"
        '%0A{"time": "2001-01-01", "event": "opened", "case": "A"}'
        '%0A{"time": "2001-01-02", "event": "closed", "case": "A", "by": "Ann; Bob", "size": 2, "formal": true}'
        '%0A{"time": "2001-01-03", "event": "opened", "case": "A", "until": "2002"}'
    )
    assert undecided.startswith(
        "::warning file=models/g.yaml,line=10,col=28,title=it stays small::time runs on; no log"
    )
    assert flaw == (
        "::warning file=models/g.yaml,line=4,col=19,title=no event is idle::'closed' does nothing; delete it"
    )
    odd = evolve(FLAW, name="a: b, 5%\r\n", message="100%: x, y\n::error::no")
    assert to_annotations([examined(odd, file="a,b:c.yaml")]) == (
        "::warning file=a%2Cb%3Ac.yaml,title=a%3A b%2C 5%25%0D%0A::100%25: x, y%0A::error::no; delete it\n"
    )
    assert to_annotations([examined(SOUND, PROVED_CHECK)]) == ""


# ---- whatever the verdict

# A model file cannot have a carriage return in its names: its texts stand on one line.
TEXTS = st.text(st.characters(exclude_characters="\r", codec="utf-8"), max_size=90)
STATUSES: dict[str, tuple[Status, ...]] = {"proof": ("proved", "broken", "undecided"), "structure": ("sound", "flawed")}


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    model = draw(models())
    checks = []
    for _ in range(draw(st.integers(0, 4))):
        kind: Kind = draw(st.sampled_from(get_args(Kind)))
        log = draw(logs(model, max_rows=4)) if draw(st.booleans()) else None
        events = () if log is None else tuple(log.event(row) for row in range(len(log)))
        checks.append(
            Check(
                name=draw(TEXTS),
                kind=kind,
                status=draw(st.sampled_from(STATUSES["proof" if kind in PROVED else "structure"])),
                message=draw(TEXTS),
                where=draw(st.sampled_from(["", "g.yaml:4:19", "transitions: a -> b"])),
                mend=draw(TEXTS),
                depth=draw(st.none() | st.integers(0, 9)),
                counterexample=Witness(events) if events else None,
            )
        )
    return Verdict(model, tuple(checks), {"z3": draw(st.sampled_from([None, "5.4"]))})


@given(verdict=verdicts(), width=st.sampled_from([40, 60, 120]), named=st.booleans())
def test_every_verdict_can_be_printed_in_any_width(verdict: Verdict, width: int, *, named: bool) -> None:
    proofs = tell_proofs(Examined("models/g.yaml", verdict), named=named)
    assert len(proofs.invariants) == sum(check.kind in PROVED for check in verdict.checks)
    assert len(proofs.invariants) + len(proofs.flaws) >= len(verdict.findings)
    text = proofs_text(proofs, width=width)
    assert max(map(cell_len, text.split("\n"))) <= width
    for each in (*proofs.invariants, *proofs.flaws):
        assert each.result in text


@given(st.lists(verdicts(), max_size=2))
def test_every_verdict_has_its_data(found: list[Verdict]) -> None:
    each = [Examined(f"models/{number}.yaml", verdict) for number, verdict in enumerate(found)]
    findings = [check for verdict in found for check in verdict.findings]
    results = results_of(to_sarif(each))
    lines = to_annotations(each).split("\n")[:-1]
    assert len(results) == len(lines) == len(findings)
    for check, result, line in zip(findings, results, lines, strict=True):
        assert (result["level"] == "error") == (check.status == "broken") == line.startswith("::error ")
        assert re.fullmatch(r"::(error|warning) file=[^,:]+(,line=\d+,col=\d+)?,title=[^,:]*::.*", line)
    said = json.loads(data.to_json(data.examined_data(each)))
    assert said["ok"] == (not findings)
    for verdict, told_ in zip(found, [said] if len(found) == 1 else said["models"], strict=True):
        for check, shape in zip(verdict.checks, told_["checks"], strict=True):
            rows = shape["counterexample"]
            assert (rows is None) == (check.counterexample is None)
            # Written one a line it is a log, the same as the verdict's own.
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows or ())
            assert text == verdict.lines(check)
    rows = list(csv.DictReader(io.StringIO(data.to_csv(data.CHECK_HEADINGS, data.check_rows(each)), newline="")))
    assert [row["name"] for row in rows] == [check.name for verdict in found for check in verdict.checks]
