"""What is written for PRISM is the automaton: read by a reader that knows the text alone, it does the same."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from attrs import frozen
from hypothesis import event, given, settings

import onward
from onward.export import prism as exporting
from onward.export.prism import prism, properties
from onward.history.automaton import Automaton, State
from onward.model.elements import START, Invariant
from onward.problems import ModelError
from onward.testing import models

Golden = Callable[[Path, str], None]
Values = tuple[int, ...]


@frozen
class Read:
    """The text of an `mdp`, read without any knowledge of where it comes from.

    Attributes:
        constants: by name their values.
        variables: by name the least and the largest value.
        comments: what is said beside a name.
        commands: guards and updates.
        labels: by name the conditions.

    """

    constants: Mapping[str, int]
    variables: Mapping[str, tuple[int, int]]
    comments: Mapping[str, tuple[str, ...]]
    commands: tuple[tuple[str, str], ...]
    labels: Mapping[str, str]

    @property
    def start(self) -> Values:
        return (0,) * len(self.variables)

    def number(self, text: str, at: Mapping[str, int]) -> int:
        total = 0
        for part in text.split("+"):
            known = {"true": 1, "false": 0} | dict(self.constants) | dict(at)
            total += known[part] if part in known else int(part)
        return total

    def holds(self, condition: str, at: Mapping[str, int]) -> bool:
        condition = condition.strip()
        if condition.startswith("("):
            return any(self.holds(part, at) for part in condition.strip("()").split("|"))
        if " & " in condition:
            return all(self.holds(part, at) for part in condition.split(" & "))
        if condition.startswith("!"):
            return not self.number(condition[1:], at)
        sides = re.split("(>=|<=|=)", condition)
        if len(sides) == 1:
            return bool(self.number(condition, at))
        one, other = self.number(sides[0], at), self.number(sides[2], at)
        return {"=": one == other, ">=": one >= other, "<=": one <= other}[sides[1]]

    def after(self, state: Values) -> set[Values]:
        """Return the states to which some command leads."""
        at = dict(zip(self.variables, state, strict=True))
        return {self.updated(update, at) for guard, update in self.commands if self.holds_of_all(guard, at)}

    def holds_of_all(self, guard: str, at: Mapping[str, int]) -> bool:
        return all(self.holds(part, at) for part in guard.split(" & "))

    def updated(self, update: str, at: Mapping[str, int]) -> Values:
        now = dict(at)
        for name, value in re.findall(r"\((\w+)'=([^)]*)\)", update):
            now[name] = self.number(value, at)
            low, high = self.variables[name]
            assert low <= now[name] <= high
        return tuple(now.values())

    def told(self, state: Values) -> set[str]:
        """Return the labels of a state."""
        at = dict(zip(self.variables, state, strict=True))
        return {label for label, condition in self.labels.items() if self.holds_of_label(condition, at)}

    def holds_of_label(self, condition: str, at: Mapping[str, int]) -> bool:
        return all(self.holds(part, at) for part in condition.split(" & "))

    def reached(self) -> set[Values]:
        found, pending = {self.start}, [self.start]
        while pending:
            new = self.after(pending.pop()) - found
            found |= new
            pending += new
        return found


def read(text: str) -> Read:
    """Read what `prism` writes; each line is one thing."""
    constants, variables, labels = {}, {}, {}
    comments: dict[str, list[str]] = {}
    commands: list[tuple[str, str]] = []
    last = ""
    for whole in text.splitlines():
        line, _, comment = whole.partition("//")
        line = line.strip()
        if found := re.fullmatch(r"const int (\w+) = (\d+);", line):
            last, constants[found[1]] = found[1], int(found[2])
        elif found := re.fullmatch(r"(\w+) : \[0\.\.(\d+)\] init 0;", line):
            last, variables[found[1]] = found[1], (0, int(found[2]))
        elif found := re.fullmatch(r"(\w+) : bool init false;", line):
            last, variables[found[1]] = found[1], (0, 1)
        elif found := re.fullmatch(r"\[(\w*)\] (.*) -> (.*);", line):
            commands.append((found[2], found[3]))
        elif found := re.fullmatch(r'label "(\w+)" = (.*);', line):
            assert found[1] not in labels
            labels[found[1]] = found[2]
        else:
            assert not line or line in {"mdp", "endmodule"} or re.fullmatch(r"module \w+", line), whole
        comments.setdefault(last, []).append(comment.strip())
    assert not set(constants) & set(variables)
    assert not (set(constants) | set(variables) | set(labels)) & {"max", "init", "F", "deadlock", "true"}
    told = {name: tuple(each) for name, each in comments.items()}
    return Read(constants, variables, told, tuple(commands), labels)


@frozen
class Whole:
    """A state of an automaton, and the invariants that were broken on the way, by position."""

    number: int
    broken: frozenset[int]


def after(made: Automaton, whole: Whole) -> Iterator[Whole]:
    for letter in range(len(made.letters)):
        edge = made.step(whole.number, letter)
        broken = {
            number for number, each in enumerate(made.model.invariants) if any(each is one for one in edge.broken)
        }
        yield Whole(edge.state, whole.broken | broken)


def values_of(mdp: Read, made: Automaton, whole: Whole) -> Values:
    """Return the values of the variables in a state, found by what the comments say that these are."""
    state = made.states[whole.number]
    found = [value_of(mdp, made, state, name) for name in mdp.variables if not is_broken(mdp, name)]
    return (*found, *(int(number in whole.broken) for number in range(len(made.model.invariants))))


def is_broken(mdp: Read, name: str) -> bool:
    return mdp.comments[name][0].startswith("whether some step has broken this: ")


def value_of(mdp: Read, made: Automaton, state: State, name: str) -> int:
    first, *more = mdp.comments[name]
    if first.startswith("where the case is"):
        track = first.removeprefix("where the case is").removeprefix(" on the track ")
        place = state.places[made.model.track_names.index(track)]
        return next(mdp.constants[each] for each in mdp.constants if mdp.comments[each][0] == place)
    if first.startswith("whether this does not hold now: "):
        return int(first.removeprefix("whether this does not hold now: ") in {each.name for each in state.broken})
    variable = first.partition(":")[0]
    for level in state.levels:
        if level.variable == variable:
            return level.number
    kept = next(str(each) for each in state.kept if each.variable == variable)
    return next(int(told.partition(": ")[0]) for told in more if told.partition(": ")[2] == kept)


def labels_of(model: onward.Model, state: State, broken: frozenset[int]) -> set[str]:
    """Return the labels of a state, as comments tell them."""
    names = [name for phase in model.phases for name in (phase.name, *(f"{phase.name}.{s.name}" for s in phase.stages))]
    found = {name for name in names if any(place != START and model.within(place, name) for place in state.places)}
    found |= {START} if set(state.places) == {START} else set()
    found |= {"the case has come to an end"} if all(map(model.is_final, state.places)) else set()
    return found | {f"broken: {number}" for number in broken}


def assert_is_the_automaton(model: onward.Model) -> None:
    mdp, made = read(prism(model)), onward.automaton(model)
    first = Whole(0, frozenset())
    found, pending = {first: values_of(mdp, made, first)}, [first]
    assert found[first] == mdp.start
    while pending:
        whole = pending.pop()
        for each in set(after(made, whole)) - set(found):
            found[each] = values_of(mdp, made, each)
            pending.append(each)
        assert mdp.after(found[whole]) == {found[each] for each in after(made, whole)}
    assert mdp.reached() == set(found.values())
    assert len(set(found.values())) == len(found)
    broken_labels = [label for label in mdp.labels if mdp.labels[label].startswith("broken_")]
    own = dict(zip(mdp.labels, comments_of_labels(prism(model)), strict=True))
    own |= {label: f"broken: {number}" for number, label in enumerate(broken_labels)}
    for whole, values in found.items():
        told = {own[label] for label in mdp.told(values)}
        assert told == labels_of(model, made.states[whole.number], whole.broken)


def comments_of_labels(text: str) -> list[str]:
    return re.findall(r"^label .*?; // (.*)$", text, re.MULTILINE)


@given(models(clockwork=False))
@settings(max_examples=100)
def test_a_reader_of_the_text_alone_finds_the_automaton(model: onward.Model) -> None:
    assert_is_written_or_refused(model)


@given(models(clockwork=False, tracks=True, memory=True))
@settings(max_examples=60)
def test_so_it_does_with_tracks_flags_and_kept_values(model: onward.Model) -> None:
    assert_is_written_or_refused(model)


def assert_is_written_or_refused(model: onward.Model) -> None:
    try:
        made = onward.automaton(model)
    except ModelError as error:
        with pytest.raises(ModelError, match=re.escape(str(error))):
            prism(model)
        return
    event(f"broken: {any(each.broken for each in made.states)}")
    if len(made) * len(made.letters) < 5_000:
        assert_is_the_automaton(model)


def test_so_it_does_for_the_shipped_model_and_for_one_of_everything(rule: onward.Model) -> None:
    assert_is_the_automaton(onward.load_model("partnership"))
    assert_is_the_automaton(rule)


def test_states_that_are_too_many_to_be_told_together_are_told_one_by_one(
    rule: onward.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = prism(rule)
    monkeypatch.setattr(exporting, "_MOST_WORK", 0)
    assert_is_the_automaton(rule)
    assert len(prism(rule)) > 2 * len(together)


def test_thousands_of_states_that_do_the_same_are_a_few_lines() -> None:
    model = onward.parse_model("""
