"""IMAP.

summary: user name, password, commands; mails that are put in or fetched; answers
specification: RFC 9051; RFC 3501; RFC 2971 (ID); RFC 4959 (initial response); RFC 7888 (literals)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.mail_body import mail_parts
from vitne.decode.protocols.mail_lines import MOST_KEPT, Body, Line
from vitne.decode.protocols.mail_talk import Talk
from vitne.model import Fit, Gap, Message, Part

if TYPE_CHECKING:
    from vitne.decode.protocols.mail_talk import Items

_VERBS = "CAPABILITY|NOOP|LOGOUT|STARTTLS|AUTHENTICATE|LOGIN|ID|ENABLE|SELECT|EXAMINE|NAMESPACE"
_OPENING = re.compile(rf"(?i)[0-9A-Za-z.]{{1,20}} (?:{_VERBS})(?: [^\r\n]*)?\r?\n".encode())
_LITERAL = re.compile(rb"\{([0-9]{1,9})\+?\}$")
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[^ "()]+|[()]')
_MOST_TOKENS = 512  # words of one command or answer that are told
_MOST_LITERALS = 256


class _Talked:
    """A command or answer while it comes: lines with literals between them."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.words: list[tuple[bytes, int, int]] = []  # word, stream range (without quotes)
        self.literals: list[Body] = []


class Imap(Talk):
    """One IMAP session.  Each command (with its literals) and each answer is one message."""

    name = "imap"
    summary = "user name, password, commands; mails that are put in or fetched; answers"
    specification = "RFC 9051; RFC 3501; RFC 2971; RFC 4959; RFC 7888"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "tcp": b"*." + bytes(byte for byte in range(128) if chr(byte).isalnum())
    }  # what a side can begin with

    def __init__(self, *, transport: str = "tcp", destination: tuple[str, int] = ("", 0)) -> None:
        super().__init__(transport=transport, destination=destination)
        self._talked: list[_Talked | None] = [None, None]
        self._auth = 0  # lines of the client that may answer a challenge

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """CERTAIN for a banner that names IMAP; LIKELY for a tagged command or another banner."""
        if transport != "tcp":
            return Fit.NO
        if side == 0:
            return Fit.LIKELY if _OPENING.match(head[:1024]) else Fit.NO
        banner = re.match(rb"(?i)\* (?:OK|PREAUTH|BYE)\b([ -~]*)\r?\n", head[:1024])
        if banner is None:
            return Fit.NO
        return Fit.CERTAIN if b"IMAP" in banner.group(1).upper() else Fit.LIKELY

    def on_line(self, side: int, line: Line) -> Items:
        """Read a line of a command or answer; a literal announced at its end comes next."""
        talked = self._talked[side]
        if talked is None:
            talked = self._talked[side] = _Talked(line.start)
        room = _MOST_TOKENS - len(talked.words)
        for found in _TOKEN.finditer(line.data):
            if room <= 0:
                break
            room -= 1
            word = found.group()
            opened = word.startswith(b'"')
            closed = opened and len(word) > 1 and word.endswith(b'"')
            start, end = line.start + found.start() + opened, line.start + found.end() - closed
            talked.words.append((found.group(), start, end))
        literal = _LITERAL.search(line.data) if line.whole else None
        if literal is not None and len(talked.literals) < _MOST_LITERALS:
            size = int(literal.group(1))
            if talked.words and talked.words[-1][0] == literal.group():
                talked.words.pop()
            if size > MOST_KEPT:
                yield Gap(kind="limit", why="an IMAP literal is too long to be kept", offset=line.end)
            self.count(side, size)
            return
        yield self._told(side, line.end, complete=line.whole)

    def on_counted(self, side: int, body: Body) -> Items:
        """Take a literal as a word of its command."""
        talked = self._talked[side]
        if talked is not None:
            talked.literals.append(body)
            talked.words.append((b"{}", body.start, body.end))
        yield from ()

    def on_end(self, side: int) -> Items:
        """Tell of a command or answer that is cut here."""
        body = self.counted[side]
        if self._talked[side] is not None:
            if body is not None:
                yield from self.on_counted(side, body)
            yield self._told(side, self.lines[side].offset, complete=False)

    def _told(self, side: int, end: int, *, complete: bool) -> Message:
        """Make the message of a command or an answer."""
        talked = self._talked[side]
        self._talked[side] = None
        if talked is None:
            talked = _Talked(end)
        mails: list[Part] = []
        media = ""
        verb = _verb(talked, side)
        for body in talked.literals:
            complete = complete and not body.cut
            if side == 1 or verb == "APPEND":
                found, media = mail_parts(body)
                mails += found
        parts = self._command(talked, verb) if side == 0 else _answer(talked)
        return Message(
            protocol="imap",
            kind="command" if side == 0 else "answer",
            side=side,
            start=talked.start,
            end=end,
            complete=complete,
            content_type=media,
            facts=(("command" if side == 0 else "answer", verb),) if verb else (),
            parts=(*parts, *mails),
        )

    def _command(self, talked: _Talked, verb: str) -> tuple[Part, ...]:
        """Name the arguments of a command."""
        words = talked.words
        if self._auth and len(words) == 1:
            self._auth -= 1
            return (_part("AUTHENTICATE", "AUTHENTICATE", words[0], hints=("base64",)),)
        self._auth = 4 if verb == "AUTHENTICATE" else 0
        if verb == "LOGIN":
            fields = ("LOGIN username", "LOGIN password")
            return tuple(_part(verb, field, word) for field, word in zip(fields, words[2:], strict=False))
        if verb == "AUTHENTICATE":
            return tuple(_part(verb, verb, word, hints=("base64",)) for word in words[3:4])
        if verb == "ID":
            return _pairs(words[2:])
        if verb == "APPEND":
            return tuple(_part(verb, "mailbox", word) for word in words[2:3])
        return tuple(_part(verb or "line", verb, word) for word in words[2:] if word[0] not in {b"(", b")"})


def _verb(talked: _Talked, side: int) -> str:
    """Give the word that says what this is: behind the tag; for a fetched mail behind the number."""
    words = [word[0] for word in talked.words[:3]]
    if side and words[:1] == [b"+"]:
        return ""
    at = 2 if side and len(words) > 2 and words[1].isdigit() else 1
    word = words[at] if len(words) > at else b""
    return word.decode("ascii").upper() if word.isalpha() and len(word) <= 20 else ""


def _answer(talked: _Talked) -> tuple[Part, ...]:
    """Give the text of an answer; the pairs of ID by name."""
    words = talked.words
    if len(words) > 1 and words[1][0].upper() == b"ID":
        return _pairs(words[2:])
    if not words:
        return ()
    stop = talked.literals[0].start if talked.literals else words[-1][2]
    return (Part(path="answer", start=talked.start, end=max(stop, talked.start)),)


def _pairs(words: list[tuple[bytes, int, int]]) -> tuple[Part, ...]:
    """Read the list of ID: name and value in turn (RFC 2971 section 3.1)."""
    items = [word for word in words if word[0] not in {b"(", b")"}]
    parts = []
    for name, value in zip(items[::2], items[1::2], strict=False):
        field = name[0].strip(b'"').decode("ascii", "backslashreplace")[:64]
        parts.append(_part("ID", field, value))
    return tuple(part for part in parts if part.end > part.start)


def _part(path: str, field: str, word: tuple[bytes, int, int], *, hints: tuple[str, ...] = ()) -> Part:
    """Make the part of one word."""
    return Part(path=f"command:{path}", field=field, start=word[1], end=word[2], hints=hints)


decoder = Imap
