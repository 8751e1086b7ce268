"""The recipient table made searchable: of names above a host the longest that is listed counts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from vitne.attribute.names import looks_like, suffixes
from vitne.catalog.recipients import recipients
from vitne.knowledge.ranges import packed_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.catalog.recipients import Claim, Recipient


class Table:
    """Organisations by name, by network and by address block."""

    def __init__(self, content: Iterable[Recipient]) -> None:
        self.all = {each.id: each for each in content}
        self._names: dict[str, tuple[Recipient, Claim]] = {}
        self._networks: dict[str, tuple[Recipient, Claim]] = {}
        self._told: dict[str, list[tuple[Recipient, Claim]]] = {}
        self._blocks: dict[tuple[int, int], dict[int, tuple[Recipient, Claim]]] = {}
        for each in self.all.values():
            for claim in each.claim:
                self._take(each, claim)
        self._plain = frozenset(name for name in self._names if "." in name)
        self._starts = frozenset(name.partition(".")[0] for name in self._plain)
        self._known = frozenset([*self._names, *self._told])

    def _take(self, each: Recipient, claim: Claim) -> None:
        if claim.kind == "domain":
            self._names[claim.value] = (each, claim)
        elif claim.kind == "network":
            self._networks[claim.value] = (each, claim)
        elif claim.kind == "block":
            first, _, length = claim.value.partition("/")
            packed = packed_address(first)
            bits = int(length or 8 * len(packed))
            first_bits = int.from_bytes(packed, "big") >> (8 * len(packed) - bits)
            self._blocks.setdefault((len(packed), bits), {}).setdefault(first_bits, (each, claim))
        if claim.of:
            self._told.setdefault(claim.of, []).append((each, claim))

    def knows(self, host: str) -> bool:
        """Say whether anything is said of a name or of a name above it."""
        return not self._known.isdisjoint(suffixes(host))

    def listed(self, host: str) -> tuple[Recipient, Claim] | None:
        """Give the organisation a name is listed under, None for none."""
        return next((self._names[name] for name in suffixes(host) if name in self._names), None)

    def told(self, host: str) -> list[tuple[Recipient, Claim]]:
        """Give what was said of a name or of a name above it: owners, registry contacts, stand-ins."""
        return [told for name in suffixes(host) for told in self._told.get(name, ())]

    def by_network(self, network: str) -> tuple[Recipient, Claim] | None:
        """Give the organisation that holds a network (AS64496), None for none."""
        return self._networks.get(network)

    def by_block(self, ip: str) -> tuple[Recipient, Claim] | None:
        """Give the organisation whose address block an address lies in, None for none."""
        packed = packed_address(ip)
        number = int.from_bytes(packed, "big")
        for (size, bits), blocks in self._blocks.items():
            if size == len(packed) and number >> (8 * size - bits) in blocks:
                return blocks[number >> (8 * size - bits)]
        return None

    def pretends(self, host: str) -> tuple[str, ...]:
        """Give the known names that stand inside a name without being its end."""
        return looks_like(host, self._plain, self._starts) if host.count(".") > 1 else ()


@lru_cache(maxsize=1)
def shipped_table() -> Table:
    """Give the table that comes with the package."""
    return Table(recipients())
