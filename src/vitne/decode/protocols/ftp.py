"""FTP, the control connection.

summary: user name, password, commands with their arguments; replies
specification: RFC 959 sections 4 and 5; RFC 2228 and RFC 4217 (AUTH TLS); RFC 2428
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.mail_talk import Talk
from vitne.model import Fit, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decode.protocols.mail_lines import Body, Line
    from vitne.decode.protocols.mail_talk import Items

_COMMAND = re.compile(rb"([A-Za-z]{3,4})(?: +(.*))?$", re.DOTALL)
_OPENING = re.compile(
    rb"(?i)(?:USER [ -~]+|AUTH (?:TLS|SSL|TLS-C|TLS-P|GSSAPI) *"
    rb"|(?:FEAT|SYST|HOST [!-~]+|CLNT [ -~]+|OPTS UTF-?8 ON) *)\r?\n"
)
_FOLLOWED = re.compile(
    rb"(?i)USER [ -~]+\r?\n(?:PASS [^\r\n]*\r?\n)?"
    rb"(?:X?PWD|SYST|FEAT|TYPE|CWD|PASV|EPSV|PORT|EPRT|PBSZ|ACCT|OPTS)\b"
)
_REPLY = re.compile(rb"([1-6][0-9]{2})([ -]|$)")
_MOST_REPLY_LINES = 1024


class Ftp(Talk):
    """One FTP control connection.  Each command and each reply is one message."""

    name = "ftp"
    summary = "user name, password, commands with their arguments; replies"
    specification = "RFC 959 sections 4 and 5; RFC 2228; RFC 4217; RFC 2428"
    first_bytes: ClassVar[dict[str, bytes]] = {"tcp": b"UuAaFfSsHhCcOo2"}  # what a side can begin with

    def __init__(self, *, transport: str = "tcp", destination: tuple[str, int] = ("", 0)) -> None:
        super().__init__(transport=transport, destination=destination)
        self._reply: list[Line] = []

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """LIKELY for a first command or a banner that names FTP; PERHAPS for USER alone and a bare 220."""
        if transport != "tcp":
            return Fit.NO
        if side == 0:
            found = _OPENING.match(head[:1024])
            alone = head[:4].upper() == b"USER" and not _FOLLOWED.match(head[:1024])
            return Fit.NO if found is None else Fit.PERHAPS if alone else Fit.LIKELY
        if re.match(rb"(?i)220[ -][^\r\n]*\bftp", head[:512]):
            return Fit.LIKELY
        smtp = re.match(rb"(?i)220[ -][^\r\n]*(?:smtp|lmtp|mail)", head[:512])
        return Fit.PERHAPS if not smtp and re.match(rb"220[ -][ -~]*\r\n", head[:512]) else Fit.NO

    def on_line(self, side: int, line: Line) -> Items:
        """Read a command or a line of a reply."""
        if side == 1:
            yield from self._on_reply(line)
            return
        found = _COMMAND.match(line.data)
        end = line.start + len(line.data)
        if found is None:
            parts: tuple[Part, ...] = (Part(path="command", start=line.start, end=end),) if line.data else ()
        elif found.group(2):
            verb = found.group(1).decode("ascii").upper()
            parts = (Part(path=f"command:{verb}", field=verb, start=line.start + found.start(2), end=end),)
        else:
            parts = ()
        yield Message(
            protocol="ftp",
            kind="command",
            side=0,
            start=line.start,
            end=line.end,
            complete=line.whole,
            facts=(("command", found.group(1).decode("ascii").upper()),) if found else (),
            parts=parts,
        )

    def _on_reply(self, line: Line) -> Iterator[Message]:
        """Gather a reply: «123-» opens several lines, «123 » with the same code ends them (section 4.2)."""
        self._reply.append(line)
        opened, here = _REPLY.match(self._reply[0].data), _REPLY.match(line.data)
        if (
            opened is not None
            and opened.group(2) == b"-"
            and len(self._reply) < _MOST_REPLY_LINES
            and line.whole
        ):
            last = len(self._reply) > 1 and here is not None and here.groups() == (opened.group(1), b" ")
            if not last:
                return
        yield self._replied(complete=line.whole)

    def _replied(self, *, complete: bool) -> Message:
        """Make the message of a reply."""
        first, last = self._reply[0], self._reply[-1]
        self._reply = []
        found = _REPLY.match(first.data)
        end = last.start + len(last.data)
        return Message(
            protocol="ftp",
            kind="reply",
            side=1,
            start=first.start,
            end=last.end,
            complete=complete,
            status=int(found.group(1)) if found else None,
            parts=(Part(path="reply", start=first.start, end=end),) if end > first.start else (),
        )

    def on_counted(self, side: int, body: Body) -> Items:  # noqa: ARG002
        """FTP counts no bytes on the control connection."""
        yield from ()

    def on_end(self, side: int) -> Items:
        """Tell of a reply that is cut here."""
        if side == 1 and self._reply:
            yield self._replied(complete=False)


decoder = Ftp
