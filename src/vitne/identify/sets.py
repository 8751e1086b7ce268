"""Sets: several entries of one known list in one record, as when an address book or a list of apps is sent.

One entry may stand anywhere: an app names itself, a message its addressee.  Three contacts, calls or
messages, or five packages, in one part of a message are a list.  What each is by chance is reckoned together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.chance import PERHAPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.identify.chance import Evidence
    from vitne.identify.overlaps import Found
    from vitne.model import Seed

LEAST = {"contact": 3, "call-log": 3, "message-text": 3, "app-list": 5}  # distinct entries of one record
ONLY_TOGETHER = frozenset({"app-list"})  # one alone says nothing


class Together(msgspec.Struct, frozen=True):
    """Entries of one list in one part of a message."""

    count: int  # distinct entries
    evalue: float  # expected number of records with as many by chance


def together(
    found: Sequence[Found], evidence: Sequence[Evidence], seeds: Sequence[Seed]
) -> dict[tuple[int, str], Together]:
    """Give the lists by part (its identity) and identifier, of which enough entries stand in one part."""
    best: dict[tuple[int, str], dict[int, float]] = {}
    sizes: dict[int, int] = {}
    for one, alone in zip(found, evidence, strict=True):
        identifier = seeds[one.seed].identifier
        if identifier not in LEAST:
            continue
        part = id(one.node.part)
        sizes[part] = max(sizes.get(part, 1), len(one.node.data))
        entries = best.setdefault((part, identifier), {})
        share = (alone.evalue if alone.evalue is not None else 1.0) / max(alone.haystack, 1)
        entries[one.seed] = min(entries.get(one.seed, 1.0), share)
    lists = {}
    for (part, identifier), entries in best.items():
        if len(entries) >= LEAST[identifier]:
            known = sum(seed.identifier == identifier for seed in seeds)
            haystack = max((alone.haystack for alone in evidence), default=1)
            mean = sum(entries.values()) / len(entries) * known * sizes[part]
            expected = mean ** len(entries) / math.factorial(min(len(entries), 100))
            records = max(haystack / sizes[part], 1.0)
            lists[part, identifier] = Together(len(entries), min(expected * records, 1e9))
    return lists


def in_list(evidence: Evidence, whole: Together | None) -> Evidence:
    """Reckon in that a hit is one of several entries of a known list in one record."""
    if whole is None or whole.evalue > PERHAPS:
        return evidence
    lower = whole.evalue if evidence.evalue is None else min(evidence.evalue, whole.evalue)
    reason = f"{whole.count} entries of the known list stand in the same record"
    return msgspec.structs.replace(
        evidence, evalue=lower, enough=True, reasons=(*evidence.reasons, reason), prior=evidence.prior + 0.25
    )
