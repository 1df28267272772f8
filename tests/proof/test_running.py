"""Every step of every log is among the runs: nothing that happens is left out of what is proved."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from onward.history.plain import rows_by_case
from onward.history.state import CaseState, not_begun, values
from onward.history.stepping import Step, step
from onward.log.log import EventLog
from onward.model.model import Model
from onward.proof.asked import AGE, Kept, Questions, Symbol, Years, kept_of
from onward.proof.exploring import Care, followed, start_of
from onward.proof.running import Case, is_broken, run
from onward.proof.worlds import World, every_run, mask_of
from onward.testing import logs, models

Stepped = tuple[Step, CaseState]


def lived(model: Model, log: EventLog) -> Iterator[list[Stepped]]:
    """Yield the steps of every case, those that time alone makes by themselves, with the states around each."""
    for case, rows in rows_by_case(model, log, "certain").items():
        state = not_begun(model, case)
        found: list[Stepped] = []
        for row in rows:
            state, done = step(model, state, log.event(row))
            found.append((done, state))
        yield found


def abstracted(questions: Questions, model: Model, care: Care, state: CaseState) -> Case:
    """Return what is known of a case in *state*, where *care* is taken of it."""
    held = values(model, state.memory)
    names = {kept: name for name, kept in kept_of(model).items()}

    def number(symbol: Symbol) -> int:
        if not isinstance(symbol, Kept):
            return 0
        inside = mask_of(questions.cells(symbol), lambda cell: cell.has(held[names[symbol]]))
        return next(n for n, mask in enumerate(questions.classes(symbol)) if mask & inside)

    return Case(state.places, tuple((symbol, number(symbol)) for symbol in care.watched))


def closure(model: Model, questions: Questions, care: Care, cases: set[Case]) -> set[Case]:
    """Return *cases* and those that time alone makes of them."""
    if not model.has_clockwork:
        return cases
    waiting, reached = list(cases), set(cases)
    while waiting:
        case = waiting.pop()
        for world, ran in every_run(lambda w: run(model, w, case, None, care.told), World(questions)):  # noqa: B023
            for _, after in every_run(lambda w: followed(w, case, ran.asking(w)), world):  # noqa: B023
                if after not in reached:
                    reached.add(after)
                    waiting.append(after)
    return reached


def lenient(case: Case) -> tuple[object, ...]:
    """What of a case a replay can tell: of years and columns only bounds are known."""
    return case.places, tuple((symbol, number) for symbol, number in case.known if isinstance(symbol, Kept))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_step_of_a_log_is_among_the_runs(data: st.DataObject) -> None:
    model = data.draw(models())
    log = data.draw(logs(model, max_rows=6))
    questions = Questions((model,))
    every: list[Symbol] = [*dict.fromkeys(kept_of(model).values()), AGE, *(Years(t) for t in model.track_names)]
    watched = tuple(data.draw(st.lists(st.sampled_from(every), unique=True)))
    exact = tuple(
        data.draw(st.lists(st.sampled_from(list(kept_of(model).values())), unique=True)) if model.context else ()
    )
    care = Care(exact, watched)
    for steps in lived(model, log):
        now = {start_of(model, questions, watched)}
        for done, after in steps:
            assert done.event is not None
            now = closure(model, questions, care, now)
            reached: set[Case] = set()
            broken: set[int] = set()
            seen = False
            kind = done.event.type
            outcomes = tuple(move.outcome for move in done.moves)
            wanted = tuple(move.fired for move in done.moves)
            for case in now:
                if case.places != done.was.places:
                    continue
                if kind not in model.kinds:
                    reached.add(case)
                    seen = True
                    continue
                for world, ran in every_run(lambda w: run(model, w, case, kind, care.told), World(questions)):  # noqa: B023
                    fired = tuple(tuple(model.transitions[n] for n in each) for each in ran.fired)
                    if ran.outcomes != outcomes or fired != wanted:
                        continue
                    seen = True
                    for number, invariant in enumerate(model.invariants):
                        if any(w for _, w in every_run(lambda w: is_broken(invariant, ran.asking(w)), world)):  # noqa: B023
                            broken.add(number)
                    for _, then in every_run(lambda w: followed(w, case, ran.asking(w)), world):  # noqa: B023
                        reached.add(then)
            assert seen
            expected = lenient(abstracted(questions, model, care, after))
            now = {case for case in reached if lenient(case) == expected}
            assert now, (done, expected, reached)
            assert {n for n, each in enumerate(model.invariants) if any(each is b for b in done.broken)} <= broken
