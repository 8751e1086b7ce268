from __future__ import annotations

import zlib
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols import choose
from vitne.decode.protocols import websocket as module
from vitne.decode.protocols.websocket import WebSocket
from vitne.model import Gap, Message

MASK = b"\x11\x22\x33\x44"


def frame(opcode: int, payload: bytes, *, mask: bytes = b"", flags: int = 0x80) -> bytes:
    bit = 0x80 if mask else 0
    head = bytes([flags | opcode, bit | min(len(payload), 126)])
    if len(payload) >= 126:
        head += len(payload).to_bytes(2, "big")
    return head + mask + (bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)) if mask else payload)


def read(sides: dict[int, list[bytes | int]]) -> list[Any]:
    decoder, out = WebSocket(), []
    for side, pieces in sides.items():
        for piece in pieces:
            out += decoder.miss(side, piece) if isinstance(piece, int) else decoder.feed(side, piece)
        out += decoder.finish(side)
    return out


def text(message: Message, wire: bytes) -> bytes:
    (part,) = message.parts
    return part.data if part.data is not None else wire[part.start : part.end]


COMPRESSOR = zlib.compressobj(wbits=-15)
PACKED = (COMPRESSOR.compress(b'{"imei":"490154203237518"}') + COMPRESSOR.flush(zlib.Z_SYNC_FLUSH))[:-4]
CLIENT = (
    frame(1, b'{"serial":"R58N1234567"}', mask=MASK)
    + frame(2, b"frag", mask=MASK, flags=0)
    + frame(9, b"ping", mask=b"zzzz")
    + frame(0, b"mented", mask=b"qrst")
    + frame(1, PACKED, mask=MASK, flags=0xC0)
    + frame(8, b"\x03\xe8bye", mask=MASK)
)


def test_messages_are_unmasked_put_together_and_inflated() -> None:
    found = read({0: [CLIENT]})
    assert [(one.kind, text(one, CLIENT)) for one in found] == [
        ("text", b'{"serial":"R58N1234567"}'),
        ("ping", b"ping"),
        ("binary", b"fragmented"),
        ("text", b'{"imei":"490154203237518"}'),
        ("close", b"\x03\xe8bye"),
    ]
    assert all(one.complete and one.protocol == "websocket" for one in found)
    assert found[3].facts == (("compressed", "permessage-deflate"),)


def test_places_lead_to_the_masked_bytes() -> None:
    first, _, fragmented = read({0: [CLIENT]})[:3]
    (part,) = first.parts
    assert (part.exact, part.pieces) == (False, ((0, 6),))
    assert (first.start, first.end) == (0, 6 + 24)
    assert [position for position, _ in fragmented.parts[0].pieces] == [0, 4]


def test_what_a_server_sends_is_a_slice_of_the_stream() -> None:
    wire = frame(1, b"hello there")
    (message,) = read({1: [wire]})
    assert message.parts[0].exact
    assert wire[message.parts[0].start : message.parts[0].end] == b"hello there"


@given(st.lists(st.integers(0, len(CLIENT)), max_size=8))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(CLIENT)]
    assert read({0: [CLIENT[low:high] for low, high in pairwise(edges)]}) == read({0: [CLIENT]})


def test_every_proper_prefix_is_told() -> None:
    whole = {item.end for item in read({0: [CLIENT]})} | {0}
    for cut in range(len(CLIENT)):
        out = read({0: [CLIENT[:cut]]})
        told = [one for one in out if isinstance(one, Gap) or not one.complete]
        assert told or cut in whole, cut


def test_a_hole_leaves_the_message_incomplete_and_a_compressed_one_cut() -> None:
    wire = (
        frame(1, b"a" * 50, mask=MASK)
        + frame(1, PACKED, mask=MASK, flags=0xC0)
        + frame(1, b"last", mask=MASK)
    )
    first = read({0: [wire[:20], 5, wire[25:]]})
    assert [one.complete for one in first] == [False, True, True]
    assert text(first[0], wire) == b"a" * 45
    second = read({0: [wire[:70], 2, wire[72:]]})
    kinds = [type(one).__name__ for one in second]
    assert kinds.count("Message") == 3
    assert not second[-2].complete
    assert text(second[-1], wire) == b"last"


def test_a_message_longer_than_is_kept_is_told(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGE", 100)
    bomb = zlib.compressobj(wbits=-15)
    packed = (bomb.compress(bytes(1 << 20)) + bomb.flush(zlib.Z_SYNC_FLUSH))[:-4]
    for wire in (frame(2, b"x" * 300), frame(2, packed[:100], flags=0xC0), frame(2, packed, flags=0xC0)):
        out = read({1: [wire]})
        assert any(isinstance(one, Gap) for one in out)
        for one in out:
            if isinstance(one, Message):
                assert not one.complete
                assert all(len(part.data or b"") <= 100 for part in one.parts)


def test_it_is_never_chosen_by_bytes() -> None:
    assert WebSocket.fit(CLIENT, "tcp", 0) == 0
    assert choose(CLIENT, "tcp", 0) is not WebSocket
    assert WebSocket.continues == ("websocket",)


@given(st.lists(st.one_of(st.binary(max_size=60), st.integers(1, 40), st.just(CLIENT))))
def test_noise_raises_nothing(pieces: list[bytes | int]) -> None:
    read({0: list(pieces), 1: list(pieces)})
