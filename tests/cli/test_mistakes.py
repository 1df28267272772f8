"""A user's mistakes: exit 2, one line a problem with its mend, no traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward.cli import COMMANDS

Onward = Callable[..., tuple[int, str, str]]
LOG = "time,event,organizations\n2001,contact,UN;EU\n"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["replya"], "onward: there is no command 'replya'; did you mean 'replay'?"),
        (
            ["xyz"],
            f"onward: there is no command 'xyz'; it may be {', '.join(sorted(COMMANDS))}",
        ),
        (
            ["replay", "--formt", "json"],
            "onward replay: unrecognized arguments: --formt; did you mean '--format'?",
        ),
        (["replay", "--format", "jsn"], "invalid choice: 'jsn' (choose from table, json, csv); did you mean 'json'?"),
        (["replay", "-m"], "onward replay: argument -m/--model: expected one argument; see `onward replay --help`"),
        (["explain"], "onward: CASE: the log has 6 cases; name one: 'AU;EU', 'AU;NATO', 'AU;UN', "),
        (["replay", "-m", "partnersip"], "onward: model: there is no model 'partnersip'; did you mean 'partnership'?"),
        (
            ["replay", "-m", "leagues"],
            "onward: model: there is no model 'leagues'; name a shipped model (`onward models`), or a model file",
        ),
        (
            ["replay", "--as-of", "31.12.2007"],
            "as_of: '31.12.2007' is no date that can be read; write 2007-12-31",
        ),
        (["explain", "UN-OSCE"], "onward: case: there is no case 'UN-OSCE'; "),
        (["explain", "NATO"], "onward: case: there is no case 'NATO'; "),
        (["replay", "--as-of", ""], "onward: as_of: '' is no date; write it as 2005, 2005-09, "),
        (["explain", "UN-EU", "--as-of", ""], "onward: as_of: '' is no date; write it as 2005, 2005-09, "),
        (["replay", "-o", ""], "onward replay: -o needs a file name; see `onward replay --help`"),
        (["schema", "-o", ""], "onward schema: -o needs a file name; see `onward schema --help`"),
        (["replay", "--cases", ""], "this is a folder"),
        (["replay", "-m", "m" * 300], "there is no model"),
        (["replay", "-o", "."], "onward: .: this is a folder; name a file in it"),
        (["replay", "-o", "/"], "onward: /: this is a folder; name a file in it"),
        (["replay", "-o", "/etc/passwd/x.json"], "the file can't be written (Not a directory)"),
        (["replay", "-o", "x" * 300], "the file can't be written (File name too long)"),
        (["schema", "-o", "no/such/folder/schema.json"], "the file can't be written (No such file or directory)"),
    ],
)
def test_arguments(onward: Onward, argv: list[str], told: str) -> None:
    code, out, err = onward(*argv)
    assert (code, out) == (2, "")
    assert told.replace("'", "") in err.replace("'", "")  # Python 3.14 quotes choices otherwise
    assert err.count("\n") == 1


def test_a_model_without_a_log_of_its_own_asks_for_one(onward: Onward, tmp_path: Path) -> None:
    model = tmp_path / "mine.yaml"
    model.write_text("onward: 1\nname: mine\nevents: {a: }\nphases: [b]\ntransitions: []\n")
    assert onward("replay", "-m", model)[2] == (
        f"onward: LOG: no log comes with the model 'mine'; name one: onward replay LOG -m {model}\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("no_column.csv", b"date,organizations\n2001,UN;EU\n", "event"),
        ("typo.csv", b"datum,event,organizations\n2001,contact,UN;EU\n", "datum"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"\n\n", "empty"),
        ("latin.csv", "time,event,organizations\n2001,réunion,UN;EU\n".encode("latin-1"), "UTF-8"),
        ("utf16.csv", LOG.encode("utf-16"), "UTF-16"),
        ("semicolons.csv", b"time;event;organizations\n2001;contact;UN\n", "semicolon"),
        ("zip.csv", b"PK\x03\x04\x00\x00", "text"),
        ("one.csv", b"time,event,organizations\n2001,contact,UN\n", "one.csv:2: organizations"),
        ("end.csv", b"time,event,organizations,until\n2001,contact,UN;EU,1999\n", "end.csv:2: until"),
        ("month.csv", b"time,event,organizations\n2001-13,contact,UN;EU\n", "month.csv:2: time"),
        ("short.csv", b"time,event,organizations\n2001,contact\n", "short.csv:2"),
        ("quote.csv", b'time,event,organizations\n2001,"contact,UN;EU\n', "quote.csv:2"),
        ("broken.jsonl", b'{"time": "2001", \n', "broken.jsonl:1"),
        ("sheet.xlsx", b"PK", ".csv"),
    ],
)
def test_logs(onward: Onward, tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    code, out, err = onward("replay", tmp_path / name)
    assert (code, out) == (2, "")
    assert told in err
    assert all(line.startswith("onward: ") and "; " in line for line in err.splitlines())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "UTF-16"),
        (b"", "model.yaml:1:1: "),
        (b"onward: 1\n\0", "model.yaml:2: there is a NUL byte, so this is no text; save it as plain text: "),
        (b"a: &a [*a, *a]\n", "model.yaml:1:4: the anchor &a is not read"),
        (b"onward: !!python/name:os.system 1\n", "model.yaml:1:9: !!python/name:os.system is read as a tag"),
        (b"[" * 100_000, "nested too deeply"),
        (b"onward: 1\nonward: 1\n", "stands here a second time"),
    ],
)
def test_models(onward: Onward, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "model.yaml").write_bytes(content)
    code, out, err = onward("replay", "-m", tmp_path / "model.yaml")
    assert (code, out) == (2, "")
    assert told in err


def test_files_that_are_not_there(onward: Onward, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(LOG)
    assert f"did you mean '{tmp_path / 'events.csv'}'?" in onward("replay", tmp_path / "event.csv")[2]
    assert "this is a folder" in onward("replay", tmp_path)[2]
    assert "there is no such file" in onward("replay", "-m", tmp_path / "model.yaml")[2]
    assert "there is no such file" in onward("replay", "--cases", tmp_path / "cases.csv")[2]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,country\nA,B\n", "cases.csv:1: there is no column 'case' (found: name, country); add a column `case`"),
        ("Case,country\nA,B\n", "did you mean 'Case'?"),
        ("case,country\nA,B\nA,C\n", "cases.csv:3: case: the case 'A' stands here a second time; keep one row a case"),
        ("case,country\n,B\n", "cases.csv:2: case: there is no case; keep one row a case"),
        ("case,country\nA\n", "cases.csv:2"),
    ],
)
def test_tables_of_cases(onward: Onward, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "cases.csv").write_text(content)
    code, _, err = onward("replay", "--cases", tmp_path / "cases.csv")
    assert code == 2
    assert told in err


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_table_of_cases_replaces_nothing_of_the_replay(onward: Onward, tmp_path: Path, form: str) -> None:
    (tmp_path / "cases.csv").write_text("case,phase,country,basis\nEU;UN,ending,Norway,none\n")
    assert onward("replay", "--cases", tmp_path / "cases.csv", "--format", form) == (
        2,
        "",
        (
            "onward: cases.csv: the column 'phase' is one of the replay's own; rename it\n"
            "onward: cases.csv: the column 'basis' is one of the replay's own; rename it\n"
        ),
    )


# Bytes that look like logs and models: pieces of real ones among noise.
_pieces = st.one_of(
    st.binary(max_size=4),
    st.sampled_from(
        [b"time,event,organizations\n", b"2001,contact,UN;EU\n", b'"', b"\n", b",", b"onward: 1\n", b"name: x\n", b"- "]
    ),
    st.sampled_from(
        [b"phases: [a, b]\n", b"events: {a: }\n", b"transitions: []\n", b"{", b"}", b"[", b"when: a >= (", b": "]
    ),
)


@given(st.lists(_pieces, max_size=12).map(b"".join), st.sampled_from(["log.csv", "log.tsv", "log.jsonl"]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_log_whatever_it_holds_gives_a_traceback(onward: Onward, tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    code, out, err = onward("replay", tmp_path / name, "--format", "csv")
    assert code in {0, 2}
    assert (code == 2) == (out == "")
    assert err


@given(st.lists(_pieces, max_size=12).map(b"".join))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_model_whatever_it_holds_gives_a_traceback(onward: Onward, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.yaml").write_bytes(content)
    code, _, err = onward("replay", "-m", tmp_path / "model.yaml")
    assert code == 2
    assert "onward: " in err
