"""Every page tells the truth: its code runs, prints what the page shows, and its links lead somewhere.

`pytest tests/test_docs.py --update-golden` writes what the code prints into the pages; read the diff as you would read
code. A line `...` in shown output stands for any lines left out; where the rest no longer fits, all of it is written.
"""

import io
import json
import re
import runpy
import shlex
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from attrs import define, field

import onward
from onward.cli import COMMANDS, main
from onward.log.formats import PARSERS
from onward.log.schema import ROLES
from onward.model.schema import SCHEMA, keys_of
from onward.model.vocabulary import RESERVED

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", *DOCS, *sorted((ROOT / "examples").glob("*/README.md"))]
GALLERY = ROOT / "tests" / "model" / "gallery"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

FENCE = re.compile(
    r"^```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
SCENARIOS = re.compile(r"^(scenarios|grid):", re.MULTILINE)
TOP = re.compile(r"^\S.*\n(?:(?: .*)?\n)*", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@define
class Reader:
    """Follows a page block by block, as a reader would who tries everything out.

    Attributes:
        page: the page.
        names: what the Python blocks so far have defined.
        model: the first whole model; parts of one are added to it.
        printed: what the block before printed, if it was Python.
        code: the exit code of the last command.

    """

    page: Path
    names: dict[str, object] = field(factory=lambda: {"__name__": "page"})
    model: str = ""
    printed: str | None = None
    code: int = 0

    def __call__(self, block: re.Match[str]) -> str:
        """Return *block* as it should read."""
        body, printed, self.printed = block["body"], self.printed, None
        match block["language"]:
            case "python":
                self.printed = self.run_python(body, block.string.count("\n", 0, block.start("body")))
            case "text" if block["title"] and (GALLERY / block["title"]).exists():
                body = mistake_in(GALLERY / block["title"])
            case "text" if printed is not None and not is_shown(body, printed):
                body = printed
            case "console":
                body = "".join(self.console(body))
            case "yaml" if SCENARIOS.search(body):
                onward.parse_scenarios(body, f"{self.page.name}: {block['title']}")
            case "yaml":
                whole = body.startswith("onward: ")
                model = body if whole else with_parts(self.model, body)
                onward.parse_model(model, f"{self.page.name}: {block['title'] or 'model'}")
                self.model = self.model or model
        if block["title"]:
            Path(block["title"]).write_text(body, encoding="utf-8")
        before, after = block.start("body") - block.start(), block.end("body") - block.start()
        return block[0][:before] + body + block[0][after:]

    def run_python(self, body: str, lines_before: int) -> str:
        with redirect_stdout(io.StringIO()) as written:
            exec(compile("\n" * lines_before + body, self.page, "exec"), self.names)  # noqa: S102  # the page is ours
        return written.getvalue()

    def console(self, body: str) -> Iterator[str]:
        assert body.startswith("$ "), f"{self.page.name}: a console block begins with a command"
        for session in re.split(r"(?m)^(?=\$ )", body)[1:]:
            line, _, shown = session.partition("\n")
            printed = self.run_command(line.removeprefix("$ "))
            yield f"{line}\n{shown if printed is None or is_shown(shown, printed) else printed}"

    def run_command(self, line: str) -> str | None:
        """Return what the command prints; None where it is not run."""
        command, *arguments = shlex.split(line, comments=True)
        if line == "echo $?":
            return f"{self.code}\n"
        if command == "onward":
            written = io.StringIO()
            self.code = main(arguments, written, written)
            return written.getvalue()
        if command == "make":
            # What a target does is the Makefile's business; a target that only calls `onward` is run as that call.
            recipe = recipe_of(next(word for word in arguments if "=" not in word))
            called = re.fullmatch(r"\t@\$\(VENV\)/bin/(onward .*)\n", recipe)
            return self.run_command(called[1]) if called else None
        if command == "python":
            with redirect_stdout(io.StringIO()) as written:
                runpy.run_path(str(self.page.parent / arguments[0]), run_name="__main__")
            return written.getvalue()
        assert command in {"pip", "git"}, f"{self.page.name}: nobody checks {line!r}"
        return None


def is_shown(shown: str, printed: str) -> bool:
    """Tell whether *shown* is what was *printed*, lines left out where it says `...`."""
    lines = shown.splitlines(keepends=True)
    pattern = "".join("(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in lines)
    return re.fullmatch(pattern, printed) is not None


def with_parts(model: str, more: str) -> str:
    """Return *model* with the lines of *more*, each below the line that names its part."""
    parts: dict[str, str] = {}
    for part in (*TOP.findall(model), *TOP.findall(more)):
        name, _, rest = part.partition("\n")
        parts[name] = parts.get(name, "") + rest
    return "".join(f"{name}\n{rest}" for name, rest in parts.items())


def mistake_in(path: Path) -> str:
    """Return the lines of a faulty model that its problems point at, and what is said of them."""
    text = path.read_text(encoding="utf-8")
    with pytest.raises(onward.ModelError) as raised:
        onward.parse_model(text, path.name)
    problems, lines = raised.value.problems, text.splitlines()
    pointed = dict.fromkeys(int(problem.where.rsplit(":", 2)[1]) for problem in problems)
    return "".join(f"{line}\n" for line in (*(f"{at} | {lines[at - 1]}" for at in pointed), *map(str, problems)))


def recipe_of(target: str) -> str:
    found = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    assert found, f"the Makefile has no target {target!r}"
    return found[1]


@pages
def test_the_code_of_a_page_runs_and_prints_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[Path, str], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    golden(page, FENCE.sub(Reader(page), page.read_text(encoding="utf-8")))


@pages
def test_every_block_of_a_page_says_what_it_holds(page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    assert written.count("```") == 2 * len(FENCE.findall(written))


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of *page*, as they are made from their texts."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pages
def test_the_first_line_of_a_page_says_whom_it_is_for(page: Path) -> None:
    title, blank, first = page.read_text(encoding="utf-8").splitlines()[:3]
    assert (title[:2], blank, first[:4]) == ("# ", "", "For ")


def options_by_command() -> set[tuple[str, str]]:
    """Return every option of every command, as the help tells them."""
    found: set[tuple[str, str]] = set()
    for command in COMMANDS:
        written = io.StringIO()
        assert main([command, "--help"], written, written) == 0
        for line in re.findall(r"^  (-.*?)(?:  .*)?$", written.getvalue(), re.MULTILINE):
            found.update((command, option) for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line))
    return found


def test_the_page_on_the_command_line_has_every_option_of_every_command_and_no_other() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`-.*?) \| (.*?) \|", text, re.MULTILINE)
    documented = {
        (command, option)
        for options, commands in rows
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", options)
        for command in (COMMANDS if commands == "all" else commands.split(", "))
    }
    assert documented == options_by_command()


def test_the_page_on_the_command_line_has_every_key_of_the_json(tmp_path: Path) -> None:
    scenario, log = tmp_path / "scenario.yaml", str(ROOT / "data" / "partnership" / "events.csv")
    scenario.write_text(
        "onward: 1\nname: a\nscenarios: [{name: b, edits: [drop: {id: H058}]}]\n"
        "grid: [{axis: c, parameter: theatres_needed, values: [1, 2]}]\nexpect: {UN-AU: startup.proven}\n",
        encoding="utf-8",
    )
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    norm = ("-m", "norm_change")
    for command in (
        ["replay"],
        ["replay", *norm],
        ["explain", "UN-NATO"],
        ["explain", "integrated missions", *norm],
        ["explain", "Kellogg–Briand Pact", "-m", "treaty"],
        ["what-if", str(scenario)],
        ["reach", "UN-NATO", "maintenance"],
        ["reach", "UN-EU", "-", "--carried"],
        ["dates", "--draws", "5"],
        ["codings", log, log],
        ["models"],
    ):
        written = io.StringIO()
        assert main([*command, "--format", "json"], written, written) == 0
        keys = keys_in(json.loads(written.getvalue())) - given_by_studies() - GIVEN
        assert [key for key in sorted(keys) if not is_told(key, page)] == []


CASES = {"EU;UN", "EU;NATO", "NATO;UN", "AU;UN", "AU;EU", "AU;NATO"}
GIVEN = {"c", "formal", *CASES, *onward.load_model("partnership").places}
"""What the scenario above and its model call things of their own."""


def given_by_studies() -> set[str]:
    """Return the names that the shipped models and their tables of cases give to things of their own."""
    studies = [onward.load_study(name) for name in onward.shipped_models()]
    models = [study.model for study in studies]
    return {
        *(name for model in models for name in (*model.variables, *model.track_names)),
        *(part.name for model in models for part in (*model.shows, *model.tables, *model.domains)),
        *(each for model in models for domain in model.domains for each in map(str, dict(domain.values))),
        *(domain.attribute for model in models for domain in model.domains),
        *(column for study in studies for column in study.cases.columns),
    }


def keys_in(value: object) -> set[str]:
    """Return every key in *value*."""
    match value:
        case dict():
            return {*value, *(key for inside in value.values() for key in keys_in(inside))}
        case list():
            return {key for inside in value for key in keys_in(inside)}
        case _:
            return set()


def is_told(word: str, page: str) -> bool:
    """Tell whether *page* has *word* in its code."""
    return re.search(rf"`[^`\n]*(?<!\w){re.escape(word)}(?!\w)[^`\n]*`", page) is not None


def test_the_page_on_the_model_file_has_every_key_and_every_reserved_word() -> None:
    page = (ROOT / "docs" / "model-file.md").read_text(encoding="utf-8")
    parts = ["", *(name for name, shape in SCHEMA["$defs"].items() if "properties" in shape)]
    words = {*RESERVED, *(key for part in parts for key in keys_of(part))}
    assert [word for word in sorted(words) if not is_told(word, page)] == []


def test_the_page_of_errors_shows_thirty_mistakes_and_every_one_is_in_the_gallery() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    shown = [block["title"] for block in FENCE.finditer(page)]
    assert len(shown) >= len(set(shown)) >= 30
    assert [name for name in shown if not (GALLERY / name).exists()] == []


def test_the_page_on_writing_a_model_ends_in_the_example() -> None:
    page = (ROOT / "docs" / "writing-a-model.md").read_text(encoding="utf-8")
    files = {block["title"]: block["body"] for block in FENCE.finditer(page) if block["title"]}
    for name in ("ceasefire.yaml", "ceasefires.csv"):
        assert files[name] == (ROOT / "examples" / "ceasefire" / name).read_text(encoding="utf-8")


def test_the_page_on_the_event_log_has_every_name_of_every_column_and_every_format() -> None:
    page = (ROOT / "docs" / "event-log.md").read_text(encoding="utf-8")
    words = [*(name for role in ROLES for name in role.names), *PARSERS]
    assert [word for word in words if not is_told(word, page)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_on_the_page_on_the_command_line(command: str) -> None:
    for page in ("README.md", "docs/command-line.md"):
        assert f"`onward {command}" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", onward.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS)
    assert re.search(rf"`(onward\.)?{re.escape(name)}[`(]|\bonward\.{re.escape(name)}\b", text)


def test_the_contents_have_every_page() -> None:
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in DOCS if f"({page.name})" not in contents] == ["index.md"]
