"""Asking, in order: announce, ask, follow, wait, try again, and hand every raw answer to be kept.

RDAP first (RFC 9224 says whom to ask, RFC 7480 how), WHOIS where a zone has no RDAP, name servers for the
delegation, and the certificate only where that was asked for, because that touches the server itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.lookups import dns, wire
from vitne.lookups.kept import Answer, Way
from vitne.lookups.rdap import loads, rdap_facts, servers_for
from vitne.lookups.whois import refers_to, says_nothing
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable

_RDAP = "application/rdap+json"
_MEDIA = {_RDAP, "application/json"}
_MOST_MOVES = 5
_TRIES = 3
_LONGEST_WAIT = 60.0
IANA = {
    "dns": "https://data.iana.org/rdap/dns.json",
    "ipv4": "https://data.iana.org/rdap/ipv4.json",
    "ipv6": "https://data.iana.org/rdap/ipv6.json",
}
WHOIS_ROOT = "whois.iana.org"


class Ways(msgspec.Struct, kw_only=True):
    """How questions go out; tests give their own."""

    announce: Callable[[str], None]  # is told of each question before it is sent
    keep: Callable[[Answer, bytes], Any]  # takes each raw answer
    now: Callable[[], str]  # time as RFC 3339
    sleep: Callable[[float], None]
    timeout: float = 10.0  # seconds for one exchange
    pause: float = 1.0  # seconds between two questions to one server
    bootstrap: dict[str, Any] = {}  # files of RFC 9224 as read, by "dns", "ipv4", "ipv6"
    whois_root: str = WHOIS_ROOT  # server that knows which server knows a zone
    resolver: str = "127.0.0.1"  # name server to ask


class Asker:
    """Asks about domains, addresses and hosts; never twice the same question in one run."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._asked: set[tuple[str, str]] = set()
        self._last: set[str] = set()
        self.count = 0

    def about(self, subject: str) -> None:
        """Ask registers about a domain or an address: RDAP, and WHOIS where that gives nothing."""
        for server in servers_for(self._ways.bootstrap, subject):
            if self._rdap(server, subject):
                return
        self._whois(subject)

    def bootstrap(self) -> None:
        """Fetch the files that say whom to ask; one that fails leaves its kind to WHOIS."""
        for kind, url in IANA.items():
            if kind not in self._ways.bootstrap:
                reply, _ = self._get(url, "the list of servers", "rdap")
                if reply.status == "answered":
                    try:
                        self._ways.bootstrap[kind] = loads(reply.raw)
                    except Malformed:
                        continue

    def _rdap(self, server: str, subject: str) -> bool:
        kind = "ip" if subject.replace(".", "").isdigit() or ":" in subject else "domain"
        reply, _ = self._get(f"{server.rstrip('/')}/{kind}/{subject}", subject, "rdap")
        if reply.status != "answered":
            return False
        try:
            return any(True for _ in rdap_facts(reply.raw, subject))
        except Malformed:
            return False

    def _get(self, url: str, subject: str, way: Way) -> tuple[wire.Reply, tuple[str, ...]]:
        """Ask by HTTP: follow what moved, wait where that is asked for, try again what failed."""
        moves: tuple[str, ...] = ()
        reply = wire.Reply(status="not asked")
        tries = 0
        while tries < _TRIES:
            if url in moves or len(moves) > _MOST_MOVES:
                reply = wire.Reply(status="redirects in a circle" if url in moves else "too many redirects")
                break
            self._pace(url.split("/")[2] if "//" in url else url, f"{way} {url}")
            reply = wire.http_get(url, accept=_RDAP, timeout=self._ways.timeout)
            if reply.status == "moved" and reply.moved_to:
                moves, url = (*moves, url), reply.moved_to
                continue
            if reply.status == "answered" and reply.media not in _MEDIA:
                reply = msgspec.structs.replace(reply, status="wrong type")
                break
            if reply.status in {"answered", "not found", "refused to ask without encryption", "wrong type"}:
                break
            tries += 1
            if tries < _TRIES:
                self._ways.sleep(min(reply.wait or 2.0**tries, _LONGEST_WAIT))
        self._keep(way, subject, url, reply=reply, moves=moves)
        return reply, moves

    def _whois(self, subject: str) -> None:
        server = self._ways.whois_root
        seen: tuple[str, ...] = ()
        while server and server not in seen and len(seen) < 4:
            self._pace(server, f"whois {server} {subject}")
            root = (
                server == self._ways.whois_root and "." in subject and not subject.replace(".", "").isdigit()
            )
            reply = wire.whois_ask(
                server, subject.rsplit(".", 1)[-1] if root else subject, timeout=self._ways.timeout
            )
            if reply.status == "answered" and says_nothing(reply.raw):
                reply = msgspec.structs.replace(reply, status="not found")
            # what the root says of a zone is about the zone's registry and not about the domain
            self._keep("whois", f"zone of {subject}" if root else subject, server, reply=reply, moves=seen)
            seen = (*seen, server)
            server = self._next(reply)

    @staticmethod
    def _next(reply: wire.Reply) -> str:
        if reply.status != "answered":
            return ""
        try:
            return refers_to(reply.raw)
        except Malformed:
            return ""

    def names(self, domain: str) -> None:
        """Ask for the name servers of a domain."""
        try:
            query = dns.question(domain, "NS", secrets.randbelow(1 << 16))
        except (Malformed, UnicodeError):
            return
        server = self._ways.resolver
        self._pace(server, f"dns {server} NS {domain}")
        reply = wire.dns_ask(server, query, timeout=self._ways.timeout)
        if reply.status == "answered" and dns.is_cut(reply.raw):
            self._ways.announce(f"dns {server} NS {domain} (again, over TCP)")
            reply = wire.dns_ask(server, query, timeout=self._ways.timeout, tcp=True)
        self._keep("dns", domain, server, reply=reply, moves=())

    def certificate(self, address: str, port: int, name: str) -> None:
        """Fetch a certificate: this is seen by the server itself."""
        server = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        self._pace(server, f"certificate {server} for {name or 'no name'} (the server itself sees this)")
        reply = wire.certificate_of(address, port, timeout=self._ways.timeout, name=name)
        self._keep("certificate", name or address, server, reply=reply, moves=())

    def _pace(self, server: str, what: str) -> None:
        if server in self._last:
            self._ways.sleep(self._ways.pause)
        self._last.add(server)
        self.count += 1
        self._ways.announce(what)

    def _keep(self, way: Way, subject: str, server: str, *, reply: wire.Reply, moves: Iterable[str]) -> None:
        answer = Answer(
            way=way,
            subject=subject,
            server=server,
            asked_at=self._ways.now(),
            status=reply.status,
            redirects=tuple(moves),
        )
        self._ways.keep(answer, reply.raw)
