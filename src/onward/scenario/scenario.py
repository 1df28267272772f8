"""Scenario: a named what-if, as edits of a log and of a model."""

from attrs import evolve, field, frozen

from onward.problems import Problem, UsageError
from onward.scenario.edits import Edit, LogEdit, ModelEdit, listed_edits


@frozen
class Scenario:
    """A named what-if.

    Edits of the log are made one after the other, each on what the one before has left; so are those of the model.

    Attributes:
        name: what tables call it.
        edits: what is otherwise; one edit needs no list.
        question: what is asked, in a sentence.

    """

    name: str = "scenario"
    edits: tuple[Edit, ...] = field(default=(), converter=listed_edits)
    question: str = ""

    @property
    def of_log(self) -> tuple[LogEdit, ...]:
        """The edits of the log, in order."""
        return tuple(edit for edit in self.edits if isinstance(edit, LogEdit))

    @property
    def of_model(self) -> tuple[ModelEdit, ...]:
        """The edits of the model, in order."""
        return tuple(edit for edit in self.edits if isinstance(edit, ModelEdit))

    def __add__(self, other: "Scenario | Edit") -> "Scenario":
        """Return this scenario and then the *other*, as one; an edit goes behind those there are.

        Raises:
            UsageError: *other* is neither.

        """
        if isinstance(other, Edit):
            return evolve(self, edits=(*self.edits, other))
        given: object = other
        if not isinstance(given, Scenario):
            what = f"a {type(given).__name__} can't be added to a scenario"
            raise UsageError([Problem("scenario", what, "add a scenario or an edit")])
        return evolve(self, name=f"{self.name}; {other.name}", edits=(*self.edits, *other.edits))
