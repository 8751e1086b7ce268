"""Attribution: what is known of where bytes went, as separate dated facts, and where they disagree."""

from __future__ import annotations

from typing import Literal

import msgspec

FactKind = Literal[
    "registrable-domain",
    "domain-registrant",
    "registrant-class",
    "registry-contact",
    "registrar",
    "dns-operator",
    "network",
    "block-holder",
    "hosting-provider",
    "country-by-registry",
    "country-by-table",
    "country-by-physics",
    "certificate-subject",
    "certificate-issuer",
    "listed-under",
    "stated-owner",
    "stands-for",
]
"""What a fact is about.  Kinds are never merged: a holder of addresses is no owner of a service."""
FACT_KINDS: tuple[FactKind, ...] = FactKind.__args__  # type: ignore[attr-defined]

Knowing = Literal["confirmed", "registry", "certificate", "measured", "inferred"]
"""How a fact is known: said by the operator itself, stated by a register, by a certificate, measured in the
capture, or concluded by somebody else (a list, a geo table, the press, a third party)."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that one source says of one destination at one date."""

    kind: FactKind  # what the fact is about
    value: str  # what the source says, in its own words; foreign text
    source: str  # name of the snapshot, document, answer or capture
    place: str = ""  # where in the source it stands
    date: str = ""  # ISO date of the source, "" where the source has none
    knowing: Knowing = "inferred"  # how it is known
    said_by: str = ""  # who said so, where a person or organisation did
    trap: str = ""  # why this fact misleads when read as ownership, "" without a known trap


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that cannot all name the same thing.  It is a result of its own and is never settled here."""

    about: str  # "country", "holder", "name" or "owner"
    values: tuple[tuple[str, str], ...]  # (what is said, source), sorted
    note: str = ""  # what a reader should make of it


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """The dated link between one destination and the organisations that sources name beside it."""

    ip: str  # textual address as captured
    host: str  # name as captured, "" where none is known
    shown: str  # host as it may be shown: escaped, labels of other scripts as punycode
    looked_up: str = ""  # address that was looked up where it is not ``ip`` itself (NAT64), "" otherwise
    facts: tuple[Fact, ...] = ()  # one a source and kind
    disagreements: tuple[Disagreement, ...] = ()  # of these facts
    limits: tuple[str, ...] = ()  # what keeps these facts from naming a recipient
    recipients: tuple[str, ...] = ()  # ids of known recipients, sorted
    unknown: tuple[FactKind, ...] = ()  # kinds that no source of this run says anything of
