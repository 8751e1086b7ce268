"""Hosts that a text names: addresses of pages in it, or a text that is nothing but a host."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from vitne.attribute.destinations import domain_of
from vitne.catalog.firmware import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publicsuffixlist import PublicSuffixList

Form = Literal["url", "host", "address"]
_URL = re.compile(
    rb"(?i)\b(?:https?|wss?|ftps?|mqtts?|coaps?|tcp|ssl|tls|rtsp)://"
    rb"(?:[^\s/\"'<>@]{1,64}@)?([a-z0-9_%$\{\}.\-]{1,253})(?::\d{1,5})?(?:[/?#][^\s\"'<>\\]{0,200})?"
)
_HOST = re.compile(
    rb"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,18}(?::\d{2,5})?(?:/[!-~]{0,80})?"
)
_ADDRESS = re.compile(rb"(?:\d{1,3}\.){3}\d{1,3}(:\d{2,5})?(?:/[!-~]{0,80})?")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_MOST = 32  # addresses of pages in one text


class Named(NamedTuple):
    """One host in one text."""

    host: str
    domain: str
    form: Form
    text: str  # what names it, as it stands


def hosts_in(text: bytes) -> Iterator[Named]:
    """Give the hosts that a text names, at most 32."""
    if b"://" in text:
        for number, match in enumerate(_URL.finditer(text)):
            if number == _MOST:
                return
            host = match.group(1).decode("ascii").lower().strip(".")
            named = _named(host, match.group().decode("latin-1"))
            if named is not None:
                yield named
    elif b"." in text and len(text) <= 340:
        if _HOST.fullmatch(text):
            yield from _bare(text.decode("ascii"))
        elif _ADDRESS.fullmatch(text) and b":" in text:
            host = text.decode("ascii").partition(":")[0]
            if all(int(part) < 256 for part in host.split(".")):
                yield Named(host, "", "address", text.decode("ascii"))


def _named(host: str, text: str) -> Named | None:
    """Take the host of an address of a page; one that is put together while it runs has no name yet."""
    parts = host.split(".")
    if len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts):
        return Named(host, "", "address", text)
    if not _NAME.fullmatch(host) or not _suffix_known(host):
        return None
    return Named(host, domain_of(host), "url", text)


def _bare(text: str) -> Iterator[Named]:
    """Take a text that is a host and nothing else, where it can hardly be anything else."""
    host = re.split("[:/]", text, maxsplit=1)[0]
    labels = host.split(".")
    if (
        labels[0] in words("turned")
        or labels[-1] in words("files")
        or "_" in labels[-1]
        or not _suffix_known(host)
    ):
        return
    if len(labels) < 3 and labels[-1] not in {"com", "net", "org", "cn"}:
        return
    domain = domain_of(host)
    if domain:
        yield Named(host, domain, "host", text)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=65536)
def _suffix_known(host: str) -> bool:
    """Say whether the end of a name is one that is given out, or one kept for examples (RFC 2606)."""
    return host.rpartition(".")[2] in {"example", "test"} or _suffixes().publicsuffix(host) is not None
