"""The values that attributes may have, in a document: a list, or `value: title`."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from onward.model import marked
from onward.model.elements import Domain
from onward.model.guards import EACH, Attribute, Scalar
from onward.model.marked import Node, Plain
from onward.model.reading import Reader, is_no_number, is_null
from onward.model.spelling import spelled


def read_domains(see: Reader, node: Node | None) -> tuple[Domain, ...]:
    """Return the values under each attribute; note an attribute or a value that stands there twice."""
    found: dict[Attribute, Domain] = {}
    for key, values in see.entries(node, "the values", "attribute: [values]"):
        column, part = see.part_of(key, "an entry of the values")
        attribute = Attribute(column, part or EACH)
        if attribute in found:
            see.note(key.place, f"{key.text!r} stands here a second time", "keep one list of its values")
        found[attribute] = Domain(column, attribute.part, tuple(_values(see, key, values)))
    return tuple(found.values())


def domains_of(domains: Iterable[Domain]) -> dict[Attribute, tuple[Scalar, ...]]:
    """Return *domains* as guards look them up."""
    return {Attribute(each.attribute, each.part): tuple(value for value, _ in each.values) for each in domains}


def _values(see: Reader, key: Plain, node: Node) -> Iterator[tuple[Scalar, str]]:
    if isinstance(node, marked.Mapping):
        entries = [
            (_bare(name), "" if is_null(title) else see.text(title, "the title")) for name, title in node.entries
        ]
    elif isinstance(node, marked.Sequence):
        entries = [(item, "") for item in node.items if isinstance(item, Plain)]
        for item in node.items:
            if not isinstance(item, Plain):
                mend = "write a number, a text, true or false"
                see.note(item.place, f"a value of {key.text!r} is no single value", mend)
    else:
        see.note(
            node.place, f"{key.text!r} has no list of values", "write [first, second], or value: title, one a line"
        )
        return
    if not entries:
        see.note(node.place, f"there are no values of {key.text!r}", "list at least one, or leave the key out")
    first: dict[str, Plain] = {}
    for plain, title in entries:
        scalar = plain.value
        if scalar is None or not plain.text.strip():
            see.note(plain.place, f"a value of {key.text!r} is missing", "write it, or delete the comma or the line")
        elif is_no_number(plain):
            what = f"a value of {key.text!r} is {plain.text}, which is no number that can be compared"
            see.note(plain.place, what, "write a number, or put quotes round a text")
        elif scalar in {float("inf"), float("-inf")}:
            see.note(plain.place, f"a value of {key.text!r} is too large", "write a smaller number")
        elif first.setdefault(spelled(scalar), plain) is not plain:
            see.note(plain.place, f"the value {plain.text!r} stands here a second time", "delete one")
        else:
            yield scalar, title


def _bare(key: Plain) -> Plain:
    """Return a key as the value that it means: in JSON every key stands in quotes, which make no number a text."""
    bare = evolve(key, quoted=False)
    return key if bare.value is None or is_no_number(bare) else bare
