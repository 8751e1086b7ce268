"""WHOIS answers read: lines of key and value, in the dialects of registries for domains and addresses.

RFC 3912 for the exchange; the form of an answer is nobody's standard, so a line is believed only by its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.model import Malformed
from vitne.model.attribution import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model.attribution import FactKind

_MOST_LINES = 4000
_LONGEST = 300
_KEYS: dict[str, FactKind] = {
    "registrant": "domain-registrant",
    "registrant organization": "domain-registrant",
    "registrant organisation": "domain-registrant",
    "registrant name": "domain-registrant",
    "holder": "domain-registrant",
    "domain holder": "domain-registrant",
    "registrar": "registrar",
    "registrar name": "registrar",
    "sponsoring registrar": "registrar",
    "orgname": "block-holder",
    "org-name": "block-holder",
    "organization": "block-holder",
    "owner": "block-holder",
    "descr": "block-holder",
    "admin organization": "registry-contact",
    "tech organization": "registry-contact",
    "role": "registry-contact",
    "person": "registry-contact",
}
_FIRST_OF = ("orgname", "org-name", "organization", "owner", "descr")
"""Keys that may name the holder of a block, the surest first; only the first that is there counts."""
_SERVERS = ("name server", "nserver", "nameserver", "name servers")
_NOTHING = ("no match", "not found", "no entries found", "no data found", "nothing found", "is free")


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Give keys (lower case) and values in order; raises Malformed for bytes that are no text."""
    if b"\0" in raw[:4096]:
        raise Malformed("this is no text")
    text = raw.decode("utf-8", "replace")
    out = []
    for line in text.splitlines()[:_MOST_LINES]:
        key, colon, value = line.partition(":")
        if colon and not line.lstrip().startswith(("%", "#", ">>>")):
            out.append((" ".join(key.lower().split())[:60], " ".join(value.split())[:_LONGEST]))
    return out


def says_nothing(raw: bytes) -> bool:
    """Say whether a server answered that it has no such record."""
    head = raw[:2000].decode("utf-8", "replace").lower()
    return any(word in head for word in _NOTHING)


def refers_to(raw: bytes) -> str:
    """Give the server that an answer refers to (by «whois:», «refer:» and others), "" for none."""
    for key, value in pairs(raw):
        if key in {"refer", "whois", "registrar whois server", "whois server"} and value:
            return value.removeprefix("whois://").split("/")[0].lower()
    return ""


def whois_facts(raw: bytes, subject: str) -> Iterator[Fact]:
    """Yield what an answer says; raises Malformed."""
    del subject
    found = pairs(raw)
    if not found:
        raise Malformed("no line of this answer has a key")
    sure = next((key for key in _FIRST_OF if any(k == key and v for k, v in found)), "")
    seen: set[tuple[str, str]] = set()
    for key, value in found:
        kind = _KEYS.get(key)
        if kind is None or not value or (key in _FIRST_OF and key != sure) or (kind, value) in seen:
            continue
        if key == "descr" and any(k == "block-holder" for k, _ in seen):
            continue  # further lines of a description are an address
        seen.add((kind, value))
        yield Fact(kind=kind, value=value, source="whois", place=f"line {key}", knowing="registry")
    country = next((v.upper() for k, v in found if k == "country" and len(v) == 2), "")
    if country.isalpha() and country != "ZZ":
        yield Fact(
            kind="country-by-registry",
            value=country,
            source="whois",
            place="line country",
            knowing="registry",
        )
    servers = sorted({value.split(" ")[0].lower() for key, value in found if key in _SERVERS and value})
    if servers:
        yield Fact(
            kind="dns-operator",
            value=", ".join(servers[:8]),
            source="whois",
            place="name servers",
            knowing="registry",
        )
