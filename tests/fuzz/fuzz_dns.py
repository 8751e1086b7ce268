"""DNS in datagrams and over TCP, and NetBIOS names: any bytes."""

from __future__ import annotations

import socket
import struct

import numpy as np

from vitne.decode.protocols.dns import Dns
from vitne.decode.protocols.dns_tcp import DnsTcp
from vitne.decode.protocols.nbns import Nbns
from vitne.kernel.dns import plain_questions
from vitne.model import Malformed, Message

_QUESTION = b"\x03www\x07example\0\0\x01\0\x01"
_ANSWER = (
    struct.pack(">6H", 1, 0x8180, 1, 3, 0, 1)
    + _QUESTION
    + b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03cdn\xc0\x10"
    + b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01"
    + b"\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x08\x07a=b c d"
    + b"\0\0\x29\x04\xd0\0\0\0\0\0\x0b\0\x08\0\x07\0\x01\x18\0\xc0\0\x02"
)
SEEDS = [
    struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + _QUESTION,
    _ANSWER,
    struct.pack(">H", len(_ANSWER)) + _ANSWER,
    struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0)
    + _QUESTION
    + struct.pack(">6H", 1, 0x8180, 1, 2, 0, 0)
    + _QUESTION
    + b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03cdn\xc0\x10"
    + b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01",
    struct.pack(">6H", 1, 0x2910, 1, 0, 0, 1)
    + b"\x20"
    + b"FE" * 16
    + b"\0\0\x20\0\x01\xc0\x0c\0\x20\0\x01\0\0\0\0\0\x06\0\0\xc0\0\x02\x05",
    struct.pack(">6H", 1, 0x8400, 0, 1, 0, 0)
    + b"\x20"
    + b"CA" * 16
    + b"\0\0\x21\0\x01\0\0\0\0\0\x19\x01"
    + b"TOMS-PC".ljust(18)
    + bytes(6),
]


def one(data: bytes) -> None:
    """Read the data as a datagram of each kind and as a stream, whole and cut."""
    for decoder in (Dns(), Nbns()):
        try:
            for item in decoder.feed(0, data[:65535]):
                if isinstance(item, Message):
                    assert all(0 <= part.start <= part.end <= len(data) for part in item.parts)
        except Malformed:
            continue
    _by_columns(data[:65535])
    whole, cut = DnsTcp(), DnsTcp()
    out = [*whole.feed(0, data), *whole.finish(0)]
    step = 1 + len(data) % 5 if len(data) < 1 << 14 else 4096
    again = [item for at in range(0, len(data), step) for item in cut.feed(0, data[at : at + step])]
    assert out == [*again, *cut.finish(0)], "how the bytes are cut matters"


def _by_columns(data: bytes) -> None:
    """What the kernel takes for a plain question and its answer, the patient reader reads alike."""
    cut = data.find(b"\0\0\x01\0\x01", 12) + 5
    for at in {min(cut, len(data)), len(data) // 2}:
        sizes = np.array([at, len(data) - at])
        asked = plain_questions(
            np.frombuffer(data, dtype=np.uint8), np.array([0, at]), sizes, np.array([[0, 1, 1, 2]])
        )
        if asked.plain[0]:
            reader = Dns()
            [question, answer] = [*reader.feed(0, data[:at]), *reader.feed(1, data[at:])]
            assert isinstance(question, Message)
            assert isinstance(answer, Message)
            assert answer.answers == 0
            told = [
                socket.inet_ntop(
                    *(
                        (socket.AF_INET, bytes(address[:4]))
                        if family == 4
                        else (socket.AF_INET6, bytes(address))
                    )
                )
                for family, address in zip(asked.told["family"], asked.told["address"], strict=True)
            ]
            assert sorted(told) == sorted(address for address, _ in answer.names)
