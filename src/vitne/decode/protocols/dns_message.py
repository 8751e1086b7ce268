"""One DNS message, wherever it came from: datagram or stream.

RFC 1035 section 4.1; RFC 6762 section 18 (mDNS); RFC 4795 section 2.1 (LLMNR).
"""

from __future__ import annotations

import re
import struct

from vitne.decode.protocols.dns_names import read_name
from vitne.decode.protocols.dns_records import TYPES, Records
from vitne.model import Fit, Gap, Malformed, Message, Oddity, Part

Out = list[Message | Oddity | Gap]
Facts = tuple[tuple[str, str], ...]
_NO_FACTS: Facts = ()
_NETBIOS = re.compile(rb"[A-P]{32}[\x00-\x3f\xc0]")
HEADER = struct.Struct(">6H")
_OPCODES = {0: "query", 1: "query", 2: "status", 4: "notify", 5: "update", 6: "stateful"}
_Question = tuple[str, int, Part, Facts]  # lower-case name, length, part, facts

_questions: dict[bytes, _Question] = {}


def _question(data: bytes, at: int, base: int) -> _Question:
    """Read one question.  Raises Malformed."""
    name = read_name(data, at, {})
    if name.end + 4 > len(data):
        raise Malformed("a question is cut off", at=at)
    kind = int.from_bytes(data[name.end : name.end + 2])
    text = name.text
    plain = data[name.end - 1] == 0
    part = Part(
        path="question",
        start=base + at,
        end=base + name.end,
        field="name",
        hints=("dns-name",),
        data=None if plain else name.wire,
        exact=plain,
    )
    facts = (("name", text), ("type", TYPES.get(kind, f"TYPE{kind}")))
    return text.lower(), name.end + 4 - at, part, facts


def _first_question(data: bytes, base: int) -> _Question:
    """Read the first question; in datagrams it always stands at the same place, so it is remembered."""
    end = data.find(0, 12)
    if base or end < 0:
        return _question(data, 12, base)
    key = data[12 : end + 5]
    known = _questions.get(key)
    if known is None:
        known = _question(data, 12, 0)
        if known[1] == len(key) and len(_questions) < 4096:
            _questions[key] = known
    return known


def _read_questions(data: bytes, base: int, count: int, *, parts: list[Part]) -> tuple[str, int, Facts]:
    """Read all questions; give the first name, where the records begin, and the facts.  Raises Malformed."""
    asked, length, part, facts = _first_question(data, base)
    at = 12 + length
    parts.append(part)
    while len(parts) < count:
        _, length, part, more = _question(data, at, base)
        at += length
        parts.append(part)
        facts = (*facts, *more[: len(facts) < 64])
    return asked, at, facts


def fit(head: bytes) -> int:
    """Say how well some bytes fit a DNS message; NetBIOS names and reserved bits do not."""
    if len(head) < 17:
        return Fit.NO
    _id, flags, questions, answers, authorities, additional = HEADER.unpack_from(head)
    opcode = flags >> 11 & 15
    if (
        opcode not in _OPCODES
        or questions + answers == 0
        or questions > 64
        or (flags & 0x8000 == 0 and answers > 512)
    ):
        return Fit.NO
    if max(answers, authorities, additional) > 2048 or flags & 0x0040:
        return Fit.NO
    if not questions:
        return _fit_record(head, flags)
    if head[12] == 32 and _NETBIOS.match(head, 13):
        return Fit.NO
    try:
        name = read_name(head, 12, {})
    except Malformed:
        return Fit.NO
    if name.end + 4 > len(head):
        return Fit.PERHAPS
    kind, group = (
        int.from_bytes(head[name.end : name.end + 2]),
        int.from_bytes(head[name.end + 2 : name.end + 4]),
    )
    if group & 0x7FFF not in {1, 3, 4, 254, 255}:
        return Fit.NO
    return Fit.CERTAIN if kind in TYPES else Fit.PERHAPS


def _fit_record(head: bytes, flags: int) -> int:
    """Fit an answer without question, as mDNS sends them (RFC 6762 section 6)."""
    try:
        name = read_name(head, 12, {})
    except Malformed:
        return Fit.NO
    if not flags & 0x8000 or name.end + 10 > len(head) or not name.labels:
        return Fit.NO
    kind, group = (
        int.from_bytes(head[name.end : name.end + 2]),
        int.from_bytes(head[name.end + 2 : name.end + 4]),
    )
    return Fit.CERTAIN if kind in TYPES and group & 0x7FFF in {1, 255} else Fit.NO


class Reader:
    """Makes messages of one flow: what is the same for all of them."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol  # "dns", "mdns" or "llmnr"
        self._asked: tuple[dict[bytes, int], dict[bytes, int]] = (
            {},
            {},
        )  # per side: id -> number of the query
        self._queries = [0, 0]

    def read(self, side: int, data: bytes, *, base: int = 0, number: int | None = None) -> Out:
        """Read one message and what is to be said about it.  Raises Malformed without a whole header.

        ``base`` is the stream offset of its first byte, ``number`` the number of the datagram.
        """
        if len(data) < 12:
            raise Malformed("a DNS header is cut off", at=0)
        parts: list[Part] = []
        asked, at, facts = "", 12, _NO_FACTS
        records = broken = None
        head = HEADER.unpack_from(data)
        try:
            if head[2]:
                asked, at, facts = _read_questions(data, base, head[2], parts=parts)
            if head[3] or head[4] or head[5]:
                records = Records(data, base, asked)
                at = records.sections(at, head[3:])
        except Malformed as error:
            broken = error
        names: tuple[tuple[str, str], ...] = ()
        if records is not None:
            parts += records.parts
            facts = (*facts, *records.facts)
            names = records.names()
        out: Oddity | Gap | None = None
        if broken is not None:
            at = min(len(data), at if broken.at is None else max(at, broken.at))
            out = Gap(kind="malformed", why=broken.why, offset=base + at, length=len(data) - at)
        elif at < len(data):
            parts.append(Part(path="trailing", start=base + at, end=base + len(data)))
            note = "bytes behind the last record"
            out = Oddity(name="dns-trailing-bytes", note=note, side=side, offset=base + at)
        response = head[1] >> 15
        message = Message(
            protocol=self.protocol,
            kind="response" if response else _OPCODES.get(head[1] >> 11 & 15, "query"),
            side=side,
            start=base,
            end=base + len(data),
            datagram=number,
            complete=broken is None and not head[1] & 0x0200,
            status=head[1] & 15 if response else None,
            answers=self._pair(side, response, data),
            names=names,
            facts=facts,
            parts=tuple(parts),
        )
        return [message, out] if out is not None else [message]

    def _pair(self, side: int, response: int, data: bytes) -> int | None:
        """Give each query its number, and find the query that has the answer's id."""
        if response:
            return self._asked[1 - side].get(data[:2])
        asked = self._asked[side]
        if len(asked) < 65536:
            asked[data[:2]] = self._queries[side]
        self._queries[side] += 1
        return None
