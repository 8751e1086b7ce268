"""Folders of a file system, walked from the root, each once; files are given as members.

summary: folders of a file system walked from the root
specification: none of its own
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from vitne.firmware.budget import lost_as
from vitne.firmware.containers import Lost, Member
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vitne.firmware.source import Source

_MOST_DEPTH = 64


def walked(
    root: int,
    inode: Callable[[int], Any],
    *,
    names: Callable[[Any], Iterable[tuple[str, int]]],
    content: Callable[[Any], tuple[Source, int | None]],
) -> Iterator[Member | Lost]:
    """Give every regular file below a root, folder by folder; what cannot be read costs itself only.

    ``inode`` gives what a number stands for (with its ``mode``), ``names`` the entries of a folder, and
    ``content`` the bytes of a file and where they lie; each raises Malformed.
    """
    seen = {root}
    waiting = [("", root)]
    while waiting:
        path, number = waiting.pop()
        try:
            entries = sorted(names(inode(number)), reverse=True)
        except Malformed as error:
            yield Lost(path + "/", lost_as(error), error.why)
            continue
        for name, child in entries:
            inside = f"{path}/{name}"
            try:
                found = inode(child)
                if stat.S_ISDIR(found.mode) and child not in seen and path.count("/") < _MOST_DEPTH:
                    seen.add(child)
                    waiting.append((inside, child))
                elif stat.S_ISREG(found.mode):
                    yield Member(inside, *content(found))
            except Malformed as error:
                yield Lost(inside, lost_as(error), error.why)
