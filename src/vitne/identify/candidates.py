"""Candidates: values that look like identifiers, when the owner's values are not known.

The rules are data (``data/identifiers``).  A candidate says what its place and shape tell and no more: grade
"inferred".  What stands in the place of an identifier and names nobody is told by ``fillers_seen``.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.fields import NOTHING, Covered, Named, named, normal, readable_children
from vitne.identify.rulebook import SHORT, Bound, Hit, Rulebook, hits, rulebook
from vitne.model import Message, Node, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CERTAIN = 0.9  # rank from which no rule for any text is tried on a value that was told as a whole
_NOBODY: set[str] = set()
MOST_TEXT = 4 << 20  # bytes of one node that are searched for free-standing values


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around a message."""

    host: str = ""  # name of the destination, "" where none is known
    own_addresses: frozenset[str] = frozenset()  # network addresses of the sending device


class FillerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A slot for an identifier that holds a value which names nobody."""

    node: Node  # in whose data it stands
    start: int  # half-open range in the node's data
    end: int
    identifier: str  # word of the closed list
    field: str  # the sender's own name
    meaning: str  # what stands there, for a person


class _Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's claim on one place."""

    node: Node
    identifier: str
    field: str
    hit: Hit


def candidates(nodes: Sequence[Node], message: Message, *, context: Context) -> Iterator[Sighting]:
    """Yield the candidates of one message, best rule per place; ``nodes`` are all nodes of that message."""
    for spot in _spots(nodes, message):
        if spot.hit.filler or (spot.identifier == "public-ip" and spot.hit.value in context.own_addresses):
            continue
        yield Sighting(
            node=spot.node,
            start=spot.hit.start,
            end=spot.hit.end,
            identifier=spot.identifier,
            value=spot.hit.value,
            grade="inferred",
            field=spot.field,
            reasons=spot.hit.reasons,
            prior=spot.hit.prior,
        )


def fillers_seen(nodes: Sequence[Node], message: Message) -> Iterator[FillerSeen]:
    """Yield the slots of one message that hold a value which names nobody."""
    for spot in _spots(nodes, message):
        if spot.hit.filler:
            yield FillerSeen(
                node=spot.node,
                start=spot.hit.start,
                end=spot.hit.end,
                identifier=spot.identifier,
                field=spot.field,
                meaning=spot.hit.filler,
            )


def any_spot(nodes: Sequence[Node], message: Message) -> bool:
    """Say whether any rule takes anything in these nodes, be it a value that names nobody."""
    return bool(_spots(nodes, message))


def _spots(nodes: Sequence[Node], message: Message) -> list[_Spot]:
    book = rulebook()
    covered = readable_children(nodes)
    found: list[_Spot] = []
    values = list(named(nodes, covered))
    company: dict[int, set[str]] = {}  # names of a record, where a rule asks for them
    for value in values:
        rules = book.of_field(value.name, value.node.part.path)
        if not rules:
            continue
        if not company and any(bound.rule.beside for bound in rules):
            for one in values:
                company.setdefault(one.record, set()).add(normal(one.name))
        beside = company.get(value.record, _NOBODY)
        found.extend(_in_field(rules, value, message=message, beside=beside))
    told = {id(spot.node) for spot in found if spot.hit.prior >= CERTAIN and _fills(spot)}
    for node in nodes:
        if id(node) not in told and (len(node.data) > SHORT or book.may_stand_in(node.data)):
            found.extend(_in_text(book, node, message=message, covered=covered.get(id(node), NOTHING)))
    return _without_echoes(_best(found))


def _fills(spot: _Spot) -> bool:
    return spot.hit.end - spot.hit.start == len(spot.node.data)


def _in_field(
    rules: tuple[Bound, ...], value: Named, *, message: Message, beside: set[str]
) -> Iterator[_Spot]:
    """Try the rules for the name of a value, and for the part it stands in."""
    part = value.node.part.path.lower()
    for bound in rules:
        if not _applies(bound, part, message=message, inner=value.inner):
            continue
        if bound.rule.beside and beside.isdisjoint(bound.rule.beside):
            continue
        for hit in hits(bound, value.node.data, (value.start, value.end)):
            yield _spot(bound, node=value.node, hit=hit, field=value.name)


def _in_text(book: Rulebook, node: Node, *, message: Message, covered: Covered) -> Iterator[_Spot]:
    """Try the rules for any text, where no readable child will be searched itself."""
    part = node.part.path.lower()
    if book.quiet_part(part) or (node.field and book.quiet_key(normal(node.field))):
        return
    if part.startswith("body") and book.quiet_type(message.content_type):
        return
    size = min(len(node.data), MOST_TEXT)
    for bound, window in book.in_text(node.data, covered.gaps(size)):
        if _applies(bound, part, message=message, inner=node.depth > 0):
            for hit in hits(bound, node.data, window):
                yield _spot(bound, node=node, hit=hit, field=node.field)


def _applies(bound: Bound, part: str, *, message: Message, inner: bool) -> bool:
    rule = bound.rule
    if rule.protocols and message.protocol not in rule.protocols:
        return False
    if bound.parts is not None and bound.parts.match(part) is None:
        return False
    return rule.layer == "any" or (rule.layer == "inner") is inner


def _spot(bound: Bound, *, node: Node, hit: Hit, field: str) -> _Spot:
    if bound.rule.keys:
        hit = msgspec.structs.replace(hit, reasons=(*hit.reasons, f"key `{normal(field)[:40]}`"))
    return _Spot(node=node, identifier=bound.identifier, field=field, hit=hit)


def _best(found: list[_Spot]) -> list[_Spot]:
    """Leave one claim per place: the best ranked, then the longest, then by name."""
    order = sorted(
        range(len(found)),
        key=lambda i: (-found[i].hit.prior, found[i].hit.start - found[i].hit.end, found[i].identifier, i),
    )
    taken: dict[int, list[tuple[int, int]]] = {}
    kept: list[int] = []
    for index in order:
        spot = found[index]
        if _take(taken.setdefault(id(spot.node), []), (spot.hit.start, spot.hit.end)):
            kept.append(index)
    return [found[index] for index in sorted(kept)]


def _take(places: list[tuple[int, int]], place: tuple[int, int]) -> bool:
    """Add a place to the sorted ones unless it overlaps one of them."""
    at = bisect_left(places, place)
    if (at > 0 and places[at - 1][1] > place[0]) or (at < len(places) and places[at][0] < place[1]):
        return False
    places.insert(at, place)
    return True


def _without_echoes(spots: list[_Spot]) -> list[_Spot]:
    """Leave out what was found again deeper inside the bytes of a value that was found already."""
    by_node: dict[int, list[_Spot]] = {}
    for spot in spots:
        by_node.setdefault(id(spot.node), []).append(spot)
    return [spot for spot in spots if not _echoes(spot, by_node)]


def _echoes(spot: _Spot, by_node: dict[int, list[_Spot]]) -> bool:
    node = spot.node
    while node.parent is not None and node.child is not None:
        for outer in by_node.get(id(node.parent), ()):
            inside = outer.hit.start < node.child.end and node.child.start < outer.hit.end
            if inside and outer.identifier == spot.identifier:
                return True
        node = node.parent
    return False
