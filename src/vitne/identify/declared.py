"""Known senders: what the documented fields of a message hold, and what its recipient answered.

The senders are data (``data/senders``).  A sender is known by the shape of its message; what a documented
field holds is of grade "declared", because the field's name and not the owner's knowledge says so.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from vitne import catalog
from vitne.catalog.patterns import compiled
from vitne.identify import checks
from vitne.identify.fields import last_step, named, readable_children, trimmed
from vitne.identify.flat import entries
from vitne.identify.rulebook import bare, rulebook
from vitne.model import Message, Node, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.catalog import Field, SenderFile

_Record = dict[str, list["_Value"]]
_PLACE_IN_LIST = re.compile(r"\[\d*\]")
PRIOR = 0.99  # a documented field outranks every pattern
MOST_ANSWER = 64  # bytes of the field of an answer that tells acceptance
MOST_VALUE = 1024  # bytes of one documented field
CHECKS = {
    "imei": "imei", "imsi": "imsi", "iccid": "iccid", "meid": "meid", "mac-address": "mac", "bssid": "mac",
}  # fmt: skip


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one record."""

    node: Node  # in whose data the value stands
    start: int  # half-open range in the node's data
    end: int


def declared(nodes: Sequence[Node], message: Message, host: str) -> Iterator[Sighting]:
    """Yield what known senders declare in one message; ``host`` is the destination's name, "" without."""
    found = [one for one in catalog.senders() if _outside(one, nodes, message=message, host=host)]
    if not found:
        return
    steps = 1 if _stepped().isdisjoint(one.id for one in found) else 2
    objects = _records(nodes, steps) if any(one.layout == "named" for one in found) else []
    for sender in found:
        records = objects if sender.layout == "named" else _flat_records(nodes, sender)
        for record in records:
            if _inside(sender, record):
                yield from _sightings(sender, record)


def forget() -> None:
    """Let go of what was derived from the known senders, because there are others now."""
    _stepped.cache_clear()
    _flat_keys.cache_clear()


def answer_of(sender: str, nodes: Sequence[Node]) -> tuple[bool | None, str]:
    """Say whether the recipient accepted, from all nodes of its response, and the words that tell it.

    ``sender`` is the id of a known sender.  None: the response does not say, or there is no such sender.
    """
    known = next((one for one in catalog.senders() if one.id == sender), None)
    if known is None or known.answer is None:
        return None, ""
    for value in named(nodes, readable_children(nodes)):
        if last_step(value.name) == known.answer.field and value.end - value.start <= MOST_ANSWER:
            text = value.node.data[value.start : value.end].decode("utf-8", "replace")
            if text and text.isprintable():
                return text in known.answer.accepted, f"{known.answer.field} {text}"
    return None, ""


def _outside(sender: SenderFile, nodes: Sequence[Node], *, message: Message, host: str) -> bool:
    """Say whether all that stands outside of the record fits."""
    match = sender.match
    if message.protocol not in match.protocols:
        return False
    if match.content_types and message.content_type not in match.content_types:
        return False
    if match.hosts and not any(fnmatchcase((host or message.host).lower(), one) for one in match.hosts):
        return False
    if match.methods and dict(message.facts).get("method", "").upper() not in match.methods:
        return False
    return not match.paths or any(fnmatchcase(_path_of(nodes), one) for one in match.paths)


def _path_of(nodes: Sequence[Node]) -> str:
    """Give the path of the request without query and origin."""
    target = next(
        (node.data for node in nodes if node.depth == 0 and node.part.path in {"path", "target"}), b""
    )
    path = target.decode("latin-1").partition("?")[0]
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def holds_flat_record(data: bytes) -> bool:
    """Say whether some bytes hold a known sender's record of fields one behind the other."""
    for sender in catalog.senders():
        if sender.layout == "flat":
            found = entries(data, _flat_keys(sender.id), sender.match.prefix.encode())
            if found and _inside(sender, {key: [] for key, _, _ in found}):
                return True
    return False


