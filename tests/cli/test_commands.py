"""What the commands print, write and answer."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import onward as library
from onward.cli import COMMANDS
from onward.cli import main as onward_main
from onward.model.schema import SCHEMA

Onward = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent / "golden"
GRANT = """\
onward: 1
name: grant
events: {opened: , closed: }
context: {closings: {count: closed}}
phases: [open, shut]
transitions:
  - {from: start, to: open, on: opened}
  - {from: open, to: shut, on: closed}
  - {from: shut, to: open, on: opened}
invariants: [irreversible]
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "grant.yaml").write_text(GRANT)
    (tmp_path / "log.csv").write_text("time,event,case\n2001,opened,A\n2002,closed,A\n2002,opend,B\n")
    (tmp_path / "back.csv").write_text("time,event,case\n2001,opened,A\n2002,closed,A\n2003,opened,A\n")
    (tmp_path / "bad.csv").write_text("time,event,case\n2001,opened,A\n2005-02-30,closed,A\n2003,closed,\n")
    return tmp_path


def test_replay_prints_the_table_of_the_report(onward: Onward, golden: Callable[[Path, str], None]) -> None:
    code, out, err = onward("replay")
    assert (code, err) == (0, "")
    golden(GOLDEN / "replay.txt", out)


def test_explain_tells_the_life_of_a_pair(onward: Onward, golden: Callable[[Path, str], None]) -> None:
    code, out, err = onward("explain", "NATO;UN")
    assert (code, err) == (0, "")
    golden(GOLDEN / "explain.txt", out)
    assert onward("explain", "UN–NATO") == (0, out, "")


def test_models_lists_what_is_shipped(onward: Onward, golden: Callable[[Path, str], None]) -> None:
    code, out, err = onward("models")
    assert (code, err) == (0, "")
    golden(GOLDEN / "models.txt", out)
    told = json.loads(onward("models", "--format", "json")[1])
    assert [model["name"] for model in told["models"]] == list(library.shipped_models())
    rows = list(csv.DictReader(io.StringIO(onward("models", "--format", "csv")[1])))
    assert list(rows[0]) == ["name", "title", "source", "cases", "phases", "event_types"]
    assert [row["name"] for row in rows] == list(library.shipped_models())
    [norm] = [model for model in told["models"] if model["name"] == "norm_change"]
    assert norm["tracks"]["wide"] == ["none", "linked", "evidenced", "consulted", "anchored"]
    assert norm["phases"] == [*norm["tracks"]["narrow"], *norm["tracks"]["wide"]]


def test_schema_prints_what_the_loader_reads(onward: Onward, tmp_path: Path) -> None:
    code, out, _ = onward("schema")
    assert code == 0
    assert json.loads(out) == SCHEMA
    assert json.loads(out)["version"] == 1
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
    assert onward("schema", "-o", tmp_path / "schema.json") == (0, "", "")
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == SCHEMA


