"""Overlaps: one place gives one sighting, the one with the longest readable way to it.

The same value is found in a node, in every node it was unwrapped from that still shows it, and in several
spellings that contain one another.  Ranges are compared where two ways meet: in their nearest common node.
"""

from __future__ import annotations

import msgspec

from vitne.model import Node


class Found(msgspec.Struct, kw_only=True, eq=False):
    """One hit in a node, before it is judged."""

    node: Node  # node in whose data it stands
    start: int  # half-open range in the node's data
    end: int
    seed: int  # row of the seed
    needle: int  # row of the needle; -1 for a place
    layers: int = 0  # codecs of the needle that no node stands for


class _Way(msgspec.Struct, kw_only=True, eq=False):
    """A hit as seen from one of the nodes that it was unwrapped from."""

    start: int
    end: int
    branch: int  # identity of the node below it came through; 0 for a hit in the node itself
    found: Found


def innermost(found: list[Found]) -> list[Found]:
    """Drop hits of a seed that another hit of that seed explains better."""
    dropped: set[int] = set()
    longest = _longest(found)
    for ways in _by_node(longest).values():
        if len({way.branch for way in ways}) > 1:
            _settle(ways, dropped)
    return [one for one in longest if id(one) not in dropped]


def _longest(found: list[Found]) -> list[Found]:
    """Keep of overlapping hits of one seed in one node the longest, the first needle where equal."""
    groups: dict[tuple[int, int], list[Found]] = {}
    for one in found:
        groups.setdefault((id(one.node), one.seed), []).append(one)
    kept: list[Found] = []
    for group in groups.values():
        group.sort(key=lambda one: (one.start, -one.end, one.layers, one.needle))
        last: Found | None = None
        for one in group:
            if last is None or one.start >= last.end:
                kept.append(one)
                last = one
            elif one.end - one.start > last.end - last.start:
                kept[-1] = last = one
    return kept


def _by_node(found: list[Found]) -> dict[tuple[int, int], list[_Way]]:
    """Show each hit to all nodes it was unwrapped from, with its range there."""
    seen: dict[tuple[int, int], list[_Way]] = {}
    for one in found:
        node, start, end, branch = one.node, one.start, one.end, 0
        while True:
            seen.setdefault((id(node), one.seed), []).append(
                _Way(start=start, end=end, branch=branch, found=one)
            )
            if node.parent is None or node.child is None or node.encoding is None:
                break
            start, end = node.encoding.locate(node.parent.data, node.child, start, end)
            branch = id(node)
            node = node.parent
    return seen


def _settle(ways: list[_Way], dropped: set[int]) -> None:
    """Of hits that overlap and came through different branches keep those of the best branch."""
    ways = sorted(ways, key=lambda way: (way.start, way.end))
    index = 0
    while index < len(ways):
        cluster, reach = [ways[index]], ways[index].end
        index += 1
        while index < len(ways) and ways[index].start < reach:
            reach = max(reach, ways[index].end)
            cluster.append(ways[index])
            index += 1
        alive = [way for way in cluster if id(way.found) not in dropped]
        if len({way.branch for way in alive}) < 2:
            continue
        best = max(alive, key=_rank).branch
        dropped.update(id(way.found) for way in alive if way.branch != best)


def _rank(way: _Way) -> tuple[int, int, int, int]:
    """Rank by the nodes that lead there less the codecs no node stands for, then by depth and length."""
    one = way.found
    return one.node.depth - one.layers, one.node.depth, one.end - one.start, -one.start
