"""A mail as it travels: header fields and body as parts (RFC 5322 section 2, RFC 2045)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decode.protocols.mail_lines import Body

_FIELD = re.compile(rb"([!-9;-~]{1,255}):[ \t]*((?:[^\r\n]++|\r?\n[ \t])*+)\r?\n?")
_MOST_FIELDS = 512  # header fields of one mail that are told
_ENCODINGS = ("base64", "quoted-printable")


def header_fields(data: bytes, at: int) -> Iterator[tuple[str, tuple[int, int], int]]:
    """Yield name, range of the value (folded lines included) and position behind each header field."""
    for _ in range(_MOST_FIELDS):
        found = _FIELD.match(data, at)
        if found is None:
            return
        yield found.group(1).decode("ascii"), found.span(2), found.end()
        at = found.end()


def mail_parts(body: Body) -> tuple[tuple[Part, ...], str]:
    """Give header fields and body of a mail as parts, and the declared media type in lower case."""
    data = body.data()
    exact = body.exact and not body.cut
    parts: list[Part] = []
    declared: dict[str, str] = {}
    at = 0
    for name, span, behind in header_fields(data, 0):
        declared.setdefault(
            name.lower(), data[span[0] : span[1]][:512].decode("ascii", "replace").strip().lower()
        )
        parts.append(_part(body, f"header:{name}", name, span, exact=exact))
        at = behind
    blank = re.compile(rb"\r?\n").match(data, at)
    start = blank.end() if blank else at
    media = declared.get("content-type", "").split(";")[0].strip()
    if start < len(data):
        hints = [word for word in _ENCODINGS if declared.get("content-transfer-encoding") == word]
        if media.startswith("multipart/"):
            hints.append("multipart")
        parts.append(_part(body, "body", "", (start, len(data)), exact=exact, hints=tuple(hints)))
    return tuple(part for part in parts if part.end > part.start), media


def _part(  # noqa: PLR0913
    body: Body, path: str, field: str, span: tuple[int, int], *, exact: bool, hints: tuple[str, ...] = ()
) -> Part:
    """Make a part of a range of the mail; where dots were taken out, it carries its own bytes."""
    if exact:
        return Part(path=path, field=field, start=body.start + span[0], end=body.start + span[1], hints=hints)
    data = body.data()[span[0] : span[1]]
    return Part(path=path, field=field, start=body.start, end=body.end, hints=hints, data=data, exact=False)
