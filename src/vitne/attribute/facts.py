"""Facts from tables of ranges and from the recipient table, each made once and shared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from vitne.attribute.destinations import domain_of
from vitne.attribute.names import shown_name, suffixes
from vitne.catalog.misleading import fronts, traps
from vitne.knowledge import NOWHERE, Ranges, later_than
from vitne.knowledge.ranges import Addresses
from vitne.model.attribution import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.attribute.table import Table
    from vitne.catalog.misleading import Front
    from vitne.catalog.recipients import Claim, Recipient
    from vitne.knowledge import Knowledge, Snapshot
    from vitne.model.attribution import FactKind

_RENTED = "may be a rented machine at {name}: the holder of the addresses is not the operator of the service"
_SAYS = {
    "content-delivery": "content delivery: {name} answers for whoever rents it, from a place near the asker",
    "cloud": _RENTED,
    "hosting": _RENTED,
    "front-door": "{name} stands in front of services of others",
    "anycast": "anycast: one address of {name} answers from many places, so it has no one country",
}
_NETWORK = re.compile(r"(AS[0-9]+)\s*(.*)")


def marked(fact: Fact) -> Fact:
    """Give a fact with the trap that it falls into, if one is known."""
    if fact.trap:
        return fact
    words = f" {re.sub(r'[^0-9a-zà-ÿ-]+', ' ', fact.value.lower())} "
    for trap in traps():
        if fact.kind in trap.kinds and any(
            f" {name} " in words or _begins(name, words) for name in trap.names
        ):
            return msgspec.structs.replace(fact, trap=trap.why)
    return fact


def _begins(name: str, words: str) -> bool:
    return name.endswith("-") and f" {name}" in words


_CLASSES = {
    "registry": "a registry in the registrant's place: the registrant itself is not shown",
    "handed-on": "a note that another registry has the record",
    "proxy": "a proxy or privacy service in the registrant's place",
    "withheld": "withheld: the register knows the registrant and does not show it",
}


def registrant_class(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Say of what class the registrant is that a register shows, in one fact; none where none was read.

    A contact counts only where no registrant is shown and where it is known to stand there for others.
    """
    if not any(fact.kind in {"domain-registrant", "registry-contact"} for fact in facts):
        return ()
    shown = [fact for fact in facts if fact.kind == "domain-registrant"]
    stands = {trap.why: trap.stands_as for trap in traps()}
    from_ = next((fact for fact in shown if not fact.trap), None)
    word = "a name of its own: a registrant is shown"
    if from_ is None:
        contacts = () if shown else (fact for fact in facts if fact.kind == "registry-contact")
        from_ = next((fact for fact in (*shown, *contacts) if fact.trap), None)
        if from_ is None:
            return ()
        word = _CLASSES[stands[from_.trap]]
    place = f"{from_.kind} {from_.value}; {from_.place}"
    return (msgspec.structs.replace(from_, kind="registrant-class", value=word, place=place),)


class RangeFacts:
    """What the snapshots of ranges say of addresses."""

    def __init__(self, knowledge: Knowledge, as_of: str, table: Table) -> None:
        self._table = table
        self._tables: list[tuple[Snapshot, Ranges]] = []
        for snapshot in knowledge.chosen(as_of):
            if snapshot.about in {"network", "country"}:
                content = knowledge.table(snapshot)
                if isinstance(content, Ranges):
                    self._tables.append((snapshot, content))
        self._late = tuple(
            f"{snapshot.name} is later than {as_of}: it tells of another time"
            for snapshot, _ in self._tables
            if later_than(snapshot, as_of)
        )
        self._fronts = {network: front for front in fronts() for network in front.networks}
        self._made: dict[tuple[int, ...], tuple[tuple[Fact, ...], tuple[str, ...]]] = {}

    @property
    def used(self) -> list[str]:
        """Give the names of the snapshots, in the order they are asked."""
        return [snapshot.name for snapshot, _ in self._tables]

    def rows(self, addresses: Sequence[str]) -> list[list[int]]:
        """Give one column a snapshot with the row of each address."""
        told = Addresses(addresses)
        return [content.rows(told).tolist() for _, content in self._tables]

    def of(self, rows: Sequence[int], address: str) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
        """Give facts and limits for an address by its rows."""
        key = tuple(rows)
        if key not in self._made:
            self._made[key] = self._make(rows)
        facts, limits = self._made[key]
        block = self._table.by_block(address)
        if block is not None:
            facts = (*facts, _claimed(*block, kind="block-holder", value=block[0].name))
        return facts, limits

    def _make(self, rows: Sequence[int]) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
        facts: list[Fact] = []
        limits: list[str] = [] if all(row == NOWHERE for row in rows) else list(self._late)
        for (snapshot, content), row in zip(self._tables, rows, strict=True):
            if row == NOWHERE:
                continue
            value = content.values[row]
            facts.append(_of_table(snapshot, value))
            found = _NETWORK.match(value) if snapshot.about == "network" else None
            if found is not None:
                front = self._fronts.get(found[1])
                if front is not None:
                    limits.append(_SAYS[front.kind].format(name=front.name))
                    facts.append(_hosted(front, snapshot))
                named = self._table.by_network(found[1])
                if named is not None:
                    facts.append(_claimed(*named, kind="listed-under", value=named[0].name))
        return tuple(facts), tuple(limits)