onward: 1
name: rounds
events: {left: {}, right: {}, done: {}}
context: {lefts: {count: left}, rights: {count: right}}
phases: [going, gone]
transitions:
  - {from: start, to: going, on: any}
  - {from: going, to: gone, on: done, when: lefts >= 60 and rights >= 60}
""")
    assert len(onward.automaton(model)) > 3_000
    assert len(read(prism(model)).commands) < 15


def reachable(model: onward.Model) -> set[str]:
    mdp = read(prism(model))
    return set().union(*map(mdp.told, mdp.reached()))


def test_no_log_breaks_the_shipped_partnership() -> None:
    assert not {label for label in reachable(onward.load_model("partnership")) if label.startswith("broken_")}


def test_a_way_back_is_found(backward: onward.Model) -> None:
    broken = {label for label in reachable(backward) if label.startswith("broken_")}
    assert broken == {"broken_irreversible"}


def test_the_text_says_what_it_is_and_what_to_ask(
    rule: onward.Model, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "__version__", "1.2.3")
    golden(Path(__file__).parent / "golden" / "rule.prism", prism(rule))
    golden(Path(__file__).parent / "golden" / "rule.props", properties(rule))


def test_every_label_that_is_asked_for_is_there(rule: onward.Model) -> None:
    asked = re.findall(r'^Pmax=\? \[ F "(\w+)" \];$', properties(rule), re.MULTILINE)
    assert len(asked) == len(rule.invariants)
    assert set(asked) <= set(read(prism(rule)).labels)
    assert all(f'//   Pmax=? [ F "{label}" ]' in prism(rule) for label in asked)


def test_names_that_prism_keeps_for_itself_or_that_are_alike_are_told_apart() -> None:
    model = onward.parse_model("""
