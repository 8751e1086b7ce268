"""Names and addresses made safe to show and to compare: hostile host names, private and translated addresses.

RFC 1035 section 2.3.4 for lengths, RFC 3492 for punycode, RFC 6052 for IPv4 inside IPv6, RFC 7050 for
the name that a translator is found by, RFC 6877 for 464XLAT, RFC 7335 for the addresses of its inside.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from vitne.knowledge.ranges import packed_address

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_MOST_LABELS = 127
_LONGEST = 255
_DEEPEST = 16
"""Labels from the end of a name in which a known name is looked for."""
_PLAIN = re.compile(r"(?!.*xn--)(?:[A-Za-z0-9_-]{1,63}\.){0,31}[A-Za-z0-9_-]{0,63}")
_WELL_KNOWN = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_TRANSLATED = ipaddress.ip_network("64:ff9b:1::/48")
_CLAT = ipaddress.ip_network("192.0.0.0/29")


class ShownName(msgspec.Struct, frozen=True, kw_only=True):
    """A host name as it may be shown, and what is odd about it."""

    text: str  # printable ASCII: escapes for what is not, punycode for other scripts
    oddities: tuple[str, ...] = ()  # for a person, sorted


@lru_cache(maxsize=65536)
def shown_name(host: str) -> ShownName:
    """Give a host name in printable ASCII, label by label, with a note on each thing that is odd."""
    if len(host) < 254 and _PLAIN.fullmatch(host):
        return ShownName(text=host.rstrip("."))
    odd: set[str] = set()
    labels = host.rstrip(".").split(".") if host else []
    if len(labels) > _MOST_LABELS:
        odd.add(f"{len(labels)} labels, where a name has at most {_MOST_LABELS}")
        labels = [*labels[:8], "…", *labels[-8:]]
    if len(host) > _LONGEST:
        odd.add(f"{len(host)} characters, where a name has at most 253")
    text = ".".join(_label(label, odd) for label in labels)
    if len(text) > _LONGEST + 64:
        text = text[: _LONGEST + 63] + "…"
    return ShownName(text=text.replace("…", "..."), oddities=tuple(sorted(odd)))


def _label(label: str, odd: set[str]) -> str:
    if len(label) > 63:
        odd.add("a label of more than 63 characters")
        label = label[:63]
    if label.isascii():
        if label.startswith("xn--"):
            _look_inside(label, odd)
        if all(char.isalnum() or char in "-_" for char in label) or label == "…":
            return label
        odd.add("characters that no host name has")
        return "".join(_escaped(char) for char in label)
    scripts = _scripts(label)
    if len(scripts) > 1:
        odd.add("letters of several scripts in one label: " + ", ".join(scripts))
    if any(unicodedata.category(char)[0] in "CZ" for char in label):
        odd.add("characters that no host name has")
        return "".join(_escaped(char) for char in label)
    try:
        return "xn--" + label.lower().encode("punycode").decode("ascii")
    except UnicodeError:
        odd.add("characters that no host name has")
        return "".join(_escaped(char) for char in label)


def _look_inside(label: str, odd: set[str]) -> None:
    try:
        inside = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        odd.add("a label that claims to be punycode and is none")
        return
    scripts = _scripts(inside)
    if len(scripts) > 1:
        odd.add("letters of several scripts in one label: " + ", ".join(scripts))


def _scripts(text: str) -> list[str]:
    """Give the scripts of a text's letters, by the first word of each letter's name."""
    names = {unicodedata.name(char, "?").split(" ", 1)[0] for char in text if char.isalpha()}
    together = {"HIRAGANA", "KATAKANA", "CJK"}
    if names & together:
        names = (names - together - {"KATAKANA-HIRAGANA"}) | {"JAPANESE OR CHINESE"}
    return sorted(names)


def _escaped(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in "-_"):
        return char
    return f"\\u{{{ord(char):x}}}"


@lru_cache(maxsize=65536)
def suffixes(host: str) -> tuple[str, ...]:
    """Give a name and all names above it, longest first; none for addresses, too long and hostile names."""
    host = host.rstrip(".").lower()
    if not host or len(host) > 253 or host.count(".") > _MOST_LABELS or ":" in host:
        return ()
    labels = host.split(".")
    if labels[-1].isdigit():
        return ()
    return tuple(".".join(labels[at:]) for at in range(len(labels)))


def looks_like(host: str, known: Collection[str], starts: Collection[str] | None = None) -> tuple[str, ...]:
    """Give the known names that stand inside a name without being its end: vnet.cn in vnet.cn.example.org.

    ``starts`` are the first labels of the known names, where the caller has them: it is quicker with them.
    """
    labels = host.rstrip(".").lower().split(".")
    if len(labels) > _DEEPEST:
        labels = labels[-_DEEPEST:]
    candidates = (
        ".".join(labels[first:last])
        for first in range(len(labels) - 2)
        if starts is None or labels[first] in starts
        for last in range(first + 2, len(labels))
    )
    return tuple(sorted({name for name in candidates if name in known}))


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """What an address stands for where a translator changed it."""

    address: str  # address on the open internet, "" where it cannot be told
    note: str  # for a person


def translated(ip: str, prefixes: Iterable[str] = ()) -> Translated | None:
    """Say what stands behind an address of NAT64 or 464XLAT; None for an address that is itself.

    ``prefixes`` are further NAT64 prefixes of length 96 that the capture told of (answers to ipv4only.arpa).
    """
    if ":" not in ip and not ip.startswith("192.0.0."):
        return None
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return None
    if address.version == 4:
        if address in _CLAT:
            note = (
                "an address of the phone's own translator (464XLAT, RFC 7335): the destination is not in it"
            )
            return Translated(address="", note=note)
        return None
    nets = [_WELL_KNOWN, *(net for each in prefixes if (net := _prefix(each)) is not None)]
    if any(address in net for net in nets):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner.is_private:
            return Translated(address="", note=f"NAT64 of the private address {inner}")
        return Translated(address=str(inner), note=f"NAT64: {inner} behind a translator (RFC 6052)")
    if address in _LOCAL_TRANSLATED:
        return Translated(
            address="", note="NAT64 with a local prefix (RFC 8215): the IPv4 address is not known"
        )
    if address.ipv4_mapped is not None:
        return Translated(address=str(address.ipv4_mapped), note="an IPv4 address written as IPv6 (RFC 4291)")
    if address.sixtofour is not None:
        return Translated(
            address=str(address.sixtofour), note="6to4 (RFC 3056): the relay is not the destination"
        )
    return None


def _prefix(text: str) -> ipaddress.IPv6Network | None:
    try:
        net = ipaddress.ip_network(text)
    except ValueError:
        return None
    return net if isinstance(net, ipaddress.IPv6Network) and net.prefixlen == 96 else None


@lru_cache(maxsize=65536)
def nowhere_on_the_internet(ip: str) -> str:
    """Say why an address has no place on the open internet (RFC 6890), "" for one that has."""
    first = ip.partition(".")[0]
    if (
        first.isdigit()
        and len(first) < 4
        and first not in _MAY_BE_SPECIAL
        and ":" not in ip
        and int(first) < 224
    ):
        return "" if packed_address(ip) else "this is no address"
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return "no address is known" if not ip else "this is no address"
    if address in _CLAT:
        return ""  # said with more words elsewhere
    if any(address in net for net in _EXAMPLES if net.version == address.version):
        return "an address of the documentation's ranges (RFC 5737, RFC 3849): it belongs to nobody"
    if address.is_multicast:
        return "a group of receivers and not one of them"
    if not address.is_global:
        return "an address of a local, private or reserved range: it names nobody on the internet"
    return ""


_MAY_BE_SPECIAL = frozenset({"0", "10", "100", "127", "169", "172", "192", "198", "203"})
"""First numbers of the IPv4 ranges of RFC 6890 below the multicast ones: others are looked at no further."""
_EXAMPLES = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
