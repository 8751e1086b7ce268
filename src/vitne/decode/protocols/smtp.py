"""SMTP, submission and LMTP.

summary: names and addresses of the envelope, credentials, header and body of each mail; replies
specification: RFC 5321; RFC 4954 (AUTH); RFC 3207 (STARTTLS); RFC 3030 (BDAT); RFC 2033 (LMTP)
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

_VERBS = b"HELO|EHLO|LHLO|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|HELP|AUTH|STARTTLS|XCLIENT"
_COMMAND = re.compile(rb"(?i)(" + _VERBS + rb")(?: +(.*))?$", re.DOTALL)
_OPENING = re.compile(rb"(?i)(?:EHLO|HELO|LHLO) [!-~]+ *\r?\n")
_GREETING = re.compile(rb"220[ -][ -~]*(?:E?SMTP|LMTP|Postfix|Exim|sendmail)", re.IGNORECASE)
_REPLY = re.compile(rb"([2-5][0-9]{2})([ -]|$)")
_ADDRESS = re.compile(rb"(?i)(FROM|TO): *<?([^<> ]*)")
_MOST_REPLY_LINES = 1024


class Smtp(Talk):
    """One SMTP session.  Each command, answer to a challenge, and mail is one message; each reply too."""

    name = "smtp"
    summary = "names and addresses of the envelope, credentials, header and body of each mail; replies"
    specification = "RFC 5321; RFC 4954; RFC 3207; RFC 3030; RFC 2033"
    first_bytes: ClassVar[dict[str, bytes]] = {"tcp": b"EeHhLl2"}  # what a side can begin with

    def __init__(self, *, transport: str = "tcp", destination: tuple[str, int] = ("", 0)) -> None:
        super().__init__(transport=transport, destination=destination)
        self._mail: Body | None = None  # the mail behind DATA, while it comes
        self._auth: list[str] = []  # fields that the next lines of the client answer
        self._chunk: Line | None = None  # the BDAT command whose bytes come
        self._reply: list[Line] = []  # lines of a reply that goes on
        self._asked = 0  # messages of the client
        self._greeted = False
        self._answered = 0  # replies behind the greeting
        self._lmtp = False

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """CERTAIN for a greeting of the client; LIKELY for a banner that names the protocol."""
        if transport != "tcp":
            return Fit.NO
        if side == 0:
            return Fit.CERTAIN if _OPENING.match(head[:1024]) else Fit.NO
        if _GREETING.match(head[:512]):
            return Fit.LIKELY
        return Fit.PERHAPS if re.match(rb"220[ -][ -~]+\r\n", head[:512]) else Fit.NO

    def on_line(self, side: int, line: Line) -> Items:
        """Read a command, an answer to a challenge, a line of a mail, or a line of a reply."""
        if side == 1:
            yield from self._on_reply(line)
        elif self._mail is not None:
            yield from self._on_mail(line, self._mail)
        elif self._auth and not _COMMAND.match(line.data):
            yield self._answer(line)
        else:
            yield from self._on_command(line)

    def _on_command(self, line: Line) -> Iterator[Message]:
        """Read a command line and get ready for what follows it."""
        self._auth = []
        found = _COMMAND.match(line.data)
        if found is None:
            yield self._told(
                line, "command", (Part(path="command", start=line.start, end=line.start + len(line.data)),)
            )
            return
        verb = found.group(1).decode("ascii").upper()
        start, end = (line.start + at for at in found.span(2)) if found.group(2) else (line.end, line.end)
        parts: tuple[Part, ...] = ()
        if verb in {"MAIL", "RCPT"} and (address := _ADDRESS.search(found.group(2) or b"")):
            start, end = start + address.start(2), start + address.end(2)
            parts = (
                Part(
                    path=f"command:{verb}",
                    field=f"{verb} {'FROM' if verb == 'MAIL' else 'TO'}",
                    start=start,
                    end=end,
                ),
            )
        elif verb == "AUTH":
            parts = self._begin_auth(found, line)
        elif end > start:
            parts = (Part(path=f"command:{verb}", field=verb, start=start, end=end),)
        if verb == "BDAT" and line.whole and (size := re.match(rb"([0-9]{1,9})\b", found.group(2) or b"")):
            self._chunk = line
            self.count(0, int(size.group(1)))
            return
        if verb == "DATA" and line.whole:
            self._mail = Body(line.end)
        self._lmtp |= verb == "LHLO"
        yield self._told(line, "command", parts)

    def _begin_auth(self, found: re.Match[bytes], line: Line) -> tuple[Part, ...]:
        """Read AUTH: which fields come now, and which in the lines that follow (RFC 4954 section 4)."""
        words = (
            re.compile(rb"([!-~]{1,20})(?: +([!-~]+))?").match(line.data, found.start(2))
            if found.group(2)
            else None
        )
        if words is None:
            return ()
        method = words.group(1).decode("ascii").upper()
        self._auth = ["LOGIN username", "LOGIN password"] if method == "LOGIN" else [f"AUTH {method}"] * 4
        if not words.group(2):
            return ()
        field = self._auth.pop(0)
        start, end = (line.start + at for at in words.span(2))
        return (Part(path="command:AUTH", field=field, start=start, end=end, hints=("base64",)),)

    def _answer(self, line: Line) -> Message:
        """Read a line that answers a challenge of AUTH."""
        field = self._auth.pop(0)
        end = line.start + len(line.data)
        return self._told(
            line,
            "auth",
            (Part(path="command:AUTH", field=field, start=line.start, end=end, hints=("base64",)),),
        )

    def _on_mail(self, line: Line, mail: Body) -> Iterator[Message]:
        """Read a line behind DATA: a lone dot ends the mail, one dot at the head of a line is taken off."""
        if line.whole and line.data == b".":
            self._mail = None
            yield self._mailed(mail, line.end, complete=True)
            return
        if mail.end == mail.start and re.match(rb"(?i)(QUIT|RSET|MAIL FROM:|EHLO |HELO )", line.data):
            self._mail = None  # DATA was refused
            yield from self._on_command(line)
            return
        ending = line.end - line.start - len(line.data)
        dotted = line.data.startswith(b".")
        text = line.data[1:] if dotted else line.data
        text += {0: b"", 1: b"\n"}.get(ending, b"\r\n")
        mail.add(text, line.start + dotted, line.end)

    def _mailed(self, mail: Body, end: int, *, complete: bool) -> Message:
        """Make the message of a mail."""
        parts, media = mail_parts(mail)
        self._asked += 1
        return Message(
            protocol="smtp",
            kind="mail",
            side=0,
            start=mail.start,
            end=end,
            complete=complete and not mail.cut,
            content_type=media,
            parts=parts,
        )

    def on_counted(self, side: int, body: Body) -> Items:
        """Read the bytes of a BDAT chunk."""
        command, self._chunk = self._chunk, None
        if side == 0 and command is not None:
            yield self._mailed(body, body.end, complete=True)

    def on_end(self, side: int) -> Items:
        """Tell of a mail, a chunk or a reply that is cut here."""
        if side == 1:
            if self._reply:
                yield self._replied(complete=False)
            return
        mail = self._mail or (self.counted[0] if self._chunk is not None else None)
        self._mail = self._chunk = None
        if mail is not None:
            yield self._mailed(mail, mail.end, complete=False)

    def _told(self, line: Line, kind: str, parts: tuple[Part, ...]) -> Message:
        """Make a message of one line of the client."""
        self._asked += 1
        return Message(
            protocol="smtp",
            kind=kind,
            side=0,
            start=line.start,
            end=line.end,
            complete=line.whole,
            parts=parts,
        )

    def _on_reply(self, line: Line) -> Iterator[Message]:
        """Gather the lines of a reply: a minus behind the code says that more follow (section 4.2.1)."""
        self._reply.append(line)
        found = _REPLY.match(line.data)
        more = found is not None and found.group(2) == b"-" and line.whole
        if not more or len(self._reply) >= _MOST_REPLY_LINES:
            yield self._replied(complete=line.whole)

    def _replied(self, *, complete: bool) -> Message:
        """Make the message of a reply; it answers the client's messages in order, behind the greeting."""
        first, last = self._reply[0], self._reply[-1]
        self._reply = []
        found = _REPLY.match(last.data)
        status = int(found.group(1)) if found else None
        answers = None
        if self._greeted and not self._lmtp:
            answers, self._answered = self._answered, self._answered + 1
        self._greeted |= first.start == 0 and status in {220, 554}
        end = last.start + len(last.data)
        return Message(
            protocol="smtp",
            kind="reply",
            side=1,
            start=first.start,
            end=last.end,
            complete=complete,
            status=status,
            answers=answers,
            parts=(Part(path="reply", start=first.start, end=end),),
        )


decoder = Smtp
