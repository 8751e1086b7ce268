"""RDAP answers read: who a register names for a domain or an address block, and in which role.

RFC 9083 for objects, RFC 7095 for contacts (jCard), RFC 9224 for the bootstrap files.  The five regional
registries differ in where the holder's name stands: as an entity with the role registrant, as an entity with
another role and an organisation, or only in remarks and the name of the block.
"""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

from vitne.model import Malformed
from vitne.model.attribution import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model.attribution import FactKind

_LONGEST = 300
_DEEPEST = 6
_ROLES: dict[str, FactKind] = {
    "registrant": "domain-registrant",
    "registrar": "registrar",
}
_CONTACTS = ("administrative", "technical", "abuse", "noc", "billing")


def loads(raw: bytes) -> dict[str, Any]:
    """Read a JSON object; raises Malformed."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("this is no JSON") from error
    if not isinstance(content, dict):
        raise Malformed("this JSON is no object")
    return content


def rdap_facts(raw: bytes, subject: str) -> Iterator[Fact]:
    """Yield what an answer says; raises Malformed for bytes that are no RDAP object."""
    del subject
    content = loads(raw)
    kind = content.get("objectClassName")
    if kind == "domain":
        yield from _of_domain(content)
    elif kind == "ip network":
        yield from _of_block(content)
    else:
        raise Malformed("this is neither a domain nor a block of addresses")


def _of_domain(content: dict[str, Any]) -> Iterator[Fact]:
    contacts = []
    for roles, name in _entities(content.get("entities"), 0):
        for role in roles:
            if role in _ROLES:
                yield _fact(_ROLES[role], name, f"entity with the role {role}")
            elif role in _CONTACTS:
                contacts.append(name)
    for name in dict.fromkeys(contacts):
        yield _fact("registry-contact", name, "entity with the role of a contact")
    servers = [
        _text(each.get("ldhName")) for each in _list(content.get("nameservers")) if isinstance(each, dict)
    ]
    servers = sorted({server.lower() for server in servers if server})
    if servers:
        yield _fact("dns-operator", ", ".join(servers[:8]), "nameservers")


def _of_block(content: dict[str, Any]) -> Iterator[Fact]:
    entities = list(_entities(content.get("entities"), 0))
    holders = [name for roles, name in entities if "registrant" in roles]
    holders = holders or _remarks(content)
    holders = holders or [name for roles, name in entities if not set(roles) & set(_CONTACTS)]
    holders = holders or [name for name in (_text(content.get("name")),) if name]
    for name in dict.fromkeys(holders):
        yield _fact("block-holder", name, "holder as this register's dialect gives it")
    contacts = [name for roles, name in entities if set(roles) & set(_CONTACTS) and name not in holders]
    for name in dict.fromkeys(contacts):
        yield _fact("registry-contact", name, "entity with the role of a contact")
    country = _text(content.get("country")).upper()
    if len(country) == 2 and country.isalpha() and country != "ZZ":
        yield _fact("country-by-registry", country, "country of the block")


def _fact(kind: FactKind, value: str, place: str) -> Fact:
    return Fact(kind=kind, value=value, source="rdap", place=place, knowing="registry")


def _entities(entities: Any, depth: int) -> Iterator[tuple[list[str], str]]:
    """Yield roles and name of each contact, those inside contacts too."""
    if depth > _DEEPEST:
        return
    for each in _list(entities)[:64]:
        if not isinstance(each, dict):
            continue
        roles = [role.lower() for role in _list(each.get("roles")) if isinstance(role, str)]
        name = _card(each.get("vcardArray")) or _jscard(each.get("jscard")) or _text(each.get("handle"))
        if name:
            yield roles, name
        yield from _entities(each.get("entities"), depth + 1)


def _card(card: Any) -> str:
    """Give the organisation of a jCard, else its full name."""
    rows = _list(card)
    entries = _list(rows[1]) if len(rows) > 1 else []
    named: dict[str, str] = {}
    for entry in entries[:64]:
        if isinstance(entry, list) and len(entry) > 3 and isinstance(entry[0], str):
            value = entry[3][0] if isinstance(entry[3], list) and entry[3] else entry[3]
            named.setdefault(entry[0].lower(), _text(value))
    return named.get("org") or named.get("fn") or ""


def _jscard(card: Any) -> str:
    if not isinstance(card, dict):
        return ""
    organizations = card.get("organizations")
    if isinstance(organizations, dict):
        for each in organizations.values():
            if isinstance(each, dict) and _text(each.get("name")):
                return _text(each.get("name"))
    name = card.get("name")
    return _text(name.get("full")) if isinstance(name, dict) else ""


def _remarks(content: dict[str, Any]) -> list[str]:
    """Give the first line of a remark titled «description»: where two registries put the holder."""
    for each in _list(content.get("remarks"))[:16]:
        if isinstance(each, dict) and _text(each.get("title")).lower() in {"description", "descr"}:
            lines = [_text(line) for line in _list(each.get("description"))]
            return [line for line in lines if line][:1]
    return []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""


def servers_for(bootstrap: dict[str, Any], subject: str) -> list[str]:
    """Give the servers that are responsible for a domain or an address (RFC 9224), best first.

    ``bootstrap`` holds the files ``dns``, ``ipv4`` and ``ipv6`` as read; an absent one gives no server.
    """
    try:
        address = ipaddress.ip_address(subject)
    except ValueError:
        labels = subject.lower().rstrip(".").split(".")
        names = {".".join(labels[at:]): len(labels) - at for at in range(len(labels))}
        found = [
            (names[key.lower()], urls)
            for key, urls in _services(bootstrap.get("dns"))
            if key.lower() in names
        ]
    else:
        found = []
        for key, urls in _services(bootstrap.get(f"ipv{address.version}")):
            try:
                net = ipaddress.ip_network(key)
            except ValueError:
                continue
            if net.version == address.version and address in net:
                found.append((net.prefixlen, urls))
    urls = max(found, key=lambda each: each[0], default=(0, []))[1]
    return sorted(urls, key=lambda url: (not url.startswith("https:"), urls.index(url)))


def _services(content: Any) -> Iterator[tuple[str, list[str]]]:
    services = content.get("services") if isinstance(content, dict) else None
    for row in _list(services):
        if isinstance(row, list) and len(row) == 2:
            urls = [
                url
                for url in _list(row[1])
                if isinstance(url, str) and url.startswith(("https://", "http://"))
            ]
            for key in _list(row[0]):
                if isinstance(key, str) and urls:
                    yield key, urls
