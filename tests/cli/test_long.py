"""`onward replay` of logs that are read in batches: what is printed, what is written, what is kept."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import onward as library
from onward.streaming.output import checkpoint_of
from onward.streaming.replaying import replay_to

Onward = Callable[..., tuple[int, str, str]]
DEFAULTS: dict[str, Any] = replay_to.__kwdefaults__ or {}
MODEL = """\
onward: 1
name: grant
title: Life of a grant
events: {opened: , paid: , closed: }
context: {payments: {count: paid}, payers: {distinct: payer, of: paid}}
phases: [open, {running: {stages: [new, old]}}, {shut: {final: true}}]
transitions:
  - {from: start, to: open, on: opened}
  - {from: open, to: running, on: paid, when: payers >= 2}
  - {from: running.new, to: running.old, when: payments >= 4}
  - {from: running, to: shut, on: closed, when: years_since_start >= 1}
invariants:
  - {name: not too much, always: payments < 6}
"""
HEAD = "time,event,case,payer\n"
ROWS = (
    "2001,opened,A,",
    "2001,opened,B,",
    "2002,paid,A,EU",
    "2002,paid,B,EU",
    "2003,payd,B,UN",
    "2003,paid,A,UN",
    "2004,paid,A,AU",
    "2004,paid,A,EU",
    "2005,closed,A,",
    "2006,closed,A,",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(DEFAULTS, "batch", 3)
    (tmp_path / "grant.yaml").write_text(MODEL)
    (tmp_path / "log.csv").write_text(HEAD + "\n".join(ROWS) + "\n")
    table = pl.read_csv(tmp_path / "log.csv", infer_schema=False)
    table.write_parquet(tmp_path / "log.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every log long enough to be read in batches."""
    monkeypatch.setattr("onward.files.HUGE", 0)


