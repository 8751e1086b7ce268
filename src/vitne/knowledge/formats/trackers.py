"""Lists of trackers: which organisation a list puts a domain under.

summary: three layouts of JSON; domain -> organisation, of the list's own wording
specification: documents of the Ghostery tracker database (patterns, organizations, domains), of DuckDuckGo's
    Tracker Radar (entity map, domain map, block list) and of the Exodus trackers (network_signature)
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from vitne.knowledge.formats import Table
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SIGNS = (b'"organizations"', b'"properties"', b'"entityName"', b'"network_signature"', b'"trackers"')
_MOST = 2_000_000
Pair = tuple[str, str]


class Trackers:
    """A list that somebody else keeps.  What it says is that list's opinion and keeps its name."""

    name = "trackers"

    def fits(self, name: str, head: bytes) -> bool:
        """Look for the words that these lists begin with."""
        start = head.lstrip()
        known = any(sign in head for sign in _SIGNS) or name.lower() in {"trackerdb.json", "tds.json"}
        return name.lower().endswith(".json") and start[:1] == b"{" and known

    def read(self, name: str, data: bytes) -> Table:
        """Read the whole list; raises Malformed."""
        del name
        try:
            content = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Malformed("this is no JSON") from error
        if not isinstance(content, dict):
            raise Malformed("this JSON is no list of trackers")
        out: dict[str, str] = {}
        for domain, who in _pairs(content):
            word = domain.strip().strip(".").lower()
            if len(word) <= 253 and _DOMAIN.fullmatch(word) and who:
                out.setdefault(word, who)
            if len(out) > _MOST:
                raise Malformed("this list has more domains than any")
        if not out:
            raise Malformed("this JSON names no domain of a tracker")
        return Table(about="trackers", content=out)


def _pairs(content: dict[str, Any]) -> Iterator[Pair]:
    """Yield domains with organisations, by the layout."""
    trackers = content.get("trackers")
    if isinstance(content.get("patterns"), dict) and isinstance(content.get("organizations"), dict):
        yield from _ghostery(content["patterns"], content["organizations"], content.get("domains"))
    elif isinstance(trackers, dict):
        yield from _listed(trackers)
        domains = content.get("domains")
        for domain, who in domains.items() if isinstance(domains, dict) else ():
            yield str(domain), _line(who)
    else:
        yield from _mapped(content)


def _ghostery(patterns: dict[str, Any], organisations: dict[str, Any], domains: Any) -> Iterator[Pair]:
    names = {key: _line(_field(each, "name")) for key, each in organisations.items()}

    def who(pattern: Any) -> str:
        return names.get(str(_field(pattern, "organization")), "") or _line(_field(pattern, "name"))

    for domain, key in domains.items() if isinstance(domains, dict) else ():
        yield str(domain), who(patterns.get(str(key)))
    for pattern in patterns.values():
        for domain in _texts(_field(pattern, "domains")):
            yield domain, who(pattern)


def _listed(trackers: dict[str, Any]) -> Iterator[Pair]:
    """Read a block list by domain, or trackers by number with patterns of names."""
    for key, each in trackers.items():
        signature = _field(each, "network_signature")
        if isinstance(signature, str):
            for part in signature.split("|"):
                yield part.replace("\\.", ".").lstrip("."), _line(_field(each, "name"))
        owner = _field(each, "owner")
        domain = _field(each, "domain")
        yield str(domain or key), _line(_field(owner, "displayName") or _field(owner, "name"))


def _mapped(content: dict[str, Any]) -> Iterator[Pair]:
    """Read organisations with their domains, or domains with their organisation."""
    for key, each in content.items():
        shown = _line(_field(each, "displayName"))
        for domain in _texts(_field(each, "properties")):
            yield domain, shown or _line(key)
        entity = _field(each, "entityName")
        if isinstance(entity, str):
            yield key, shown or _line(entity)


def _field(each: Any, name: str) -> Any:
    return each.get(name) if isinstance(each, dict) else None


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _line(value: Any) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


form = Trackers()
