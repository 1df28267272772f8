"""Scenario: a named what-if, as edits of a log and of a model."""

from collections.abc import Iterable

from attrs import evolve, field, frozen

from onward.scenario.edits import Edit, LogEdit, ModelEdit


def _edits(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    return tuple(edits)


@frozen
class Scenario:
    """A named what-if.

    Edits of the log are made one after the other, each on what the one before has left; so are those of the model.

    Attributes:
        name: what tables call it.
        edits: what is otherwise.
        question: what is asked, in a sentence.

    """

    name: str = "scenario"
    edits: tuple[Edit, ...] = field(default=(), converter=_edits)
    question: str = ""

    @property
    def of_log(self) -> tuple[LogEdit, ...]:
        """The edits of the log, in order."""
        return tuple(edit for edit in self.edits if isinstance(edit, LogEdit))

    @property
    def of_model(self) -> tuple[ModelEdit, ...]:
        """The edits of the model, in order."""
        return tuple(edit for edit in self.edits if isinstance(edit, ModelEdit))

    def __add__(self, other: "Scenario") -> "Scenario":
        """Return this scenario and then the *other*, as one."""
        return evolve(self, name=f"{self.name}; {other.name}", edits=(*self.edits, *other.edits))