onward: 1
name: module
events: {F: {}, "Ё": {}, "é!": {}, "e?": {}, "1st": {}}
context: {max: {count: F}, place: {count: "é!"}, at_init: {count: "e?"}}
phases: [init, ended, deadlock, mdp, broken_irreversible]
transitions:
  - {from: start, to: init, on: F}
  - {from: init, to: ended, on: "Ё", when: max >= 1 and place >= 2 and at_init >= 1}
  - {from: ended, to: deadlock, on: "é!"}
  - {from: deadlock, to: mdp, on: "e?"}
  - {from: mdp, to: broken_irreversible, on: "1st"}
invariants:
  - irreversible
  - {name: "A\\nb", always: phase <= mdp}
  - {name: "a b", always: phase < mdp}
  - {name: "a-b", always: phase < deadlock}
""")
    assert_is_the_automaton(model)
    text = prism(model)
    assert re.findall(r'^label "(\w+)"', text, re.MULTILINE) == [
        "ended",
        "start",
        "init_2",
        "ended_2",
        "deadlock_2",
        "mdp_2",
        "broken_irreversible_2",
        "broken_irreversible",
        "broken_A_b",
        "broken_a_b",
        "broken_a_b_2",
    ]
    assert set(re.findall(r"^  \[(\w*)\]", text, re.MULTILINE)) == {"", "F_2", "_", "e", "e_2", "_1st"}


def test_a_model_that_time_moves_has_none() -> None:
    with pytest.raises(ModelError, match="waits for time"):
        prism(onward.load_model("treaty"))
    assert "broken_in_force_means_that_a_term_runs" in properties(onward.load_model("treaty"))


def test_doubts_are_told() -> None:
    model = onward.parse_model("""
