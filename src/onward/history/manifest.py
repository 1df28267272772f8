"""Manifest: all that is needed to make a result again."""

from typing import TYPE_CHECKING, Any

from onward.version import __version__

if TYPE_CHECKING:
    from onward.history.stepping import Reading
    from onward.log.dates import Interval
    from onward.log.log import EventLog
    from onward.model.model import Model


def manifest_of(
    model: "Model", log: "EventLog", as_of: "Interval | None", reading: "Reading", **more: object
) -> dict[str, Any]:
    """Return versions, the fingerprints of *model* and *log*, how the log was read, and whatever *more* was asked."""
    import platform  # noqa: PLC0415  # a result that is printed as a table asks for none

    from onward.model.writing import fingerprint  # noqa: PLC0415

    return {
        "onward": __version__,
        "python": platform.python_version(),
        "model": model.name,
        "model_fingerprint": fingerprint(model),
        "log": log.name,
        "log_fingerprint": log.fingerprint,
        "as_of": as_of and as_of.recorded,
        "reading": reading,
        "ties": "file order",
        **more,
    }