def _of_table(snapshot: Snapshot, value: str) -> Fact:
    kind: FactKind = "network"
    if snapshot.about == "country":
        kind = "country-by-registry" if snapshot.basis == "registry" else "country-by-table"
    knowing = "registry" if snapshot.basis == "registry" else "inferred"
    return marked(
        Fact(kind=kind, value=value, source=snapshot.name, date=snapshot.date, knowing=knowing)  # type: ignore[arg-type]
    )


def _hosted(front: Front, snapshot: Snapshot) -> Fact:
    return Fact(
        kind="hosting-provider",
        value=f"{front.name} ({front.kind})",
        source="fronts",
        place=front.because,
        date=snapshot.date,
        knowing="inferred",
    )


Lists = tuple[tuple["Snapshot", "Mapping[str, str]"], ...]
"""Lists of trackers that a user added: domain -> organisation."""


def lists_of(knowledge: Knowledge, as_of: str) -> Lists:
    """Give the lists of trackers at hand; the package brings none, since none may be passed on."""
    found = [each for each in knowledge.chosen(as_of) if each.about == "trackers"]
    tables = [(each, knowledge.table(each)) for each in found]
    return tuple((each, content) for each, content in tables if isinstance(content, dict))


class NameFacts:
    """What the recipient table says of names, and the lists that a user added."""

    def __init__(self, table: Table, lists: Lists = ()) -> None:
        self._table = table
        self._lists = lists
        self._fronts = {name: front for front in fronts() for name in front.domains}
        self._front_names = frozenset(self._fronts)
        self._domains: dict[str, Fact] = {}
        self._made: dict[str, OfName] = {}

    def of(self, host: str) -> OfName:
        """Give what is known of a host name."""
        if host not in self._made:
            self._made[host] = self._make(host)
        return self._made[host]

    def _make(self, host: str) -> OfName:
        shown = shown_name(host)
        domain = domain_of(host)
        facts: list[Fact] = []
        limits = [f"hostile name: {odd}" for odd in shown.oddities]
        ids: set[str] = set()
        if domain:
            if domain not in self._domains:
                self._domains[domain] = Fact(
                    kind="registrable-domain", value=domain, source="public suffix list"
                )
            facts.append(self._domains[domain])
        if self._table.knows(host):
            self._say(host, facts, ids)
        facts += self._added(host)
        front = None
        if not self._front_names.isdisjoint(suffixes(host)):
            front = next(self._fronts[name] for name in suffixes(host) if name in self._fronts)
        if front is not None:
            limits.append(_SAYS[front.kind].format(name=front.name))
        limits += [
            f"only looks like {other}: the name ends in {domain or host}, and that is what counts"
            for other in self._table.pretends(host)
        ]
        return OfName(
            shown=shown.text,
            domain=domain,
            facts=tuple(facts),
            registrant=registrant_class(facts),
            limits=tuple(dict.fromkeys(limits)),
            recipients=tuple(sorted(ids)),
        )

    def _added(self, host: str) -> list[Fact]:
        """Give what added lists say, each by its own name, day and licence; the longest name counts."""
        out = []
        for snapshot, content in self._lists:
            name = next((name for name in suffixes(host) if name in content), "")
            if name:
                place = f"{name}; added by the user, licence {snapshot.licence}"
                out.append(
                    Fact(
                        kind="listed-under",
                        value=content[name],
                        source=snapshot.name,
                        place=place,
                        date=snapshot.date,
                    )
                )
        return out

    def _say(self, host: str, facts: list[Fact], ids: set[str]) -> None:
        told = self._table.told(host)
        others = [_stand_in(each, claim, facts) for each, claim in told if claim.kind == "stands-for"]
        for name in others:
            self._gather(name, self._table.told(name), facts, ids)
        if not others:
            self._gather(host, told, facts, ids)

    def _gather(
        self, name: str, told: list[tuple[Recipient, Claim]], facts: list[Fact], ids: set[str]
    ) -> None:
        for each, claim in told:
            if claim.kind == "stated-owner":
                facts.append(_claimed(each, claim, kind="stated-owner", value=claim.value))
            elif claim.kind == "registry-contact":
                facts.append(marked(_claimed(each, claim, kind="registry-contact", value=claim.value)))
        found = self._table.listed(name)
        if found is not None:
            facts.append(_claimed(*found, kind="listed-under", value=found[0].name))
            ids.add(found[0].id)


class OfName(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one host name."""

    shown: str  # as it may be shown
    domain: str  # registrable domain, "" without
    facts: tuple[Fact, ...]
    registrant: tuple[Fact, ...]  # of what class the registrant is, where the recipient table tells
    limits: tuple[str, ...]
    recipients: tuple[str, ...]  # ids, sorted


def _stand_in(each: Recipient, claim: Claim, facts: list[Fact]) -> str:
    facts.append(_claimed(each, claim, kind="stands-for", value=claim.value))
    return claim.value


def _claimed(each: Recipient, claim: Claim, *, kind: FactKind, value: str) -> Fact:
    document = each.told_in(claim)
    knowing = "registry" if kind == "registry-contact" else "inferred"
    return Fact(
        kind=kind,
        value=value,
        source=f"recipients/{each.id}.toml: {document.title}",
        place=f"{document.where}; {claim.place}",
        date=claim.said_on or document.read_on,
        knowing=knowing,  # type: ignore[arg-type]
        said_by=claim.said_by,
    )
