"""Known senders: what the documented fields of a message hold, and what its recipient answered.

The senders are data (``data/senders``).  A sender is known by the shape of its message; what a documented
field holds is of grade "declared", because the field's name and not the owner's knowledge says so.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from vitne import catalog
from vitne.catalog.patterns import compiled
from vitne.identify import checks
from vitne.identify.fields import trimmed
from vitne.identify.flat import entries
from vitne.identify.rulebook import bare, rulebook
from vitne.model import Message, Node, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.catalog import Field, SenderFile

PRIOR = 0.99  # a documented field outranks every pattern
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
    named = _records(nodes) if any(one.layout == "named" for one in found) else []
    for sender in found:
        records = named if sender.layout == "named" else _flat_records(nodes, sender)
        for record in records:
            if _inside(sender, record):
                yield from _sightings(sender, record)


def sender_of(nodes: Sequence[Node], message: Message, host: str) -> str | None:
    """Name the known sender of a message by its id, or give None."""
    return next((sighting.sender for sighting in declared(nodes, message, host)), None)


def answer_of(sender: str, nodes: Sequence[Node]) -> tuple[bool | None, str]:
    """Say whether the recipient accepted, from all nodes of its response, and the words that tell it.

    ``sender`` is the id of a known sender.  None: the response does not say, or there is no such sender.
    """
    known = next((one for one in catalog.senders() if one.id == sender), None)
    if known is None or known.answer is None:
        return None, ""
    for node in nodes:
        if _name(node) == known.answer.field and len(node.data) <= 64:
            start, end = trimmed(node.data, 0, len(node.data))
            text = node.data[start:end].decode("utf-8", "replace")
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


def _inside(sender: SenderFile, record: dict[str, _Value]) -> bool:
    match = sender.match
    if any(name not in record for name in match.required):
        return False
    return sum(name in record for name in match.some_of) >= match.least


def _records(nodes: Sequence[Node]) -> list[dict[str, _Value]]:
    """Put the named children of each node together; a value unescaped as a whole counts unescaped."""
    by_parent: dict[int, dict[str, _Value]] = {}
    slots: dict[int, tuple[dict[str, _Value], str]] = {}
    for node in nodes:
        if node.parent is None or node.child is None or node.encoding is None:
            continue
        if node.child.path:
            record = by_parent.setdefault(id(node.parent), {})
            name = _name(node)
        elif id(node.parent) in slots and (node.child.start, node.child.end) == (0, len(node.parent.data)):
            if not node.encoding.readable:
                continue
            record, name = slots[id(node.parent)]
        else:
            continue
        slots[id(node)] = (record, name)
        start, end = trimmed(node.data, 0, len(node.data))
        record[name] = _Value(node=node, start=start, end=end)
    return list(by_parent.values())


def _name(node: Node) -> str:
    return node.field.removesuffix("[]").rpartition(".")[2]


def _flat_records(nodes: Sequence[Node], sender: SenderFile) -> Iterator[dict[str, _Value]]:
    """Read `KEYvalue;KEYvalue;` out of every node that holds the sender's beginning."""
    keys = _flat_keys(sender.id)
    for node in nodes:
        found = entries(node.data, keys, sender.match.prefix.encode())
        if found:
            yield {key: _Value(node=node, start=start, end=end) for key, start, end in found}


@cache
def _flat_keys(sender: str) -> tuple[str, ...]:
    known = next(one for one in catalog.senders() if one.id == sender)
    return tuple(field.name for field in known.field)


def _sightings(sender: SenderFile, record: dict[str, _Value]) -> Iterator[Sighting]:
    for field in sender.field:
        value = record.get(field.name)
        if value is None or not 0 < value.end - value.start <= MOST_VALUE:
            continue
        raw = value.node.data[value.start : value.end]
        text, doubts = _canonical(field, raw)
        if not text:
            continue
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
