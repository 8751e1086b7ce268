"""Authorization headers.

summary: Basic, Bearer and Digest credentials
specification: RFC 7617; RFC 6750 section 2.1; RFC 7616 section 3.4; RFC 9110 section 11.4
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_SCHEME = re.compile(
    rb"[ \t]*(Basic|Bearer|Digest|Token|Negotiate|NTLM|[A-Za-z][A-Za-z0-9_-]{1,63})[ \t]+(?=\S)",
    re.IGNORECASE,
)
_KNOWN = re.compile(rb"[ \t]*(?:Basic|Bearer|Digest|Negotiate|NTLM)[ \t]+\S", re.IGNORECASE)
_TOKEN = re.compile(rb"[A-Za-z0-9._~+/:-]+=*[ \t\r\n]*")
_PARAM = re.compile(rb"[ \t,]*([A-Za-z0-9_*-]{1,128})[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|([^,\s\"]+))")
_PATHS = {b"basic": "credentials"}


class Authorization(Slices):
    """Basic gives its credentials (base64 is a layer of its own), Digest its parameters, others a token."""

    name = "authorization"
    summary = "Basic, Bearer and Digest credentials"
    specification = "RFC 7617; RFC 6750 section 2.1; RFC 7616 section 3.4"
    family: Family = "structure"
    order = 30
    marks = (b" ", b"\t")

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the credentials of data that begin with a known scheme."""
        if _KNOWN.match(data):
            yield from self._read(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the credentials of the whole data.  Raises Malformed where no scheme begins them."""
        if _SCHEME.match(data) is None:
            raise Malformed("no scheme before the credentials", at=0)
        yield from self._read(data, limits)

    def _read(self, data: bytes, limits: Limits) -> Iterator[Child]:
        scheme = _SCHEME.match(data)
        if scheme is None:
            return
        token = _TOKEN.fullmatch(data, scheme.end())
        if token:
            end = scheme.end() + len(token.group().rstrip(b" \t\r\n"))
            path = _PATHS.get(scheme[1].lower(), "token")
            yield Child(data=data[scheme.end() : end], start=scheme.end(), end=end, path=path)
            return
        position = scheme.end()
        for _ in range(limits.children):
            match = _PARAM.match(data, position)
            if match is None:
                return
            start, end = match.span(2 if match[2] is not None else 3)
            if end > start:
                yield Child(data=data[start:end], start=start, end=end, path=match[1].decode().lower())
            position = match.end()


encoding = Authorization()