onward: 1
name: offers
events: {offer: {}}
phases: [open]
transitions:
  - {from: start, to: open, on: offer, when: event.price < event.limit}
""")
    assert "// 0 is sure. 1 is not, for some of the steps may be of no log:\n//   `event.price" in prism(model)
    assert properties(model) == "// offers has no invariants.\n"


# ---- what Storm says


@pytest.fixture(scope="module")
def storm() -> ModuleType:
    found: ModuleType = pytest.importorskip("stormpy", reason="Storm is not installed")
    return found


def asked_of(storm: ModuleType, model: onward.Model, folder: Path) -> tuple[int, list[float]]:
    """Return how many states Storm finds, and its answer to every property."""
    path = folder / "model.prism"
    path.write_text(prism(model), encoding="utf-8")
    program = storm.parse_prism_program(str(path))
    asked = storm.parse_properties(properties(model), program)
    built = storm.build_model(program, asked)
    return built.nr_states, [storm.model_checking(built, each).get_value(built.initial_states[0]) for each in asked]


def test_storm_confirms_that_no_log_breaks_the_partnership(storm: ModuleType, tmp_path: Path) -> None:
    states, answers = asked_of(storm, onward.load_model("partnership"), tmp_path)
    assert states == len(onward.automaton(onward.load_model("partnership")))
    assert answers == [0.0, 0.0, 0.0, 0.0]


def test_storm_finds_the_way_back(storm: ModuleType, backward: onward.Model, tmp_path: Path) -> None:
    _, answers = asked_of(storm, backward, tmp_path)
    assert [each.name for each, answer in zip(backward.invariants, answers, strict=True) if answer] == ["irreversible"]


@given(model=models(clockwork=False))
@settings(max_examples=50)
def test_storm_breaks_what_the_automaton_breaks(
    storm: ModuleType, model: onward.Model, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        made = onward.automaton(model)
    except ModelError:
        return
    if not model.invariants or len(made) > 1_000:
        return
    states, answers = asked_of(storm, model, tmp_path_factory.mktemp("storm"))
    broken = broken_in(made)
    assert answers == [float(any(each is one for one in broken)) for each in model.invariants]
    # Storm does not go on from where the only invariant that it is asked about is broken.
    every = len(read(prism(model)).reached())
    assert states <= every if any(answers) else states == every


def broken_in(made: Automaton) -> list[Invariant]:
    steps = itertools.product(range(len(made)), range(len(made.letters)))
    return [each for state, letter in steps for each in made.step(state, letter).broken]
