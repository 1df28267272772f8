"""`onward verify`: what it prints, writes and answers."""

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from attrs import define, field

import onward as library
from onward.cli import COMMANDS, main
from onward.cli.arguments import UsageStop
from onward.cli.verify import FORMATS
from onward.cli.verify import run as run_verify
from onward.log.formats import parse_json_lines
from onward.log.framed import log_of_table
from onward.model.model import Model
from onward.model.whereabouts import whereabouts
from onward.proof.verdict import Check, Verdict
from onward.proof.witness import Witness

Onward = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent / "golden"
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
invariants:
  - irreversible
  - {name: it stays open, always: phase != shut}
"""
SOUND = """\
onward: 1
name: visit
events: {come: , go: }
phases: [inside, {outside: {final: true}}]
transitions:
  - {from: start, to: inside, on: come}
  - {from: inside, to: outside, on: go}
invariants: [irreversible]
"""
WRONG = SOUND.replace("to: outside", "to: outsid").replace("from: start", "form: start")


def witness_of(*rows: tuple[str, str]) -> Witness:
    text = "".join(json.dumps({"case": "A", "time": time, "event": event}) + "\n" for time, event in rows)
    log = log_of_table(parse_json_lines(text.encode(), "log"), "fail")
    return Witness(tuple(log.event(row) for row in range(len(rows))))


LIFE = (("2001-01-01", "opened"), ("2001-01-02", "closed"), ("2001-01-03", "opened"))


@define
class Verifier:
    """Stands in for the prover: what it says of each model is written down here."""

    calls: list[tuple[str, str | None, float]] = field(factory=list)

    def __call__(self, model: str, *, against: Model | None = None, seconds: float = 60) -> Verdict:
        self.calls.append((model, None if against is None else against.name, seconds))
        read = library.load_model(model)
        return Verdict(read, tuple(self.checks(Path(model), read, against)), {"seconds": seconds, "z3": None})

    def checks(self, path: Path, model: Model, against: Model | None) -> list[Check]:
        if path.name != "grant.yaml":
            return [
                Check("irreversible", "irreversible", "proved", "no transition leads back"),
                Check("what can be reached", "unreachable", "sound", "everything can be reached"),
            ]
        at = whereabouts(path.read_text(encoding="utf-8"), path.name)
        back, shut = (witness_of(*rows) for rows in (LIFE, LIFE[:2]))
        checks = [
            Check(
                "irreversible",
                "irreversible",
                "broken",
                "shut -> open leads to an earlier phase",
                at["transition", 2],
                "delete the transition",
                None,
                back,
            ),
            Check("it stays open", "always", "broken", "shut: phase != shut", at["invariant", 1], "", None, shut),
            Check(
                "what can be left",
                "no-end",
                "flawed",
                "no phase is final",
                "",
                "say final: true",
                None,
                witness_of(*LIFE[:1]),
            ),
        ]
        if against is not None:
            said = f"{model.name} and {against.name} part"
            checks.append(Check("against the older model", "differs", "flawed", said, "", "", None, shut))
        return checks


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> Verifier:
    verifier = Verifier()
    module = ModuleType("onward.proof.verifying")
    vars(module)["verify"] = verifier
    monkeypatch.setitem(sys.modules, "onward.proof.verifying", module)
    monkeypatch.setitem(COMMANDS, "verify", "what is proved of a model, and what is wrong with it")
    return verifier


@pytest.fixture
def folder(verifier: Verifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert verifier.calls == []
    (tmp_path / "models").mkdir()
    for name, text in (("grant", GRANT), ("sound", SOUND), ("wrong", WRONG)):
        (tmp_path / "models" / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---- what is printed


@pytest.mark.usefixtures("folder")
def test_a_broken_model_is_told_with_its_logs(onward: Onward, golden: Callable[[Path, str], None]) -> None:
    code, out, err = onward("verify", "models/grant.yaml")
    assert (code, err) == (1, "")
    golden(GOLDEN / "verify-table.txt", out)


@pytest.mark.usefixtures("folder")
def test_sixty_characters_are_enough(onward: Onward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    assert main(["verify", "models/grant.yaml"], terminal, terminal) == 1
    shown = re.sub("\x1b\\[[0-9;]*m", "", terminal.getvalue())
    assert shown != terminal.getvalue()
    assert max(map(len, shown.splitlines())) <= 60
    lines = onward("verify", "models/grant.yaml")[1].splitlines()  # 120 characters wide, and they need no more
    assert [line.rstrip() for line in shown.splitlines()] == lines


@pytest.mark.usefixtures("folder")
def test_a_sound_model_is_told_in_a_few_lines(onward: Onward) -> None:
    assert onward("verify", "models/sound.yaml") == (
        0,
        (
            "visit: 1 of 1 proved\n"
            "proved  irreversible\n"
            "        no transition leads back\n"
            "Looked for and not found: phases and stages out of reach.\n"
        ),
        "",
    )


@pytest.mark.usefixtures("folder")
def test_json_is_of_one_model_or_of_several(onward: Onward) -> None:
    code, out, err = onward("verify", "models/grant.yaml", "--format", "json")
    assert (code, err) == (1, "")
    one = json.loads(out)
    assert list(one)[:5] == ["version", "onward", "model", "ok", "checks"]
    assert (one["version"], one["model"], one["ok"]) == (1, "grant", False)
    assert {"name", "kind", "ok", "message", "where", "counterexample"} <= set(one["checks"][0])
    assert [len(check["counterexample"] or ()) for check in one["checks"]] == [3, 2, 1]

    code, out, _ = onward("verify", "models/grant.yaml", "models/sound.yaml", "--format", "json")
    several = json.loads(out)
    assert (code, list(several)) == (1, ["version", "onward", "ok", "models"])
    assert [(each["file"], each["model"], each["ok"]) for each in several["models"]] == [
        ("models/grant.yaml", "grant", False),
        ("models/sound.yaml", "visit", True),
    ]
    assert several["models"][0]["checks"] == one["checks"]
    assert [check["counterexample"] for check in several["models"][1]["checks"]] == [None, None]


@pytest.mark.usefixtures("folder")
def test_csv_has_a_row_a_check(onward: Onward) -> None:
    code, out, _ = onward("verify", "models/grant.yaml", "models/sound.yaml", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows)) == (1, 5)
    assert [(row["file"], row["status"]) for row in rows[2:4]] == [
        ("models/grant.yaml", "flawed"),
        ("models/sound.yaml", "proved"),
    ]


@pytest.mark.usefixtures("folder")
def test_sarif_and_annotations_name_the_file_as_it_was_named(
    onward: Onward, golden: Callable[[Path, str], None]
) -> None:
    code, out, err = onward("verify", "models/grant.yaml", "models/sound.yaml", "--format", "sarif")
    assert (code, err) == (1, "")
    results = json.loads(out)["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert {place["artifactLocation"]["uri"] for place in places} == {"models/grant.yaml"}
    assert [place.get("region", {}).get("startLine") for place in places] == [9, 12, None]
    code, out, err = onward("verify", "models/grant.yaml", "models/sound.yaml", "--format", "github")
    assert (code, err) == (1, "")
    golden(GOLDEN / "verify-github.txt", out)


@pytest.mark.usefixtures("folder")
def test_several_models_are_told_one_after_the_other(onward: Onward) -> None:
    code, out, _ = onward("verify", "models/grant.yaml", "models/sound.yaml")
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "models/grant.yaml: A grant: 0 of 2 proved"
    assert "models/sound.yaml: visit: 1 of 1 proved" in lines
    assert lines[-1] == "1 of 2 models are as they should be"


def test_a_shipped_model_is_known_by_its_name(verifier: Verifier, onward: Onward) -> None:
    code, out, _ = onward("verify", "partnership", "--format", "json", "--seconds", "2.5")
    assert (code, json.loads(out)["model"]) == (0, "partnership")
    assert verifier.calls == [("partnership", None, 2.5)]
    assert onward("verify", "partnership", "--format", "github") == (0, "", "")


# ---- what is written


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("report.json", '{\n  "version": 1,'),
        ("report.sarif", '{\n  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n  "version": "2.1.0",'),
        ("report.sarif.json", '{\n  "$schema": '),
        ("REPORT.CSV", "model,file,name,kind,"),
        ("report.txt", "A grant: 0 of 2 proved\n"),
        ("report", "A grant: 0 of 2 proved\n"),
    ],
)
def test_the_ending_of_a_file_says_what_is_written_there(folder: Path, onward: Onward, name: str, begins: str) -> None:
    assert onward("verify", "models/grant.yaml", "-o", name) == (1, "", "")
    assert (folder / name).read_text(encoding="utf-8").startswith(begins)
    assert onward("verify", "models/grant.yaml", "-o", name, "--format", "github")[0] == 1
    assert (folder / name).read_text(encoding="utf-8").startswith("::error file=models/grant.yaml,")


@pytest.mark.parametrize("ending", [".jsonl", ".ndjson"])
def test_logs_are_written_and_a_replay_of_each_breaks_what_it_says(folder: Path, onward: Onward, ending: str) -> None:
    code, out, err = onward("verify", "models/grant.yaml", "-o", f"logs{ending}")
    assert code == 1
    assert out == onward("verify", "models/grant.yaml")[1]
    assert err == (
        f"! logs{ending} shows models/grant.yaml: broken: irreversible\n"
        f"! logs-2{ending} shows models/grant.yaml: broken: it stays open\n"
    )
    for name, broken in (("logs", "irreversible"), ("logs-2", "it stays open")):
        code, out, _ = onward("replay", f"{name}{ending}", "-m", "models/grant.yaml")
        assert code == 1
        assert f"breaks the invariant '{broken}'" in out
    assert {path.name for path in folder.iterdir()} == {"models", f"logs{ending}", f"logs-2{ending}"}
    # What is printed may be anything all the same.
    assert json.loads(onward("verify", "models/grant.yaml", "-o", f"logs{ending}", "--format", "json")[1])


def test_a_log_that_tells_two_models_apart_is_written_too(folder: Path, verifier: Verifier, onward: Onward) -> None:
    code, _, err = onward("verify", "models/grant.yaml", "--against", "models/sound.yaml", "-o", "logs.jsonl")
    assert code == 1
    assert verifier.calls == [("models/grant.yaml", "visit", 60)]
    assert err.splitlines()[2] == "! logs-3.jsonl shows models/grant.yaml: flawed: against the older model"
    assert (folder / "logs-3.jsonl").read_text() == (folder / "logs-2.jsonl").read_text()


def test_where_nothing_is_broken_no_log_is_written(folder: Path, onward: Onward) -> None:
    code, _, err = onward("verify", "models/sound.yaml", "-o", "logs.jsonl")
    assert (code, err) == (0, "! no log breaks anything: logs.jsonl is not written\n")
    assert [path.name for path in folder.iterdir()] == ["models"]


# ---- mistakes


def problems(err: str) -> list[str]:
    return [line.split("; ")[0] for line in err.splitlines()]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_is_no_model_is_told_in_lines_and_beside_them(onward: Onward, form: str) -> None:
    code, out, err = onward("verify", "models/wrong.yaml", "--format", form)
    assert code == 2
    assert all(line.startswith("onward: wrong.yaml:") for line in problems(err))
    if form == "sarif":
        results = json.loads(out)["runs"][0]["results"]
        assert {result["ruleId"] for result in results} == {"no-model"}
        assert len(results) == len(problems(err))
    elif form == "github":
        assert len(out.splitlines()) == len(problems(err))
        assert all(line.startswith("::error file=models/wrong.yaml,line=") for line in out.splitlines())
    else:
        assert out == ""


@pytest.mark.usefixtures("folder")
def test_one_file_that_is_no_model_does_not_hide_the_others(onward: Onward) -> None:
    names = ("models/wrong.yaml", "models/sound.yaml", "models/none.yaml")
    code, out, err = onward("verify", *names)
    assert code == 2
    assert out.splitlines()[0] == "models/wrong.yaml: no model that can be read"
    assert "models/sound.yaml: visit: 1 of 1 proved" in out.splitlines()
    assert out.splitlines()[-1] == "1 of 3 models are as they should be"
    assert problems(err)[-1] == "onward: models/none.yaml: there is no such file"
    code, out, _ = onward("verify", *names, "--format", "json")
    told = json.loads(out)
    assert (code, told["ok"], [each["ok"] for each in told["models"]]) == (2, False, [False, True, False])
    assert told["models"][2]["problems"][0]["where"] == "models/none.yaml"
    code, out, _ = onward("verify", *names, "--format", "csv")
    assert (code, len(out.splitlines())) == (2, 3)
    code, _, err = onward("verify", *names, "-o", "logs.jsonl")
    assert code == 2
    assert "no log breaks anything" in err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "onward verify: the following arguments are required: MODEL; see `onward verify --help`\n"),
        (("sound.yaml", "--seconds", "0"), "onward verify: --seconds needs a number above 0; "),
        (("sound.yaml", "--seconds", "nan"), "onward verify: --seconds needs a number above 0; "),
        (("sound.yaml", "--seconds", "inf"), "onward verify: --seconds needs a number above 0; "),
        (("sound.yaml", "--seconds", "soon"), "onward verify: argument --seconds: invalid float value: 'soon'; "),
        (("sound.yaml", "grant.yaml", "--against", "wrong.yaml"), "onward verify: --against compares one model "),
        (("sound.yaml", "--format", "sarf"), "did you mean 'sarif'?\n"),
        (("sound.yaml", "--againts", "grant.yaml"), "did you mean '--against'?\n"),
        (("sound.yaml", "-o", ""), "onward verify: -o needs a file name; "),
        (("sound.yaml", "-o", "sound.yaml"), "onward: sound.yaml: this is a model that is read; write to another"),
        (("sound.yaml", "--against", "grant.yaml", "-o", "grant.yaml"), "onward: grant.yaml: this is a model that "),
        (("sound.yaml", "-o", "logs.jsonI"), "onward: logs.jsonI: there is no format .jsoni; did you mean '.json"),
        (("sound.yaml", "-o", "logs.parquet"), "onward: logs.parquet: logs are not written as .parquet here; write "),
        (("sound.yaml", "-o", "logs.jsonl.gz"), "onward: logs.jsonl.gz: logs are not written as .gz here; write "),
        (("sound.yaml", "-o", "nowhere/logs.jsonl"), "onward: nowhere/logs.jsonl: "),
        (("sound.yaml", "-o", "."), "onward: .: "),
        (("sound.yaml", "--against", "wrong.yaml"), "onward: wrong.yaml:6:"),
        (("partnershp",), "onward: model: there is no model 'partnershp'; did you mean 'partnership'?\n"),
    ],
)
def test_a_mistake_is_told_before_any_work(
    folder: Path,
    verifier: Verifier,
    onward: Onward,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    what: str,
) -> None:
    monkeypatch.chdir(folder / "models")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    code, out, err = onward("verify", *arguments)
    assert (code, out) == (2, "")
    assert what in err
    assert err.startswith("onward")
    assert verifier.calls in ([], [("partnershp", None, 60)])
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="devices have names of their own elsewhere")
@pytest.mark.usefixtures("folder")
def test_a_device_takes_what_is_printed(onward: Onward) -> None:
    assert onward("verify", "models/grant.yaml", "-o", "/dev/null") == (1, "", "")


def test_help_tells_what_it_does() -> None:
    with pytest.raises(UsageStop) as stopped:
        run_verify(["--help"], io.StringIO(), io.StringIO())
    assert stopped.value.code == 0
    for word in ("MODEL [MODEL ...]", "--against OLD", "--seconds N", "sarif", "FILE-2", "Exit code 1"):
        assert word in stopped.value.text
