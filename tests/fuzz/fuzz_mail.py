"""SMTP, IMAP, POP3 and FTP: conversations in lines."""

from __future__ import annotations

from vitne.decode.protocols.ftp import Ftp
from vitne.decode.protocols.imap import Imap
from vitne.decode.protocols.pop3 import Pop3
from vitne.decode.protocols.smtp import Smtp

SEEDS: list[bytes] = [
    b"EHLO a\r\nAUTH LOGIN\r\na2FyaQ==\r\nDATA\r\nFrom: a\r\n\r\n..b\r\n.\r\nBDAT 4\r\nabcdSTARTTLS\r\n\x16\x03\x01",
    b"220-hi\r\n220 there ESMTP\r\n250 ok\r\n",
    b'a1 LOGIN "kari" {4}\r\npass\r\na2 ID ("name" "x")\r\na3 APPEND Sent {5+}\r\na: b\n\r\n',
    b"* OK IMAP4\r\n* 1 FETCH (BODY[] {6}\r\na: b\r\n)\r\n",
    b"USER kari\r\nPASS x\r\nAUTH PLAIN AGE=\r\n",
    b"+OK hi\r\n+OK 3\r\nFrom: a\r\n\r\n..b\r\n.\r\n-ERR\r\n",
]


def one(data: bytes) -> None:
    """Read the data on each side of each protocol, in two cuts and around a hole."""
    half = len(data) // 2
    for make in (Smtp, Imap, Pop3, Ftp):
        for side in (0, 1):
            make.fit(data, "tcp", side)
            decoder = make()
            for piece in (data, data[:half]):
                list(decoder.feed(side, piece))
            list(decoder.miss(side, 5))
            list(decoder.feed(side, data[half:]))
            list(decoder.finish(side))
