"""POP3.

summary: user name, password, commands; mails that are fetched; whether the server agreed
specification: RFC 1939; RFC 5034 (AUTH); RFC 2595 (STLS)

Whether lines follow a status line cannot be told from that line: a stream cut just there looks whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.mail_body import mail_parts
from vitne.decode.protocols.mail_lines import Body, Line
from vitne.decode.protocols.mail_talk import Talk
from vitne.model import Fit, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decode.protocols.mail_talk import Items

_VERBS = rb"USER|PASS|APOP|AUTH|STAT|LIST|RETR|TOP|DELE|UIDL|CAPA|STLS|NOOP|RSET|QUIT|LAST|UTF8|LANG"
_COMMAND = re.compile(rb"(?i)(" + _VERBS + rb")(?: +(.*))?$", re.DOTALL)
_OPENING = re.compile(rb"(?i)(?:CAPA *|STLS *|AUTH(?: [!-~]+)* *|(?:USER|APOP) [ -~]+)\r?\n")

_FOLLOWED = re.compile(rb"(?i)USER [ -~]+\r?\n(?:PASS [^\r\n]*\r?\n)?(?:STAT|LIST|UIDL|RETR|CAPA|TOP|DELE)\b")


class Pop3(Talk):
    """One POP3 session.  Each command and each reply is one message."""

    name = "pop3"
    summary = "user name, password, commands; mails that are fetched; whether the server agreed"
    specification = "RFC 1939; RFC 5034; RFC 2595"
    first_bytes: ClassVar[dict[str, bytes]] = {"tcp": b"UuAaCcSs+"}  # what a side can begin with

    def __init__(self, *, transport: str = "tcp", destination: tuple[str, int] = ("", 0)) -> None:
        super().__init__(transport=transport, destination=destination)
        self._auth = 0  # lines of the client that answer a challenge
        self._status: Line | None = None  # status line of a reply that goes on
        self._body: Body | None = None  # its lines
        self._greeted = False
        self._answered = 0

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """PERHAPS for CAPA or USER alone (FTP says USER too), LIKELY for a banner."""
        if transport != "tcp":
            return Fit.NO
        if side == 1:
            named = re.match(rb"(?i)\+OK\b[^\r\n]*(?:POP|<[^>\r\n]+@[^>\r\n]+>)", head[:512])
            return (
                Fit.CERTAIN if named else Fit.LIKELY if re.match(rb"\+OK[ -~]*\r\n", head[:512]) else Fit.NO
            )
        if not _OPENING.match(head[:1024]):
            return Fit.NO
        return Fit.PERHAPS if head[:4].upper() == b"USER" and not _FOLLOWED.match(head[:1024]) else Fit.LIKELY

    def on_line(self, side: int, line: Line) -> Items:
        """Read a command, an answer to a challenge, or a line of a reply."""
        if side == 1:
            yield from self._on_reply(line)
            return
        found = _COMMAND.match(line.data)
        end = line.start + len(line.data)
        if found is None:
            field, hints = ("AUTH", ("base64",)) if self._auth else ("", ())
            self._auth = max(0, self._auth - 1)
            part = Part(
                path="command:AUTH" if field else "command",
                field=field,
                start=line.start,
                end=end,
                hints=hints,
            )
            yield _told(line, (part,) if line.data else ())
            return
        verb = found.group(1).decode("ascii").upper()
        self._auth = 4 if verb == "AUTH" else 0
        parts: tuple[Part, ...] = ()
        if found.group(2):
            start = line.start + found.start(2)
            parts = (Part(path=f"command:{verb}", field=verb, start=start, end=end),)
            if verb == "AUTH" and b" " in found.group(2):  # an initial response (RFC 5034 section 4)
                start += found.group(2).index(b" ") + 1
                parts = (Part(path="command:AUTH", field="AUTH", start=start, end=end, hints=("base64",)),)
        yield _told(line, parts)

    def _on_reply(self, line: Line) -> Iterator[Message]:
        """Read a status line, or a line of what follows it.

        The two sides come apart, so that replies cannot be matched with commands while reading: a line that
        begins with «+OK» or «-ERR» right behind a status line is a reply of its own, others go on with it.
        """
        if self._status is not None and self._body is not None:
            if line.whole and line.data == b".":
                yield self._replied(line.end, complete=True)
            elif line.data.startswith((b"+OK", b"-ERR", b"+ ")) and self._body.end == self._body.start:
                yield self._replied(self._status.end, complete=True)
                yield from self._on_reply(line)
            else:
                _append(self._body, line)
            return
        self._status = line
        self._body = Body(line.end)
        if not line.data.startswith(b"+OK") or not self._greeted or not line.whole:
            yield self._replied(line.end, complete=line.whole)

    def _replied(self, end: int, *, complete: bool) -> Message:
        """Make the message of a reply."""
        status, body = self._status, self._body
        self._status = self._body = None
        parts: tuple[Part, ...] = ()
        media = ""
        start = end
        facts: tuple[tuple[str, str], ...] = ()
        if status is not None:
            start = status.start
            parts = (Part(path="reply", start=start, end=start + len(status.data)),)
            facts = (("status", "+OK" if status.data.startswith(b"+OK") else "-ERR"),)
        if body is not None and body.end > body.start:
            found, media = mail_parts(body)
            parts += found
        answers = None
        if self._greeted:
            answers, self._answered = self._answered, self._answered + 1
        self._greeted |= start == 0
        return Message(
            protocol="pop3",
            kind="reply",
            side=1,
            start=start,
            end=end,
            complete=complete,
            answers=answers,
            content_type=media,
            facts=facts,
            parts=parts,
        )

    def on_counted(self, side: int, body: Body) -> Items:  # noqa: ARG002
        """POP3 counts no bytes."""
        yield from ()

    def on_end(self, side: int) -> Items:
        """Tell of a reply that is cut here (or of one line, whose end could not be told from a beginning)."""
        if side == 1 and self._status is not None and self._body is not None:
            alone = self._body.end == self._body.start
            yield self._replied(max(self._body.end, self._status.end), complete=alone)


def _append(body: Body, line: Line) -> None:
    """Add a line of a reply; one dot at its head is taken off (RFC 1939 section 3)."""
    ending = {0: b"", 1: b"\n"}.get(line.end - line.start - len(line.data), b"\r\n")
    dotted = line.data.startswith(b".")
    body.add(line.data[dotted:] + ending, line.start + dotted, line.end)


def _told(line: Line, parts: tuple[Part, ...]) -> Message:
    """Make a message of one line of the client."""
    return Message(
        protocol="pop3",
        kind="command",
        side=0,
        start=line.start,
        end=line.end,
        complete=line.whole,
        parts=parts,
    )


decoder = Pop3