def test_replay_as_json_has_the_documented_shape(onward: Onward) -> None:
    code, out, _ = onward("replay", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert (told["version"], told["onward"], told["model"], told["as_of"]) == (
        1,
        library.__version__,
        "partnership",
        "2007-12-31",
    )
    assert told["rows"] == {"read": 96, "replayed": 96, "rejected": 0, "after_as_of": 1}
    assert list(told["outcomes"]) == ["moved", "recorded", "held", "refused", "unknown"]
    assert sum(told["outcomes"].values()) == 101
    first = told["cases"][0]
    assert list(first)[:8] == ["case", "track", "phase", "stage", "label", "since", "events", "moves"]
    assert (first["case"], first["phase"], first["since"], first["basis"]) == ("EU;UN", "maintenance", "2004", "formal")
    assert len(told["manifest"]["model_fingerprint"]) == 64


def test_replay_as_csv_keeps_the_accounts_on_the_error_stream(onward: Onward) -> None:
    code, out, err = onward("replay", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [row["case"] for row in rows] == ["EU;UN", "EU;NATO", "NATO;UN", "AU;UN", "AU;EU", "AU;NATO"]
    assert rows[2]["label"] == "Start-up/maintenance"
    assert "rows: 96 read = 96 replayed + 0 rejected" in err


def test_explain_as_json_and_csv(onward: Onward) -> None:
    told = json.loads(onward("explain", "UN-NATO", "--format", "json")[1])
    assert told["missing"]["text"] == "maintenance needs a formal basis (0 of 1) and standing machinery (0 of 1)"
    [transition] = told["missing"]["transitions"]
    assert [(clause["text"], clause["has"], clause["short"]) for clause in transition["clauses"]] == [
        ("basis >= 1", 0, 1),
        ("machinery >= 1", 0, 1),
    ]
    assert len(told["steps"]) == 27
    rows = list(csv.DictReader(io.StringIO(onward("explain", "UN-NATO", "--format", "csv")[1])))
    assert [row["event_id"] for row in rows] == [step["event_id"] for step in told["steps"]]


def test_a_log_and_a_model_of_ones_own(onward: Onward, files: Path) -> None:
    code, out, err = onward("replay", files / "log.csv", "-m", files / "grant.yaml")
    assert (code, err) == (0, "")
    assert "steps: 2 moved, 0 recorded, 0 held, 0 refused, 1 unknown" in out
    assert "rows: 3 read = 3 replayed + 0 rejected" in out
    # Nobody can overlook an unknown type.
    assert "! log.csv: 1 row of type 'opend', which grant does not know; did you mean 'opened'?" in out


def test_a_broken_invariant_is_a_finding(onward: Onward, files: Path) -> None:
    code, out, _ = onward("replay", files / "back.csv", "-m", files / "grant.yaml")
    assert code == 1
    assert "! broken: A, 2003 opened (3): breaks the invariant 'irreversible'" in out


def test_as_of_and_reading(onward: Onward, files: Path) -> None:
    argv = ("replay", files / "log.csv", "-m", files / "grant.yaml", "--format", "json")
    assert json.loads(onward(*argv, "--as-of", "2001")[1])["rows"]["after_as_of"] == 2
    assert json.loads(onward(*argv, "--reading", "possible")[1])["reading"] == "possible"


def test_bad_rows_stop_or_are_set_aside_and_nothing_is_lost(onward: Onward, files: Path) -> None:
    argv = ("replay", files / "bad.csv", "-m", files / "grant.yaml")
    code, out, err = onward(*argv)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
    assert "bad.csv:3: time" in err.splitlines()[0]
    assert "bad.csv:4: case" in err.splitlines()[1]
    code, out, err = onward(*argv, "--on-bad-rows", "set-aside")
    assert (code, err) == (0, "")
    assert "rows: 3 read = 1 replayed + 2 rejected" in out
    assert "! set aside: bad.csv:3: time" in out
    told = json.loads(onward(*argv, "--on-bad-rows", "set-aside", "--format", "json")[1])
    assert [problem["where"] for problem in told["rejected"]] == ["bad.csv:3: time", "bad.csv:4: case"]
    assert "set aside" in onward("explain", "A", *argv[1:], "--on-bad-rows", "set-aside")[2]


def test_more_problems_than_a_person_can_read_are_counted(onward: Onward, files: Path) -> None:
    rows = "".join(f"never,opened,C{row}\n" for row in range(50))
    (files / "worse.csv").write_text(f"time,event,case\n{rows}")
    argv = ("replay", files / "worse.csv", "-m", files / "grant.yaml")
    err = onward(*argv)[2].splitlines()
    assert (len(err), err[-1]) == (21, "onward: ... and 30 more (50 in all)")
    assert "... and 30 more problems (50 in all)" in onward(*argv, "--on-bad-rows", "set-aside")[1]


def test_output_goes_to_a_file_in_the_format_of_its_ending(onward: Onward, files: Path) -> None:
    for name, begins in (("out.json", "{"), ("out.csv", "case,"), ("out.txt", "Life-cycle")):
        code, out, _ = onward("replay", "-o", files / name)
        assert (code, out) == (0, "")
        assert (files / name).read_text(encoding="utf-8").startswith(begins)
    assert onward("replay", "-o", files / "out.json", "--format", "csv")[0] == 0
    assert (files / "out.json").read_text(encoding="utf-8").startswith("case,")
    assert sorted(path.name for path in files.glob(".*")) == []


def test_a_table_of_cases_is_printed_beside_them(onward: Onward, files: Path) -> None:
    (files / "cases.csv").write_text("case,country\nA,Norway\n")
    argv = ("replay", files / "log.csv", "-m", files / "grant.yaml", "--cases", files / "cases.csv")
    assert json.loads(onward(*argv, "--format", "json")[1])["cases"][0]["country"] == "Norway"
    assert "Norway" in onward(*argv)[1]


def test_explain_tells_what_must_not_be_overlooked(onward: Onward, files: Path) -> None:
    code, out, err = onward("explain", "A", files / "log.csv", "-m", files / "grant.yaml")
    assert (code, out[:2]) == (0, "A:")
    assert err == "! log.csv: 1 row of type 'opend', which grant does not know; did you mean 'opened'?\n"


def test_a_tie_names_events_without_ids_by_their_numbers(onward: Onward, files: Path) -> None:
    (files / "tie.csv").write_text("time,event,case\n2001,opened,A\n2001,closed,A\n")
    told = json.loads(onward("explain", "A", files / "tie.csv", "-m", files / "grant.yaml", "--format", "json")[1])
    assert told["ties"] == [{"first": "1", "second": "2"}]


def test_an_empty_log_is_no_error(onward: Onward, files: Path) -> None:
    (files / "none.csv").write_text("time,event,case\n")
    code, out, _ = onward("replay", files / "none.csv", "-m", files / "grant.yaml")
    assert code == 0
    assert "There are no cases." in out
    assert "rows: 0 read = 0 replayed + 0 rejected" in out


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_terminal_folds_and_loses_nothing(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", str(width))
    for argv in (["replay"], ["explain", "EU;UN"], ["models"]):
        out = Terminal()
        assert onward_main(argv, out, sys.stderr) == 0
        plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
        assert max(map(len, plain.splitlines())) <= width
    assert capsys.readouterr().err == ""


def test_help_names_every_command_and_every_command_has_help(onward: Onward) -> None:
    code, out, err = onward("--help")
    assert (code, err) == (0, "")
    assert onward("-h") == (0, out, "")
    for command in COMMANDS:
        assert f"\n  {command} " in out
        code, told, err = onward(command, "--help")
        assert (code, err) == (0, "")
        assert told.startswith(f"usage: onward {command}")
    assert onward() == (2, "", out)


def test_the_version_is_told(onward: Onward) -> None:
    assert onward("--version") == (0, f"onward {library.__version__}\n", "")


def onward_process(*argv: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "onward", *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **more})


def test_a_reader_that_goes_away_is_no_error() -> None:
    script = f'"{sys.executable}" -m onward explain EU-UN | head -n 1'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("EU;UN: Maintenance")


def test_the_command_exits_with_its_code() -> None:
    assert onward_process("replay", "nowhere.csv").returncode == 2


def test_a_terminal_that_knows_no_dashes_shows_question_marks() -> None:
    done = onward_process("replay", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "UN?EU" in done.stdout
    done = onward_process("explain", "UN–OSCE", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("onward: case: there is no case 'UN?OSCE'; ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("argv", [["replay"], ["schema"], ["--version"]])
def test_a_full_disk_is_told_in_one_line(argv: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "onward", *argv]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    said = "onward: the output can't be written (No space left on device); check the disk's space\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_help_waits_for_nothing_heavy() -> None:
    heavy = "{'attrs', 'attr', 'yaml', 'polars', 'rich', 'transitions', 'argparse'} & set(sys.modules)"
    script = f"import sys; from onward.cli import main; main(['--help'], sys.stderr, sys.stderr); print({heavy})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_small_replay_waits_for_no_data_frames() -> None:
    heavy = "{'polars', 'transitions', 'numpy', 'pandas'} & set(sys.modules)"
    script = f"import sys; from onward.cli import main; main(['replay'], sys.stderr, sys.stderr); print({heavy})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_many_unknown_types_are_told_the_commonest_first_and_counted(onward: Onward, files: Path) -> None:
    rows = "".join(f"2001,type{number},A\n" * (1 + (number == 29)) for number in range(30))
    (files / "foreign.csv").write_text(f"time,event,case\n{rows}")
    out = onward("replay", files / "foreign.csv", "-m", files / "grant.yaml")[1]
    told = [line for line in out.splitlines() if line.startswith("! ")]
    assert told[0].startswith("! foreign.csv: 2 rows of type 'type29', which grant does not know")
    assert told[-1] == "! ... and 10 more notes (30 in all)"
    assert "31 unknown" in out


def test_a_closed_output_is_no_error() -> None:
    script = f'"{sys.executable}" -m onward models >&-'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
