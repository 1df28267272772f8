"""Mermaid: a model as a state diagram that GitHub, GitLab and many editors draw.

What a case may do, as the model says it: phases with their stages, tracks as regions side by side, transitions with
what triggers them. Rules of conduct and invariants are no part of such a diagram.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from onward.export.arrows import Arrow, arrows, phase_of, stages_of
from onward.export.identifiers import identifiers, in_one_line
from onward.model.elements import START, Phase
from onward.model.model import Model

_KEYWORDS = frozenset(
    """
    accdescr acctitle as choice class classdef click default direction end fork hide href join note root scale state
    statediagram style title
    """.split()  # noqa: SIM905  # words without quotes are read more easily
)
"""What Mermaid keeps for itself, in capitals too."""

_SPECIAL = frozenset('#;:"<>{}%&\\`')
"""What means something to Mermaid inside a label, and is spelled by its number."""

_START = "[*]"


def mermaid(model: Model) -> str:
    """Return *model* as a Mermaid state diagram."""
    return "".join(f"{line}\n" for line in _lines(model))


def _lines(model: Model) -> Iterator[str]:
    yield from ("---", f"title: {json.dumps(in_one_line(model.label), ensure_ascii=False)}", "---", "stateDiagram-v2")
    names = _names(model)
    if not model.tracks:
        yield from _indented(_region(model, "", names))
        return
    yield f'    state "{_escaped(model.label)}" as {names[START]} {{'
    for number, track in enumerate(model.tracks):
        # A box around each region would show the track's title, but from Mermaid's layout some such models come out as
        # an error.
        yield from _indented(["--"] if number else [], 2)
        yield f"        %% track {track.name}"
        yield from _indented(_region(model, track.name, names), 2)
    yield "    }"


def _names(model: Model) -> Mapping[str, str]:
    """Return the identifiers of phases and stages; that of `start` is for the case as a whole."""
    own = [each for phase in model.phases for each in (phase.name, *stages_of(model, phase.name))]
    wanted = [*own, START]
    return dict(zip(wanted, identifiers(wanted, lambda name: name.lower() in _KEYWORDS), strict=True))


def _region(model: Model, track: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the phases of a *track*, and what leads from one to another."""
    drawn = tuple(arrows(model, track))
    for phase in model.phases:
        if phase.track == track:
            yield from _phase(model, phase, names, [each for each in drawn if _is_inside(each, phase.name)])
    for arrow in drawn:
        if phase_of(arrow.source) != phase_of(arrow.target):
            yield _arrow(model, arrow, names)
    for phase in model.phases:
        if phase.track == track and phase.final:
            yield f"{names[phase.name]} --> {_START}"


def _phase(model: Model, phase: Phase, names: Mapping[str, str], inside: Iterable[Arrow]) -> Iterator[str]:
    stages = stages_of(model, phase.name)
    yield f'state "{_escaped(phase.label)}" as {names[phase.name]}{" {" if stages else ""}'
    if stages:
        yield f"    {_START} --> {names[stages[0]]}"
        yield from (f'    state "{_escaped(model.place_label(stage))}" as {names[stage]}' for stage in stages)
    yield from (f"{'    ' if stages else ''}{_arrow(model, arrow, names)}" for arrow in inside)
    if stages:
        ended = (stage for stage, each in zip(stages, phase.stages, strict=True) if each.final)
        yield from (f"    {names[stage]} --> {_START}" for stage in ended)
        yield "}"


def _is_inside(arrow: Arrow, phase: str) -> bool:
    return phase_of(arrow.source) == phase_of(arrow.target) == phase


def _arrow(model: Model, arrow: Arrow, names: Mapping[str, str]) -> str:
    source = _START if arrow.source == START else names[arrow.source]
    words = "<br/>".join(map(_escaped, arrow.words))
    return f"{source} --> {names[_entered(model, arrow)]}" + (f" : {words}" if words else "")


def _entered(model: Model, arrow: Arrow) -> str:
    """Return where *arrow* ends: at a phase from outside, if it is entered at its beginning."""
    phase = phase_of(arrow.target)
    from_outside = phase_of(arrow.source) != phase
    return phase if from_outside and model.entered(phase) == arrow.target else arrow.target


def _escaped(text: str) -> str:
    return "".join(f"#{ord(each)};" if each in _SPECIAL else each for each in in_one_line(text))


def _indented(lines: Iterable[str], depth: int = 1) -> Iterator[str]:
    return (f"{'    ' * depth}{line}" for line in lines)
