"""Folders are walked once each, in order; what cannot be read costs itself and is told with its reason."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.budget import Encrypted, Exhausted, Unsupported
from vitne.firmware.containers import Lost, Member
from vitne.firmware.containers._folders import walked
from vitne.firmware.source import Held, Source
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Thing(NamedTuple):
    number: int
    mode: int


_FOLDERS: Mapping[int, list[tuple[str, int]]] = {
    1: [("b", 2), ("a", 3), ("self", 1), ("link", 9)],
    2: [("up", 1), ("x", 4), ("y", 5), ("z", 6), ("w", 7)],
}
_FAULTS = {4: Unsupported("form"), 5: Encrypted("key"), 6: Malformed("cut"), 7: Exhausted("bound")}


def _thing(number: int) -> _Thing:
    if number == 9:
        return _Thing(number, stat.S_IFLNK)
    return _Thing(number, stat.S_IFDIR if number in _FOLDERS else stat.S_IFREG)


def _content(thing: _Thing) -> tuple[Source, int | None]:
    if thing.number in _FAULTS:
        raise _FAULTS[thing.number]
    return Held(b"x"), 7


def test_files_are_given_in_order_and_each_fault_keeps_its_word() -> None:
    found = list(walked(1, _thing, names=lambda thing: _FOLDERS[thing.number], content=_content))
    told = [(each.path, each.why) if isinstance(each, Lost) else (each.path, each.offset) for each in found]
    assert sorted(told) == [
        ("/a", 7),
        ("/b/w", "limit"),
        ("/b/x", "unsupported"),
        ("/b/y", "encrypted"),
        ("/b/z", "malformed"),
    ]


def test_a_folder_that_cannot_be_listed_costs_itself_only() -> None:
    def names(thing: _Thing) -> list[tuple[str, int]]:
        if thing.number == 2:
            raise Exhausted("more than is looked at")
        return [("b", 2), ("a", 3)]

    found = list(walked(1, _thing, names=names, content=_content))
    assert [(type(each), each.path) for each in found] == [(Member, "/a"), (Lost, "/b/")]
    assert isinstance(found[1], Lost)
    assert found[1].why == "limit"
