"""DOT: a model as a graph that Graphviz draws.

It shows what `mermaid` shows: phases with their stages, tracks side by side, transitions with what triggers them.
"""

import textwrap
from collections.abc import Iterable, Iterator

from onward.export.arrows import Arrow, arrows, stages_of
from onward.export.identifiers import in_one_line
from onward.model.elements import START, Phase
from onward.model.model import Model

_WIDTH = 40
"""Characters in a line of a label, beyond which it goes on in the next."""


def dot(model: Model) -> str:
    """Return *model* as a directed graph in the language of Graphviz."""
    return "".join(f"{line}\n" for line in _lines(model))


def _lines(model: Model) -> Iterator[str]:
    yield f"digraph {_quoted(model.name)} {{"
    # Arrows may end at the border of a phase with stages, rather than at one of these.
    yield f"  graph [label={_quoted(model.label)}, labelloc=t, compound=true, fontname=Helvetica]"
    yield "  node [shape=box, style=rounded, fontname=Helvetica]"
    yield "  edge [fontname=Helvetica, fontsize=10]"
    for track in model.track_names:
        if track:
            label = next(each.label for each in model.tracks if each.name == track)
            yield from _indented(_cluster(f"track {track}", label, _track(model, track)))
        else:
            yield from _indented(_track(model, track))
    yield "}"


def _track(model: Model, track: str) -> Iterator[str]:
    # A phase cannot have a name with a space in it.
    yield f'{_quoted(_beginning(track))} [shape=point, width=0.15, label=""]'
    for phase in model.phases:
        if phase.track == track:
            yield from _phase(model, phase)
    yield from (_arrow(model, arrow, track) for arrow in arrows(model, track))


def _phase(model: Model, phase: Phase) -> Iterator[str]:
    stages = stages_of(model, phase.name)
    if stages:
        yield from _cluster(phase.name, phase.label, (_place(model, stage) for stage in stages))
    else:
        yield _place(model, phase.name)


def _place(model: Model, place: str) -> str:
    ended = ", peripheries=2" if model.is_final(place) else ""
    return f"{_quoted(place)} [label={_quoted(model.place_label(place))}{ended}]"


def _arrow(model: Model, arrow: Arrow, track: str) -> str:
    """Return *arrow*: from the border of a phase with stages, where it leaves from any of them."""
    stages = stages_of(model, arrow.source)
    begin = _beginning(track) if arrow.source == START else stages[-1] if stages else arrow.source
    told = {"label": _label(arrow.words)} if arrow.words else {}
    told |= {"ltail": _quoted(f"cluster {arrow.source}")} if stages else {}
    attributes = f" [{', '.join(f'{name}={value}' for name, value in told.items())}]" if told else ""
    return f"{_quoted(begin)} -> {_quoted(model.entered(arrow.target))}{attributes}"


def _beginning(track: str) -> str:
    return f"start of {track}" if track else START


def _label(words: Iterable[str]) -> str:
    lines = [line for each in words for line in textwrap.wrap(in_one_line(each), _WIDTH, break_long_words=False)]
    return '"' + "\\n".join(_escaped(line) for line in lines) + '"'


def _quoted(text: str) -> str:
    return f'"{_escaped(in_one_line(text))}"'


def _escaped(text: str) -> str:
    # A backslash begins what Graphviz replaces, such as the name of the node.
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _cluster(name: str, label: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"subgraph {_quoted(f'cluster {name}')} {{"
    yield f"  label={_quoted(label)}"
    yield from _indented(lines)
    yield "}"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
