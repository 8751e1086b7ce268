"""Answers of registers, name servers and servers' certificates: any bytes."""

from __future__ import annotations

import json

from vitne.lookups.dns import dns_facts, question
from vitne.lookups.rdap import rdap_facts, servers_for
from vitne.lookups.tls import certificate_facts
from vitne.lookups.whois import refers_to, whois_facts
from vitne.model import Malformed

_CARD = ["vcard", [["fn", {}, "text", "Example Org"], ["org", {}, "text", ["Example"]]]]
_RDAP = {
    "objectClassName": "ip network",
    "country": "NO",
    "entities": [
        {"roles": ["registrant"], "vcardArray": _CARD, "entities": [{"handle": "X", "roles": ["abuse"]}]}
    ],
    "remarks": [{"title": "description", "description": ["Example Org"]}],
    "services": [[["example"], ["https://x.example/"]]],
}
SEEDS: list[bytes] = [
    json.dumps(_RDAP).encode(),
    json.dumps({**_RDAP, "objectClassName": "domain", "nameservers": [{"ldhName": "ns.example"}]}).encode(),
    b"Registrant: X\nSponsoring Registrar: Y\nName Server: ns.example\nwhois: z.example\n",
    question("x.example", "NS", 7)[:2]
    + b"\x81\x80\0\1\0\1\0\0\0\0\1x\7example\0\0\2\0\1\xc0\x0c\0\2\0\1\0\0\0\x3c\0\5\2ns\xc0\x0e",
    bytes.fromhex("3082010a0282010100"),
]


def one(data: bytes) -> None:
    """Read the data as an answer of each kind."""
    for reader in (rdap_facts, whois_facts, dns_facts, certificate_facts):
        try:
            for fact in reader(data, "x.example"):
                assert fact.value
                assert len(fact.value) < 4096
        except Malformed:
            continue
    try:
        refers_to(data)
        told = json.loads(data)
    except (Malformed, ValueError, RecursionError):
        return
    for subject in ("x.example", "192.0.2.1", "2001:db8::1"):
        servers_for({"dns": told, "ipv4": told, "ipv6": told}, subject)
