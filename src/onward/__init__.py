"""Onward: life-cycle models, run over dated event logs, with a reason for every step.

`load_model` reads what may happen, `read_log` what was seen, `replay` brings the two together, `live` drives one case
by hand. `what_if` asks what would be otherwise, `what_would_it_take` what is missing, `verify` what no log can do.
Names are imported when they are first used, so that `import onward` costs next to nothing.
"""

from importlib import import_module

from onward.version import __version__

TYPE_CHECKING = False  # what `typing.TYPE_CHECKING` is, without importing `typing` for it
if TYPE_CHECKING:
    from onward.files import read_log
    from onward.history.automaton import Automaton, automaton
    from onward.history.engine import replay
    from onward.history.machine import Live, live
    from onward.history.replayed import Replay
    from onward.history.states import States
    from onward.history.stepping import Step
    from onward.library import Study, load_cases, load_model, load_study, shipped_models
    from onward.log.log import Event, EventLog
    from onward.model.document import parse_model
    from onward.model.model import Model
    from onward.model.writing import write_model
    from onward.problems import LogError, ModelError, OnwardError, Problem, UsageError
    from onward.proof.verdict import Check, Verdict
    from onward.proof.verifying import verify
    from onward.scenario.codings import Codings, compare_codings
    from onward.scenario.comparison import Comparison
    from onward.scenario.dating import Dates, vary_dates
    from onward.scenario.document import parse_scenarios
    from onward.scenario.loading import load_scenarios
    from onward.scenario.multiverse import Multiverse, multiverse
    from onward.scenario.orders import load_order
    from onward.scenario.reached import Reach
    from onward.scenario.reaching import what_would_it_take
    from onward.scenario.removing import Carried, what_carried
    from onward.scenario.scenario import Scenario
    from onward.scenario.what_if import what_if
    from onward.scenario.writing import write_scenarios
    from onward.streaming.converting import Converted, convert
    from onward.streaming.replaying import Streamed, replay_to
    from onward.streaming.saving import read_states, write_states

_HOMES = {
    "onward.files": ("read_log",),
    "onward.library": ("Study", "load_cases", "load_model", "load_study", "shipped_models"),
    "onward.history.automaton": ("Automaton", "automaton"),
    "onward.history.engine": ("replay",),
    "onward.history.machine": ("Live", "live"),
    "onward.history.replayed": ("Replay",),
    "onward.history.states": ("States",),
    "onward.history.stepping": ("Step",),
    "onward.log.log": ("Event", "EventLog"),
    "onward.model.document": ("parse_model",),
    "onward.model.model": ("Model",),
    "onward.model.writing": ("write_model",),
    "onward.problems": ("LogError", "ModelError", "OnwardError", "Problem", "UsageError"),
    "onward.proof.verdict": ("Check", "Verdict"),
    "onward.proof.verifying": ("verify",),
    "onward.scenario.codings": ("Codings", "compare_codings"),
    "onward.scenario.comparison": ("Comparison",),
    "onward.scenario.dating": ("Dates", "vary_dates"),
    "onward.scenario.document": ("parse_scenarios",),
    "onward.scenario.loading": ("load_scenarios",),
    "onward.scenario.multiverse": ("Multiverse", "multiverse"),
    "onward.scenario.orders": ("load_order",),
    "onward.scenario.reached": ("Reach",),
    "onward.scenario.reaching": ("what_would_it_take",),
    "onward.scenario.removing": ("Carried", "what_carried"),
    "onward.scenario.scenario": ("Scenario",),
    "onward.scenario.what_if": ("what_if",),
    "onward.scenario.writing": ("write_scenarios",),
    "onward.streaming.converting": ("Converted", "convert"),
    "onward.streaming.replaying": ("Streamed", "replay_to"),
    "onward.streaming.saving": ("read_states", "write_states"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Automaton",
    "Carried",
    "Check",
    "Codings",
    "Comparison",
    "Converted",
    "Dates",
    "Event",
    "EventLog",
    "Live",
    "LogError",
    "Model",
    "ModelError",
    "Multiverse",
    "OnwardError",
    "Problem",
    "Reach",
    "Replay",
    "Scenario",
    "States",
    "Step",
    "Streamed",
    "Study",
    "UsageError",
    "Verdict",
    "__version__",
    "automaton",
    "compare_codings",
    "convert",
    "live",
    "load_cases",
    "load_model",
    "load_order",
    "load_scenarios",
    "load_study",
    "multiverse",
    "parse_model",
    "parse_scenarios",
    "read_log",
    "read_states",
    "replay",
    "replay_to",
    "shipped_models",
    "vary_dates",
    "verify",
    "what_carried",
    "what_if",
    "what_would_it_take",
    "write_model",
    "write_scenarios",
    "write_states",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
