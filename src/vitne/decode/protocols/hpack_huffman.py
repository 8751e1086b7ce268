"""The Huffman code of HPACK and QPACK, undone byte by byte.

RFC 7541 section 5.2 and appendix B.  The code is canonical: the lengths alone say what it is.
"""

from __future__ import annotations

from functools import cache

from vitne.model import Malformed

_LENGTHS = bytes.fromhex(
    "0d171c1c1c1c1c1c1c181e1c1c1e1c1c1c1c1c1c1c1c1e1c1c1c1c1c1c1c1c1c060a0a0c0d06080b0a0a080b08060606"
    "0505050606060606060607080f060c0a0d06070707070707070707070707070707070707070707070807080d130d0e06"
    "0f05060506050606060507070606060506070605050607070707070f0b0e0d1c14161414161616171617171717171817"
    "181816171817171717151617161717181615141616171715171616181516171715151615171617171416161617161617"
    "1a1a1413161716191a1a1a1b1b1a181913151a1b1b1a1b1815151a1a1c1b1b1b14181415161515171616191918181a17"
    "1a1b1a1a1b1b1b1b1b1c1b1b1b1b1b1a1e"
)  # bits of the code of each byte, 0 to 255, and of the end of the string
_END = 256
_Step = tuple["_Node | None", bytes]


class _Node:
    """A place inside a code: what follows on a 0 and on a 1."""

    __slots__ = ("depth", "next", "ones", "steps")

    def __init__(self, depth: int, *, ones: bool) -> None:
        self.depth = depth  # bits read of the code in hand
        self.ones = ones  # all of them are 1
        self.next: list[_Node | int | None] = [None, None]  # a node, a byte, or nothing
        self.steps: dict[int, _Step] = {}  # what a whole byte leads to, as met so far


def codes() -> list[tuple[int, int]]:
    """Give the code of each symbol and how many bits it has."""
    made = [(0, 0)] * len(_LENGTHS)
    code = length = 0
    for symbol in sorted(range(len(_LENGTHS)), key=lambda each: (_LENGTHS[each], each)):
        code <<= _LENGTHS[symbol] - length
        length = _LENGTHS[symbol]
        made[symbol] = (code, length)
        code += 1
    return made


@cache
def _root() -> _Node:
    root = _Node(0, ones=True)
    for symbol, (code, length) in enumerate(codes()):
        node = root
        for at in range(length - 1, 0, -1):
            bit = code >> at & 1
            below = node.next[bit]
            if not isinstance(below, _Node):
                below = _Node(node.depth + 1, ones=node.ones and bit == 1)
                node.next[bit] = below
            node = below
        node.next[code & 1] = symbol
    return root


def _step(node: _Node, byte: int) -> _Step:
    """Follow the eight bits of a byte; no node means that the end of the string stood inside: an error."""
    out = bytearray()
    here = node
    for at in range(7, -1, -1):
        below = here.next[byte >> at & 1]
        if isinstance(below, _Node):
            here = below
        elif below is None or below == _END:
            node.steps[byte] = (None, b"")
            return None, b""
        else:
            out.append(below)
            here = _root()
    node.steps[byte] = (here, bytes(out))
    return here, bytes(out)


_known: dict[bytes, bytes] = {}


def undo(data: bytes) -> bytes:
    """Give what a Huffman-coded string stands for; raises Malformed (section 5.2).

    The result is at most 8/5 as long as the data.
    """
    found = _known.get(data)
    if found is not None:
        return found
    node = _root()
    out = []
    for at, byte in enumerate(data):
        below, piece = node.steps.get(byte) or _step(node, byte)
        if below is None:
            raise Malformed("the end of the string stands inside a Huffman code", at=at)
        node = below
        out.append(piece)
    if node.depth > 7 or not node.ones:
        raise Malformed("a Huffman code is cut, or filled with other bits than ones", at=len(data))
    text = b"".join(out)
    if len(data) <= 256 and len(_known) < 8192:
        _known[data] = text
    return text


def code(text: bytes) -> bytes:
    """Write a string in the Huffman code: the inverse, for tests and demonstrations."""
    table = codes()
    value = bits = 0
    for byte in text:
        number, length = table[byte]
        value = value << length | number
        bits += length
    fill = -bits % 8
    return ((value << fill) | ((1 << fill) - 1)).to_bytes((bits + fill) // 8, "big")
