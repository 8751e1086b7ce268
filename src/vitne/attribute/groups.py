"""Findings by recipient: only the recipient table is asked, which ships with the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.attribute.names import suffixes
from vitne.attribute.table import Table
from vitne.catalog.recipients import recipients_near

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model import Finding

FAR = frozenset({"internet", "operator-core"})
"""Scopes beyond the home network."""
UNKNOWN = "recipient unknown"


class Spot(msgspec.Struct, kw_only=True):
    """One destination of a recipient."""

    host: str  # name as captured, "" where none is known
    ips: list[str]  # addresses under that name, sorted
    findings: int  # personal data sent there, counted by finding
    identifiers: dict[str, int]  # identifier -> findings, sorted


class Group(msgspec.Struct, kw_only=True):
    """One recipient of a scan, as documents list the names of its destinations."""

    name: str  # organisation, or that none is known
    id: str  # of the recipient table, "" where no document names one
    stands_for: str  # name that the demonstration's host stands for, "" elsewhere
    findings: int
    identifiers: dict[str, int]  # identifier -> findings, sorted
    destinations: list[Spot]  # by name, then address

    @property
    def title(self) -> str:
        """Give the name a person reads."""
        return f"{self.name} (stand-in for {self.stands_for})" if self.stands_for else self.name


def sent_far(findings: Iterable[Finding]) -> list[Finding]:
    """Give the findings of personal data that left the home network; what tells of the device only stays."""
    return [
        one for one in findings if one.direction == "sent" and one.scope in FAR and one.kind != "attribute"
    ]


def table_near(hosts: Iterable[str]) -> Table:
    """Give the part of the recipient table that says anything of some host names."""
    named = {host for host in hosts if host}
    near = {name for host in named for name in suffixes(host)}
    table = Table(recipients_near(near))
    stood = {claim.value for host in named for _, claim in table.told(host) if claim.kind == "stands-for"}
    if stood:
        table = Table(recipients_near(near | {name for host in stood for name in suffixes(host)}))
    return table


def recipient_of(table: Table, host: str) -> tuple[str, str, str]:
    """Give name and id of the organisation that a host is listed under, and what the host stands for."""
    stands = next((claim.value for _, claim in table.told(host) if claim.kind == "stands-for"), "")
    found = table.listed(stands or host) if host else None
    return (UNKNOWN, "", "") if found is None else (found[0].name, found[0].id, stands)


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Group what left by recipient, the most findings first, the unknown last."""
    sent = sent_far(findings)
    table = table_near({one.destination.host for one in sent})
    known: dict[str, tuple[str, str, str]] = {}
    groups: dict[tuple[str, str, str], dict[str, Spot]] = {}
    met: set[tuple[str, str]] = set()  # names with their addresses
    for one in sent:
        host, ip = one.destination.host, one.destination.ip
        if host not in known:
            known[host] = recipient_of(table, host)
        places = groups.setdefault(known[host], {})
        spot = places.setdefault(host or ip, Spot(host=host, ips=[], findings=0, identifiers={}))
        if (host or ip, ip) not in met:
            met.add((host or ip, ip))
            spot.ips.append(ip)
        spot.findings += 1
        spot.identifiers[one.identifier] = spot.identifiers.get(one.identifier, 0) + 1
    out = [_group(who, places) for who, places in groups.items()]
    return sorted(out, key=lambda each: (each.name == UNKNOWN, -each.findings, each.title))


def _group(who: tuple[str, str, str], places: dict[str, Spot]) -> Group:
    counted: dict[str, int] = {}
    for spot in places.values():
        spot.ips.sort()
        spot.identifiers = dict(sorted(spot.identifiers.items()))
        for identifier, count in spot.identifiers.items():
            counted[identifier] = counted.get(identifier, 0) + count
    return Group(
        name=who[0],
        id=who[1],
        stands_for=who[2],
        findings=sum(spot.findings for spot in places.values()),
        identifiers=dict(sorted(counted.items())),
        destinations=[places[name] for name in sorted(places)],
    )
