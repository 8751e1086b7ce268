"""Joined values: two known values of a subject in one text, of which senders take a digest."""

from __future__ import annotations

from itertools import islice, permutations
from typing import TYPE_CHECKING, NamedTuple

from vitne.identify.spellings import spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Seed

MARKS = ("", "|", "_", "-", ":", ",", "&", "+")  # what stands between the two
FORMS = 3  # spellings of one value that are joined: the canonical one, and the next in every case
MOST_SEEDS = 24  # values that are joined with each other
_JOINED = frozenset(
    {
        "imei", "imsi", "iccid", "meid", "msisdn", "android-id", "advertising-id", "oaid", "vendor-id",
        "install-id", "device-id", "mac-address", "serial-number", "gsf-id", "email-address", "account-name",
    }
)  # fmt: skip


class Pair(NamedTuple):
    """Two known values in one text."""

    first: int  # row of the seed that stands first
    before: str  # what the second one is to it
    second: int
    behind: str
    text: bytes


def joined(seeds: Sequence[Seed]) -> Iterator[Pair]:
    """Give texts of two values."""
    rows = [
        (row, seed)
        for row, seed in enumerate(seeds)
        if seed.origin == "subject" and seed.identifier in _JOINED
    ]
    forms = {row: _forms(seed) for row, seed in rows[:MOST_SEEDS]}
    for first, second in permutations(sorted(forms), 2):
        names = seeds[second].name, seeds[first].name
        for mark in MARKS:
            by = f" and {mark}" if mark else ""
            before, behind = f"before {names[0]}{by}", f"behind {names[1]}{by}"
            for text in forms[first]:
                for other in forms[second]:
                    yield Pair(first, before, second, behind, f"{text}{mark}{other}".encode())


def _forms(seed: Seed) -> list[str]:
    cases = (text for spelling in spell(seed) if not spelling.weak for _, text in spelling.cases())
    return list(islice(dict.fromkeys(cases), FORMS + 1))
