"""The columnar engine: a log as columns, walked by a compiled fold; its histories are worked out when asked for."""

from onward.history.histories import Engine
from onward.history.standing import stand
from onward.history.states import States
from onward.history.stepping import Reading
from onward.history.walked import WalkHistories
from onward.history.walking import OutOfOrderError, Walker
from onward.history.window import too_early
from onward.log.columns import columns_of
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import LogError


def run_by_columns(  # noqa: PLR0913  # what `replay` was asked for
    model: Model,
    log: EventLog,
    window: Interval | None,
    reading: Reading,
    earlier: States | None,
    engine: Engine | None,
) -> WalkHistories:
    """Run *log* through *model*; *earlier* is where its cases stood before.

    Raises:
        LogError: the log does not name cases as the model asks, or has events before those that *earlier* knows.
        ModelError: the automaton was asked for, and the model is not finite.
        UnfitError: the engine cannot run it.

    """
    walker = Walker(model, reading, engine)
    if earlier is not None:
        stand(walker, earlier)
    columns = columns_of(log)
    try:
        walk = walker.walk(columns, window, name=log.name, through=window.last if window else None)
    except OutOfOrderError as error:
        raise LogError([too_early(log.name, error.row, error.when, error.case)]) from error
    return WalkHistories(log, columns, walker, walk, window, earlier)