def _inside(sender: SenderFile, record: _Record) -> bool:
    match = sender.match
    if any(name not in record for name in match.required):
        return False
    return sum(name in record for name in match.some_of) >= match.least


def _records(nodes: Sequence[Node], steps: int = 1) -> list[_Record]:
    """Put the named children of each node together; a value unescaped as a whole counts unescaped.

    ``steps`` 2: they stand under the last two steps of their names too, as in `device.id`.
    """
    by_parent: dict[int, _Record] = {}
    slots: dict[int, list[tuple[list[_Value], int]]] = {}
    for node in nodes:
        if node.parent is None or node.child is None or node.encoding is None:
            continue
        start, end = trimmed(node.data, 0, len(node.data))
        value = _Value(node=node, start=start, end=end)
        if node.child.path:
            record = by_parent.setdefault(id(node.parent), {})
            for name in {
                last_step(node.field),
                _last_steps(node.field) if steps > 1 else last_step(node.field),
            }:
                values = record.setdefault(name, [])
                values.append(value)
                slots.setdefault(id(node), []).append((values, len(values) - 1))
        elif id(node.parent) in slots and node.encoding.readable and _whole(node):
            slots[id(node)] = slots[id(node.parent)]
            for values, index in slots[id(node)]:
                values[index] = value
    return list(by_parent.values())


@cache
def _stepped() -> frozenset[str]:
    """Give the senders of which a field is documented by the last two steps of its name."""
    return frozenset(one.id for one in catalog.senders() if any("." in field.name for field in one.field))


def _last_steps(name: str) -> str:
    """Give the last two steps of a field name without places in lists: `a[0].device.id` gives `device.id`."""
    return ".".join(_PLACE_IN_LIST.sub("", name).split(".")[-2:])


def _whole(node: Node) -> bool:
    parent, child = node.parent, node.child
    return parent is not None and child is not None and (child.start, child.end) == (0, len(parent.data))


def _flat_records(nodes: Sequence[Node], sender: SenderFile) -> Iterator[_Record]:
    """Read `KEYvalue;KEYvalue;` out of every node that holds the sender's beginning."""
    keys = _flat_keys(sender.id)
    for node in nodes:
        found = entries(node.data, keys, sender.match.prefix.encode())
        if found:
            record: _Record = {}
            for key, start, end in found:
                record.setdefault(key, []).append(_Value(node=node, start=start, end=end))
            yield record


@cache
def _flat_keys(sender: str) -> tuple[str, ...]:
    known = next(one for one in catalog.senders() if one.id == sender)
    return tuple(field.name for field in known.field)


def _sightings(sender: SenderFile, record: _Record) -> Iterator[Sighting]:
    taken: set[tuple[str, int]] = set()
    for field in sender.field:
        for index, value in enumerate(record.get(field.name, ())):
            if (field.name, index) in taken or not 0 < value.end - value.start <= MOST_VALUE:
                continue
            text, doubts = _canonical(field, value.node.data[value.start : value.end])
            if not text:
                continue
            taken.add((field.name, index))
            yield Sighting(
                node=value.node,
                start=value.start,
                end=value.end,
                identifier=field.identifier,
                value=text,
                grade="declared",
                field=value.node.field if sender.layout == "named" else field.name,
                sender=sender.id,
                reasons=(f"field {field.name} of {sender.title}: {field.meaning}", *doubts),
                prior=PRIOR,
            )


def _canonical(field: Field, raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Give the canonical value and what is odd about it; "" for a filler or a value of another shape."""
    text = raw.decode("utf-8", "replace")
    if field.pattern and compiled(field.pattern).fullmatch(raw) is None:
        return "", ()
    if bare(text) in {bare(one) for one in field.fillers} or not bare(text):
        return "", ()
    if field.identifier != "device-attribute" and rulebook().filler(field.identifier, text):
        return "", ()
    name = CHECKS.get(field.identifier)
    if name is None:
        return text, ()
    result = checks.find(name).check(text)
    if result.ok:
        return result.canonical, result.warnings
    return text, (result.why,) if not result.expected_digit else ("the check digit does not hold",)
