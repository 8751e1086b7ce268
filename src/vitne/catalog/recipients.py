"""The recipient table: organisations, what is claimed of them, and the document each claim was read in.

Nothing stands there without a document; what no document says is unknown, and a reader is told so.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import itertools
import re
from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from vitne.catalog.reading import data_folder, faults, toml_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

ClaimKind = Literal[
    "domain",  # value: name; it and all names below it are listed under the organisation
    "block",  # value: range of addresses the organisation holds
    "network",  # value: AS number, as AS64496
    "seat",  # value: country, two letters
    "role",  # value: word of ROLES
    "legal-name",  # value: name in the document's own words
    "stated-owner",  # value: organisation, of: domain, said_by: who said so
    "stated-hosting",  # value: hosting company and place, said_by: who said so
    "registry-contact",  # value: organisation, of: domain: shown by a register and not the holder
    "stands-for",  # value: name that ``of`` stands for (demonstrations)
    "sender",  # value: id of a known sender whose data goes to the organisation
    "case",  # value: the case the organisation is named in
]
ROLES = (
    "advertising",
    "analytics",
    "carrier",
    "cloud host",
    "consent management",
    "content",
    "content delivery",
    "customer service",
    "device maker",
    "domain registry",
    "marketing",
    "push",
    "social network",
    "update server",
)
MAY_BE_UNKNOWN: tuple[ClaimKind, ...] = ("legal-name", "seat", "role", "network", "block")
"""Kinds of claims that every organisation could have; those without a document are shown as unknown."""
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NETWORK = re.compile(r"AS[1-9][0-9]{0,9}")


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document that was read."""

    key: str  # how claims of the same file call it
    title: str
    where: str  # repository and version, publisher and date: enough to find it again
    licence: str  # "facts only" where nothing but facts was taken
    read_on: str  # ISO date


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that one document says."""

    kind: ClaimKind
    value: str
    document: str  # key of the document
    place: str  # where in it
    of: str = ""  # domain that a stated owner or a registry contact is told of
    said_by: str = ""  # who said so, where that is not the document itself
    said_on: str = ""  # ISO date or month of what was said


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One organisation that data may go to."""

    id: str  # the name of the file
    name: str
    licence: str
    because: str  # note on how the table is made
    document: tuple[Document, ...]
    claim: tuple[Claim, ...]

    def values(self, kind: ClaimKind) -> tuple[str, ...]:
        """Give the values claimed of one kind, in the order of the file."""
        return tuple(claim.value for claim in self.claim if claim.kind == kind)

    def told_in(self, claim: Claim) -> Document:
        """Give the document of a claim."""
        return next(each for each in self.document if each.key == claim.document)

    @property
    def unknown(self) -> tuple[ClaimKind, ...]:
        """Give the kinds of which no document was read."""
        have = {claim.kind for claim in self.claim}
        return tuple(kind for kind in MAY_BE_UNKNOWN if kind not in have)


@cache
def recipients() -> tuple[Recipient, ...]:
    """Give the recipient table that comes with the package, by id; raises CatalogError with every fault."""
    return read_recipients(data_folder() / "recipients")


def read_recipients(folder: Traversable) -> tuple[Recipient, ...]:
    """Read and check a folder of recipients; raises CatalogError with every fault of every file."""
    import tomllib

    errors: list[str] = []
    out = []
    for source in toml_files(folder):
        try:
            content = msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), Recipient)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
            errors.append(f"{source.name}: {error}")
            continue
        errors += [f"{source.name}: {what}" for what in lint(content, source.name.removesuffix(".toml"))]
        out.append(content)
    errors += overlaps(out)
    if errors:
        raise faults(errors)
    return tuple(out)


