"""Short messages that were exported from a phone.

summary: messages of Android's store as XML or as rows of text, and transfer units in hexadecimal, alone or
between the lines of a modem
specification: fields of Android's Telephony.TextBasedSmsColumns and BaseMmsColumns, as XML (`<sms/>` and
`<mms>` in `<smses>`) or as `content query` prints them; 3GPP TS 23.040 section 9.2.2; TS 27.005 section 3.4
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.exports import sms_pdu, xml_entries
from vitne.exports.exchange import Exchange, Unit
from vitne.exports.json_spans import MOST_ENTRY, span_or_gap
from vitne.exports.reading import epoch_ns, from_base64, number, raw
from vitne.exports.sms_frame import frame_of
from vitne.model import Fit, Gap, Malformed, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.json_spans import Span

NAME = "sms"
_XML = re.compile(rb"<smses[\s>]")
_ROW = re.compile(rb"Row: \d{1,10} ")
_HEX = re.compile(rb"\s*([0-9A-Fa-f]{22,700})\s*(?:\r?\n|\Z)")
_FIELD = re.compile(r"(?:\A|, )([a-z_]{1,40})=")
_LINE = re.compile(rb"[^\n]*+\n?")
_MODEM = re.compile(rb"\s*(?:AT[+&A-Z]|\+CM[A-Z]{2}:|OK\s|ERROR\s|> )")
_RECEIVED = 1  # Telephony.TextBasedSmsColumns.MESSAGE_TYPE_INBOX


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    if _XML.search(head):
        return Fit.CERTAIN
    if _ROW.match(head) and b"address=" in head and b"body=" in head:
        return Fit.CERTAIN
    if _MODEM.match(head) and b"+CMG" in head:
        return Fit.LIKELY
    found = _HEX.match(head)
    if found is None or len(found[1]) % 2:
        return Fit.NO
    try:
        sms_pdu.parse(bytes.fromhex(found[1].decode()))
    except Malformed:
        return Fit.NO
    return Fit.LIKELY


def prefix(data: Any) -> bytes:
    """Give the declaration of the file's character encoding, which holds for each entry."""
    return xml_entries.head_of(bytes(data[:1024]))


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the range of each message."""
    if bytes(data[:64]).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        yield from xml_entries.spans(data, "sms", "mms")
        return
    rows = _ROW.match(data) is not None
    at, size, begin = 0, len(data), -1
    while at < size:
        found = _LINE.match(data, at, min(size, at + MOST_ENTRY + 1))
        end = found.end() if found is not None else size
        some = bytes(data[at : min(end, at + 64)])
        blank = not some.strip() or (not rows and _MODEM.match(some + b"\n") is not None)
        if begin >= 0 and (not rows or _ROW.match(data, at)):
            yield span_or_gap(begin, at)
            begin = -1
        if begin < 0 and not blank:
            begin = at
        at = max(end, at + 1)
    if begin >= 0:
        yield span_or_gap(begin, size)


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the message; raises Malformed."""
    plain = entry.lstrip()
    if plain[:1] == b"<":
        element = xml_entries.parse(entry)
        if element.name == "mms":
            yield _multimedia(element)
            return
        one = _of_fields(element.attributes)
    elif _ROW.match(plain):
        one = _of_fields(_row(plain.decode("utf-8", "surrogateescape").rstrip("\r\n")))
    else:
        found = _HEX.fullmatch(plain)
        if found is None or len(found[1]) % 2:
            raise Malformed("a line that is no transfer unit in hexadecimal", at=0)
        one = sms_pdu.parse(bytes.fromhex(found[1].decode()))
    frame = frame_of(one.data)
    if frame is not None and frame.sound is False:
        yield Oddity(
            name="sms-checksum", note="the checksum of a registration by short message does not hold"
        )
    yield Exchange(
        units=(Unit(side=0 if one.sent else 1, time_ns=one.time_ns, data=one.data, kind="message"),),
        transport="sms",
        protocol="sms",
        host=one.number,
        answered=not one.sent,
    )


def _multimedia(element: xml_entries.Element) -> Exchange:
    """Give a multimedia message: its parts are the units; raises Malformed where it has none."""
    told = element.attributes
    sent = number(told.get("msg_box", "")) != _RECEIVED
    when = epoch_ns(told.get("date", ""), 10**6)
    side = 0 if sent else 1
    units = []
    for part in element.first("parts").all("part"):
        data = raw(part.attributes.get("text", ""))
        if part.attributes.get("data", "null") != "null":
            data = from_base64(part.attributes["data"])
        if data and (data != b"null" or part.attributes.get("ct") == "text/plain"):
            units.append(Unit(side=side, time_ns=when, data=data, kind="message"))
    if not units:
        raise Malformed("a multimedia message without parts", at=0)
    far = told.get("address", "").replace(" ", "").lower()
    return Exchange(units=tuple(units), transport="sms", protocol="sms", host=far, answered=not sent)


def _row(line: str) -> dict[str, str]:
    """Read `name=value, name=value`; of a name that comes twice the first counts."""
    line = line.partition(": ")[2].partition(" ")[2]
    places = [(found[1], found.start(), found.end()) for found in _FIELD.finditer(line)]
    fields: dict[str, str] = {}
    for index, (name, _, start) in enumerate(places):
        end = places[index + 1][1] if index + 1 < len(places) else len(line)
        fields.setdefault(name, line[start:end])
    return fields


def _of_fields(told: dict[str, str]) -> sms_pdu.ShortMessage:
    if "body" not in told or "address" not in told:
        raise Malformed("a message without address or text", at=0)
    return sms_pdu.ShortMessage(
        sent=number(told.get("type", "")) != _RECEIVED,
        number=told["address"].replace(" ", "").lower(),
        data=raw(told["body"]),
        time_ns=epoch_ns(told.get("date", ""), 10**6),
    )
