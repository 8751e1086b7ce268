"""Parts that were unwrapped before: the same bytes in the same place give the same nodes again.

Devices say the same over and over, in flows that are not the same.  What is wrapped in a part follows from
its bytes, its place in the message, what is looked for and the keys at hand; a scan does not change the last
two.  Kept is what cost something, where no bound was near and nothing was left out because another part of
the message held it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.decode.unwrap import nothing_in, unwrap
from vitne.model import Node, Opaque

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.decode.unwrap import Opener
    from vitne.decode.unwrap_budget import Budget, Spent
    from vitne.decode.unwrap_wanted import Wanted
    from vitne.model import Child, Encoding, Gap, Oddity, Part

    Item = Node | Opaque | Gap | Oddity

_LONGEST = 8 << 10  # bytes of a part that is kept
_SHORTEST = 16  # bytes of a part that is kept
_LEAST_WORK = 1024  # bytes looked at, below which a part is unwrapped again as quickly
_MOST_NODES = 256  # of one part
_MOST_BYTES = 16 << 20  # of all that is kept, with something for every node
_OVERHEAD = 256  # bytes that a node takes beside its own

_Key = tuple[bytes, str, str, tuple[str, ...], bool]
_Branch = tuple[int, "Child | None", "Encoding | None", "Sequence[tuple[int, int]]"]
_Unread = tuple[int, Opaque]


class _Tree:
    """The nodes of one part, each with the number of that which it was unwrapped from."""

    __slots__ = ("_parts", "size", "spent")

    def __init__(self, parts: list[_Branch | _Unread], spent: Spent, size: int) -> None:
        self._parts = parts
        self.spent = spent
        self.size = size

    def grown(self, part: Part, data: bytes) -> list[Item]:
        """Give the same nodes as those of another message's part."""
        nodes: list[Node] = []
        items: list[Item] = []
        for one in self._parts:
            if len(one) == 2:
                items.append(_placed(one[1], nodes[one[0]]))
                continue
            above, child, encoding, passed = one
            if child is None:
                node = Node(data, part=part)
            else:
                node = Node(child.data, part=part, parent=nodes[above], child=child, encoding=encoding)
            node.passed = passed
            nodes.append(node)
            items.append(node)
        return items


class Again:
    """Unwraps the parts of messages of one scan, those that come again without another look."""

    def __init__(self) -> None:
        self._trees: dict[_Key, _Tree] = {}
        self._size = 0

    def unwrap(  # noqa: PLR0913  (as ``unwrap`` is asked)
        self,
        part: Part,
        data: bytes,
        *,
        budget: Budget,
        deep: bool = True,
        wanted: Wanted | None = None,
        opener: Opener | None = None,
    ) -> Iterable[Item]:
        """Give what ``unwrap`` gives; ``wanted`` and ``opener`` have to be the same every time."""
        if deep and not part.hints and nothing_in(data, opener):
            return (Node(data, part=part),)
        if not deep or not _SHORTEST <= len(data) <= _LONGEST:
            return unwrap(part, data, budget=budget, deep=deep, wanted=wanted, opener=opener)
        key = (data, part.path, part.field, part.hints, part.exact)
        known = self._trees.get(key)
        if known is not None and budget.affords(known.spent):
            budget.spend(known.spent)
            return known.grown(part, data)
        budget.watch()
        items = list(unwrap(part, data, budget=budget, deep=deep, wanted=wanted, opener=opener))
        spent = budget.watched()
        if known is None and spent is not None and spent.work >= _LEAST_WORK:
            self._keep(key, items, spent)
        return items

    def _keep(self, key: _Key, items: list[Item], spent: Spent) -> None:
        tree = _tree(items, spent) if len(items) <= _MOST_NODES else None
        if tree is None:
            return
        size = tree.size + len(key[0])
        if self._size + size > _MOST_BYTES:
            self._trees.clear()
            self._size = 0
        self._trees[key] = tree
        self._size += size


def _tree(items: list[Item], spent: Spent) -> _Tree | None:
    """Write nodes down without the message they belong to; None where more was told than nodes."""
    numbers: dict[int, int] = {}
    nodes: list[Node] = []
    parts: list[_Branch | _Unread] = []
    for item in items:
        if isinstance(item, Node):
            above = numbers[id(item.parent)] if item.parent is not None else 0
            numbers[id(item)] = len(nodes)
            nodes.append(item)
            parts.append((above, item.child, item.encoding, item.passed))
            continue
        at = _unread(item, nodes) if isinstance(item, Opaque) else -1
        if at < 0 or not isinstance(item, Opaque):
            return None
        parts.append((at, item))
    return _Tree(parts, spent, sum(len(node.data) + _OVERHEAD for node in nodes))


def _unread(opaque: Opaque, nodes: list[Node]) -> int:
    """Give the number of the node that cannot be read; -1 where that is not plain."""
    for number, node in enumerate(nodes):
        if len(node.data) == opaque.length and _placed(opaque, node) == opaque:
            return number
    return -1


def _placed(opaque: Opaque, node: Node) -> Opaque:
    start, end = node.place(0, len(node.data))
    return msgspec.structs.replace(opaque, path=node.field or node.part.path, start=start, end=end)