def here(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


TABLE = """\
Life of a grant
┏━━━━━━━┳━━━━━━━┓
┃ phase ┃ cases ┃
┡━━━━━━━╇━━━━━━━┩
│ Open  │ 1     │
│ Shut  │ 1     │
└───────┴───────┘
as of 2006; an event counts from the last instant of its date
steps: 5 moved, 1 recorded, 2 held, 1 refused, 1 unknown
rows: 10 read = 10 replayed + 0 rejected
! log.csv: 1 row of type 'payd', which grant does not know; did you mean 'paid'?
! refused: A, 2006 closed (10): Shut is final: nothing happens after it
"""


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("log", ["log.csv", "log.parquet"])
def test_a_table_says_how_many_cases_stand_where(onward: Onward, folder: Path, log: str) -> None:
    code, out, err = onward("replay", log, "-m", "grant.yaml", "--quiet")
    assert (code, err) == (0, "")
    assert out == TABLE.replace("log.csv", log)
    assert here(folder) == {"grant.yaml", "log.csv", "log.parquet"}


@pytest.mark.parametrize("log", ["log.csv", "log.parquet"])
def test_long_and_short_logs_print_the_same(
    onward: Onward, folder: Path, monkeypatch: pytest.MonkeyPatch, log: str
) -> None:
    asked = ("replay", log, "-m", "grant.yaml", "--as-of", "2005", "--reading", "possible")
    short = {form: onward(*asked, "--format", form) for form in ("json", "csv")}
    monkeypatch.setattr("onward.files.HUGE", 0)
    told = {form: onward(*asked, "--format", form) for form in ("json", "csv")}
    assert told["csv"] == short["csv"]
    one, other = json.loads(told["json"][1]), json.loads(short["json"][1])
    assert one["manifest"].pop("log_identity")["name"] == log
    assert other["manifest"].pop("log_fingerprint")
    for name in one.keys() & other.keys():
        if name != "deviations":
            assert one[name] == other[name], name
    assert onward(*asked, "-o", "table.json") == (0, "", "")
    assert json.loads((folder / "table.json").read_text())["cases"] == one["cases"]
    assert onward(*asked, "-o", "cases.csv")[0] == 0
    assert (folder / "cases.csv").read_text().splitlines()[1].startswith("A,")


ENDINGS = (".parquet", ".pq", ".arrow", ".feather", ".ipc", ".tsv", ".jsonl", ".ndjson")


@pytest.mark.parametrize("ending", [*ENDINGS, ".csv"])
def test_steps_of_long_and_short_logs_are_the_same(
    onward: Onward, folder: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    asked = ("replay", "log.csv", "-m", "grant.yaml", *(() if ending in ENDINGS else ("--steps",)))
    code, out, err = onward(*asked, "-o", f"short{ending}")
    assert (code, "Life of a grant" in out, err) == (0, True, "")
    monkeypatch.setattr("onward.files.HUGE", 0)
    code, out, err = onward(*asked, "-o", f"long{ending}")
    assert (code, "Life of a grant" in out, err) == (0, True, "")
    short, told = (read(folder / f"{name}{ending}") for name in ("short", "long"))
    assert told.equals(short)
    assert told.height == 10
    assert here(folder) == {"grant.yaml", "log.csv", "log.parquet", f"short{ending}", f"long{ending}"}


def read(path: Path) -> pl.DataFrame:
    match path.suffix:
        case ".parquet" | ".pq":
            return pl.read_parquet(path)
        case ".csv" | ".tsv":
            return pl.read_csv(path, separator="\t" if path.suffix == ".tsv" else ",", infer_schema=False)
        case ".jsonl" | ".ndjson":
            return pl.read_ndjson(path)
        case _:
            return pl.read_ipc(path)


@pytest.mark.parametrize("engine", ["plain", "columnar"])
def test_an_engine_that_is_named_holds_the_log_as_a_whole(
    onward: Onward, folder: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    code, out, _ = onward("replay", "log.csv", "-m", "grant.yaml")
    monkeypatch.setattr("onward.files.HUGE", 0)
    monkeypatch.setattr("onward.streaming.replaying.replay_to", None)
    assert onward("replay", "log.csv", "-m", "grant.yaml", "--engine", engine) == (code, out, "")
    assert here(folder) == {"grant.yaml", "log.csv", "log.parquet"}


def test_the_automaton_of_a_model_that_is_not_finite_is_refused(onward: Onward, folder: Path) -> None:
    code, out, err = onward("replay", "log.csv", "-m", "grant.yaml", "--engine", "automaton", "-o", "steps.parquet")
    assert (code, out) == (2, "")
    assert "years_since_start >= 1 reads a clock; " in err
    assert err.count("\n") == 1
    assert "steps.parquet" not in here(folder)
    (folder / "grant.yaml").write_text(MODEL.replace(", when: years_since_start >= 1", ""))
    code, out, err = onward("replay", "log.csv", "-m", "grant.yaml", "--engine", "automaton")
    assert (code, err) == (0, "")
    assert onward("replay", "log.csv", "-m", "grant.yaml", "--engine", "plain") == (0, out, "")


@pytest.mark.usefixtures("long")
def test_exit_code_1_where_an_invariant_is_broken(onward: Onward, folder: Path) -> None:
    (folder / "log.csv").write_text(HEAD + "2001,opened,A,\n" + "2002,paid,A,EU\n" * 7)
    for options in ((), ("-o", "steps.parquet"), ("--format", "csv"), ("--format", "json")):
        assert onward("replay", "log.csv", "-m", "grant.yaml", *options)[0] == 1
    assert (
        "broken: A, 2002 paid (7): breaks the invariant 'not too much'"
        in onward("replay", "log.csv", "-m", "grant.yaml")[1]
    )


@pytest.mark.usefixtures("long")
def test_rows_set_aside_are_told(onward: Onward, folder: Path) -> None:
    (folder / "log.csv").write_text(
        HEAD + "\n".join((*ROWS[:5], "2003-02-30,paid,A,EU", "2003,paid,,EU", *ROWS[5:])) + "\n"
    )
    code, out, err = onward("replay", "log.csv", "-m", "grant.yaml", "-o", "steps.tsv")
    assert (code, out) == (2, "")
    assert err.startswith("onward: log.csv: row 6: time: ")
    assert here(folder) == {"grant.yaml", "log.csv", "log.parquet"}
    code, out, _ = onward("replay", "log.csv", "-m", "grant.yaml", "-o", "steps.tsv", "--on-bad-rows", "set-aside")
    assert code == 0
    assert "rows: 12 read = 10 replayed + 2 rejected" in out
    assert "set aside: log.csv: row 6: time: " in out
    assert read(folder / "steps.tsv").height == 10


# ---- yesterday and today


@pytest.fixture(params=["short then short", "short then long", "long then short", "long then long"])
def lengths(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    words = str(request.param).split()

    def choose(number: int) -> None:
        monkeypatch.setattr("onward.files.HUGE", 0 if words[2 * number] == "long" else 10**9)

    return choose


@pytest.mark.parametrize("cut", [0, 3, 6, 10])
def test_going_on_from_a_saved_state_equals_replaying_both_logs(
    onward: Onward, folder: Path, lengths: Callable[[int], None], cut: int
) -> None:
    (folder / "yesterday.csv").write_text(HEAD + "".join(f"{row}\n" for row in ROWS[:cut]))
    (folder / "today.csv").write_text(HEAD + "".join(f"{row}\n" for row in ROWS[cut:]))
    whole = onward("replay", "log.csv", "-m", "grant.yaml", "--format", "csv", "--save-state", "whole.state")
    lengths(0)
    assert onward("replay", "yesterday.csv", "-m", "grant.yaml", "--save-state", "day.state")[0] == 0
    lengths(1)
    told = onward(
        *("replay", "today.csv", "-m", "grant.yaml", "--format", "csv"),
        *("--from-state", "day.state", "--save-state", "day.state"),
    )
    assert (told[0], told[1]) == (whole[0], whole[1])
    assert (folder / "day.state").read_bytes() == (folder / "whole.state").read_bytes()


def damaged(folder: Path, how: str) -> None:
    state = folder / "day.state"
    whole = state.read_bytes()
    match how:
        case "cut":
            state.write_bytes(whole[:-9])
        case "changed":
            state.write_bytes(whole.replace(b"PAR1", b"PAR2"))
        case "foreign":
            state.write_bytes((folder / "log.csv").read_bytes())
        case "empty":
            state.write_bytes(b"")
        case "gone":
            state.unlink()
        case "other":
            (folder / "grant.yaml").write_text(MODEL.replace("< 6", "< 7"))
        case _:
            pass


@pytest.mark.parametrize("huge", [0, 10**9])
@pytest.mark.parametrize(
    ("how", "options", "told"),
    [
        ("cut", (), "day.state: the file is cut short ("),
        ("changed", (), "day.state: the file has changed since it was saved; copy it once more, or save it again"),
        ("foreign", (), "day.state: this is no file that Onward saved; name one that Onward saved"),
        ("empty", (), "day.state: this is no file that Onward saved; name one that Onward saved"),
        ("gone", (), "day.state: there is no such file; "),
        ("other", (), "day.state: the states belong to another model or another version of it ('grant'); name the"),
        ("kept", ("--reading", "possible"), "reading: the states were made by the reading 'certain'; ask for reading="),
        (
            "kept",
            (),
            "log.csv: row 1: 2001 lies before the last event of 'A' in the states that this log goes on from; ",
        ),
    ],
)
def test_states_that_do_not_fit_are_refused(  # noqa: PLR0917  # what is drawn
    onward: Onward,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    huge: int,
    how: str,
    options: tuple[str, ...],
    told: str,
) -> None:
    assert onward("replay", "log.csv", "-m", "grant.yaml", "--save-state", "day.state")[0] == 0
    damaged(folder, how)
    monkeypatch.setattr("onward.files.HUGE", huge)
    before = here(folder)
    code, out, err = onward(
        *("replay", "log.csv", "-m", "grant.yaml", "--from-state", "day.state", "--save-state", "new.state"),
        *("-o", "steps.parquet", *options),
    )
    assert (code, out) == (2, "")
    assert err.startswith(f"onward: {told}")
    assert err.count("\n") == 1
    assert here(folder) == before


def test_the_shipped_study_can_be_saved_and_gone_on_from(onward: Onward, folder: Path) -> None:
    code, out, _ = onward("replay", "--save-state", "2007.state")
    assert code == 0
    assert out == onward("replay")[1]
    (folder / "later.csv").write_text("time,event,organizations\n2008,contact,UN;EU\n")
    assert onward("replay", "later.csv", "--from-state", "2007.state", "--format", "csv")[1].count("\n") == 7
    states = library.read_states("2007.state", library.load_model("partnership"))
    assert len(states) == 6


# ---- what cannot be read or written


@pytest.mark.usefixtures("long")
def test_a_log_in_no_order(onward: Onward, folder: Path) -> None:
    (folder / "log.csv").write_text(HEAD + "\n".join(reversed(ROWS)) + "\n")
    before = here(folder)
    code, out, err = onward("replay", "log.csv", "-m", "grant.yaml", "-o", "steps.parquet")
    assert (code, out) == (2, "")
    assert err == (
        "onward: log.csv: it is sorted neither by time nor by case (row 5 lies before an earlier row of 'A'); "
        "run `onward convert log.csv sorted.parquet --sort`, and replay that\n"
    )
    assert here(folder) == before
    days = pl.read_csv("log.csv", infer_schema=False).with_columns(pl.col("time").str.to_date("%Y"))
    days.write_parquet("days.parquet")
    code, out, err = onward("replay", "days.parquet", "-m", "grant.yaml", "-o", "steps.parquet")
    assert code == 0
    assert err.startswith("! days.parquet: it is sorted neither by time nor by case (")
    assert err.endswith("; reading it in ranges of time\n")
    model, log = library.load_model("grant.yaml"), library.read_log("days.parquet")
    whole = library.replay(model, log, engine="plain").steps
    assert read(folder / "steps.parquet").sort("case", maintain_order=True).equals(whole)


@pytest.mark.usefixtures("long")
def test_a_run_that_was_stopped_is_taken_up_and_says_so(
    onward: Onward, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("replay", "log.parquet", "-m", "grant.yaml")
    assert onward(*asked, "-o", "whole.parquet")[0] == 0
    monkeypatch.setitem(DEFAULTS, "keep_every", 0)
    batches = iter([None, None])

    def stop(*_: object) -> None:
        if next(batches, "done") == "done":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("onward.streaming.progress.Progress.advance", stop)
        with pytest.raises(KeyboardInterrupt):
            onward(*asked, "-o", "steps.parquet")
    assert "steps.parquet" not in here(folder)
    assert checkpoint_of(folder / "steps.parquet").exists()
    code, _, err = onward(*asked, "-o", "steps.parquet")
    assert (code, err) == (0, "! going on at row 7, where an earlier run stopped\n")
    assert (folder / "steps.parquet").read_bytes() == (folder / "whole.parquet").read_bytes()
    assert not checkpoint_of(folder / "steps.parquet").exists()


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.parquet",), "there is no such file"),
        (("log.parquet", "-o", "none/steps.parquet"), "there is no folder 'none'; make it, or check the path"),
        (("log.parquet", "-o", "."), "this is a folder; name a file in it"),
        (("log.parquet", "-o", "steps.xlsx", "--steps"), "a table can't be written as .xlsx; end it in "),
        (("log.parquet", "--steps"), "onward replay: --steps needs -o FILE; see `onward replay --help`"),
        (("log.parquet", "--save-state", "none/state"), "there is no folder 'none'; make it, or check the path"),
        (("log.parquet", "--save-state", "."), "this is a folder; name a file in it"),
        (("log.parquet", "--as-of", ""), "as_of: there is no date; write it as 2005"),
        (("log.parquet", "--as-of", "2001-13"), "as_of: "),
        (("log.parquet", "-m", "grant.yml"), "there is no "),
        (("log.parquet", "-o", f"{'x' * 300}.parquet"), "the file can't be written (File name too long)"),
        (("log.parquet", "--engine", "fast"), "invalid choice: "),
    ],
)
def test_mistakes(onward: Onward, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    before = here(folder)
    model = () if "-m" in arguments else ("-m", "grant.yaml")
    code, out, err = onward("replay", *arguments, *model)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert here(folder) == before


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("name", ["log.parquet", "log.arrow", "log.csv.gz", "log.jsonl.gz"])
def test_a_file_that_is_cut_short(onward: Onward, folder: Path, name: str) -> None:
    table = pl.read_parquet("log.parquet")
    match name:
        case "log.arrow":
            table.write_ipc(name)
        case "log.csv.gz":
            table.write_csv(name, compression="gzip")
        case "log.jsonl.gz":
            table.write_ndjson(name, compression="gzip")
        case _:
            pass
    whole = Path(name).read_bytes()
    before = here(folder)
    for size in (0, 5, len(whole) // 2, len(whole) - 4):
        Path(name).write_bytes(whole[:size])
        code, out, err = onward("replay", name, "-m", "grant.yaml", "-o", "steps.csv", "--steps")
        assert (code, out) == (2, "")
        assert err.startswith("onward: ")
        assert "; " in err
        assert err.count("\n") == 1
        assert here(folder) == before


@pytest.mark.usefixtures("long")
def test_numbers_beyond_the_batches_are_replayed_as_a_whole(onward: Onward, folder: Path) -> None:
    (folder / "grant.yaml").write_text(MODEL.replace("payers >= 2", "payers + event.sum >= 9007199254740993"))
    rows = [{"time": row.split(",")[0], "event": row.split(",")[1], "case": "A", "sum": 2**53 + 1} for row in ROWS]
    pl.DataFrame(rows).write_parquet("log.parquet")
    code, out, err = onward("replay", "log.parquet", "-m", "grant.yaml", "-o", "steps.parquet")
    assert code in {0, 1}
    assert err.startswith("! a guard reckons with whole numbers beyond 2^53: the log is held as a whole")
    model = library.load_model("grant.yaml")
    steps = library.replay(model, library.read_log("log.parquet"), engine="plain").steps
    assert read(folder / "steps.parquet").sort("case", maintain_order=True).equals(steps)
    assert "Life of a grant" in out


# ---- progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(("quiet", "shown"), [((), True), (("--quiet",), False)])
def test_a_long_run_tells_a_terminal_how_far_it_is(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    quiet: tuple[str, ...],
    shown: bool,  # noqa: FBT001
) -> None:
    from onward.cli import main  # noqa: PLC0415  # beside the fixture of that name

    monkeypatch.setattr("onward.streaming.progress.PATIENCE", 0.0)
    out, err = io.StringIO(), Terminal()
    assert main(["replay", "log.parquet", "-m", "grant.yaml", *quiet], out, err) == 0
    assert ("of 10 rows" in err.getvalue()) == shown
    assert (err.getvalue() == "") != shown
    assert here(folder) == {"grant.yaml", "log.csv", "log.parquet"}


@pytest.mark.usefixtures("long", "folder")
def test_a_long_replay_as_json_has_the_documented_shape(onward: Onward) -> None:
    told = json.loads(onward("replay", "log.parquet", "-m", "grant.yaml", "--format", "json")[1])
    assert told["rows"] == {"read": 10, "replayed": 10, "rejected": 0, "after_as_of": 0}
    assert told["outcomes"] == {"moved": 5, "recorded": 1, "held": 2, "refused": 1, "unknown": 1}
    assert [(case["case"], case["phase"], case["stage"], case["since"]) for case in told["cases"]] == [
        ("A", "shut", None, "2005"),
        ("B", "open", None, "2001"),
    ]