def lint(content: Recipient, name: str) -> Iterator[str]:
    """Say what is wrong with one file."""
    if content.id != name:
        yield f"id `{content.id}` is not the name of the file"
    if content.licence != "CC0-1.0":
        yield "the licence of a recipient is CC0-1.0"
    if not content.name.strip():
        yield "name is empty"
    if not content.claim:
        yield "nothing is claimed"
    yield from _wrong_documents(content)
    keys = {document.key for document in content.document}
    seen = set()
    for claim in content.claim:
        if claim.document not in keys:
            yield f"{claim.kind} {claim.value}: no document `{claim.document}`"
        if (claim.kind, claim.value, claim.of) in seen:
            yield f"{claim.kind} {claim.value} stands twice"
        seen.add((claim.kind, claim.value, claim.of))
        yield from (f"{claim.kind} {claim.value}: {what}" for what in _wrong(claim))


def _wrong_documents(content: Recipient) -> Iterator[str]:
    keys = [document.key for document in content.document]
    if len(set(keys)) != len(keys):
        yield "a document stands twice"
    used = {claim.document for claim in content.claim}
    yield from (f"document `{key}` is named by no claim" for key in keys if key not in used)
    for document in content.document:
        if not (document.title.strip() and document.where.strip() and document.licence.strip()):
            yield f"document `{document.key}` needs title, where and licence"
        if not _is_day(document.read_on):
            yield f"document `{document.key}`: read_on is no ISO date"


def _wrong(claim: Claim) -> Iterator[str]:
    if not (claim.value.strip() and claim.place.strip()):
        yield "value and the place in the document are needed"
    if claim.kind == "domain" and not _is_name(claim.value):
        yield "no host name in lower case"
    if claim.kind == "role" and claim.value not in ROLES:
        yield f"no role of the list: {', '.join(ROLES)}"
    if claim.kind == "seat" and not re.fullmatch(r"[A-Z]{2}", claim.value):
        yield "a seat is a country of two capital letters"
    if claim.kind == "network" and not _NETWORK.fullmatch(claim.value):
        yield "a network is written as AS64496"
    if claim.kind == "block" and _net(claim.value) is None:
        yield "no range of addresses"
    needs_of = claim.kind in {"stated-owner", "registry-contact", "stands-for"}
    if needs_of != bool(claim.of) or (claim.of and not _is_name(claim.of)):
        yield "of names the domain of a stated owner, a registry contact or a stand-in, and of nothing else"
    if claim.kind in {"stated-owner", "stated-hosting", "registry-contact"} and not claim.said_by:
        yield "said_by is needed"


def overlaps(content: Iterable[Recipient]) -> list[str]:
    """Say which names, blocks and networks are claimed of two organisations, or lie inside another's.

    A name below another organisation's name is allowed only where both are listed: the longer one stands.
    """
    out: list[str] = []
    holder: dict[tuple[str, str], str] = {}
    nets: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str]] = []
    for each in content:
        for claim in each.claim:
            if claim.kind in {"domain", "network"}:
                other = holder.setdefault((claim.kind, claim.value), each.id)
                if other != each.id:
                    out.append(f"{each.id}.toml: {claim.value} is claimed of {other}, too")
            net = _net(claim.value) if claim.kind == "block" else None
            if net is not None:
                nets.append((net, each.id))
    nets.sort(key=lambda each: (each[0].version, int(each[0].network_address), each[0].prefixlen))
    for (first, a), (second, b) in itertools.pairwise(nets):
        if a != b and first.version == second.version and first.overlaps(second):
            out.append(f"{b}.toml: {second} overlaps {first} of {a}")
    return out


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and len(text) <= 253


def _net(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


@cache
def _texts() -> tuple[tuple[Traversable, str], ...]:
    files = toml_files(data_folder() / "recipients")
    return tuple((source, source.read_text(encoding="utf-8")) for source in files)


def recipients_near(words: Iterable[str]) -> tuple[Recipient, ...]:
    """Give the recipients in whose files one of some words stands in quotation marks.

    For a scan, which asks for a few names: reading all files as text is a hundred times quicker than parsing
    them.  The files are taken as checked (the tests check them).
    """
    import tomllib

    asked = {word for word in words if word and '"' not in word}
    near = [text for _, text in _texts() if not asked.isdisjoint(text.split('"')[1:-1])]
    return tuple(msgspec.convert(tomllib.loads(text), Recipient) for text in near)
