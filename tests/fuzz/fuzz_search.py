"""Any bytes are searched by both engines with the same result, and every hit is what writing it again gives.

The kernel's first looks at bytes that nobody can read refuse nothing that a closer look takes.
"""

from __future__ import annotations

import base64
import hashlib

import numpy as np

from tests.kernel.guessed import ways_of
from vitne.encodings.tlv import _best, _share
from vitne.identify.search import Searcher
from vitne.kernel.guesses import guesses
from vitne.kernel.letters import may_begin_inside, number_of
from vitne.kernel.looks import Marks, may_wrap
from vitne.kernel.values import may_be_values
from vitne.model import Limits, Node, Part, Seed

_SEEDS = (
    Seed(identifier="imei", name="imei#1", value="004402990000014"),
    Seed(identifier="mac-address", name="mac#1", value="00:00:5e:00:53:01"),
    Seed(identifier="person-name", name="name#1", value="Kari Nordmann"),
    Seed(identifier="cell-id", name="cell#1", value="x", mcc="001", mnc="01", area=30001, cell=26713345),
    Seed(identifier="location", name="home", value="", latitude=60.39299, longitude=5.32415, radius_m=100.0),
    Seed(identifier="location", name="south", value="", latitude=-0.1807, longitude=-78.4678, radius_m=60.0),
    *(Seed(identifier="contact", name=f"contact#{n}", value=f"Ola Elv {n}") for n in range(1, 5)),
    *(Seed(identifier="app-list", name=f"app#{n}", value=f"example.app{n}.maker") for n in range(1, 7)),
)
_LONGEST, _SHORTEST, _FEW = 4096, 8, Limits(children=64)  # of what first looks are held against closer ones
_MARKS = (b"{", b"--", b"begin ", b"\x1f\x8b\x08")
_LOOK = Marks(_MARKS).look
_FAST, _SLOW = Searcher(_SEEDS), Searcher(_SEEDS, engine="numpy")
SEEDS = [
    b'{"imei":"004402990000014","mac":"00:00:5E:00:53:01","cid":26713345,"lac":30001}',
    base64.b64encode(b"imei=004402990000014&name=Kari Nordmann"),
    b"lat=60.39299&lon=5.32415;603929900,53241500;$GPGGA,1,6023.5794,N,00519.4490,E",
    hashlib.sha256(b"004402990000014").hexdigest().encode() + hashlib.md5(b"00005e005301").digest(),
    "004402990000014".encode("utf-16-le") + b"0044029900000101" + b"004402990000014".hex().encode(),
]


def one(data: bytes) -> None:
    """Search some bytes as one node, as two nodes and as a raw buffer."""
    half = len(data) // 2
    nodes = [
        Node(part, part=Part(path="body", start=0, end=len(part)))
        for part in (data, data[:half], data[half:])
    ]
    fast, slow = (
        [(nodes.index(s.node), s.start, s.end, s.identifier, s.grade) for s in searcher.nodes(nodes)]
        for searcher in (_FAST, _SLOW)
    )
    assert fast == slow
    assert all(sighting.spelling_verified for sighting in _FAST.nodes(nodes))
    starts, ends = np.array([0, half]), np.array([half, len(data)])
    hits = _FAST.raw(np.frombuffer(data, dtype=np.uint8), starts, ends)
    assert (hits.start >= starts[hits.piece]).all()
    assert (hits.end <= ends[hits.piece]).all()
    _refused(data[:_LONGEST])


def _refused(data: bytes) -> None:
    """Hold the kernel's refusals against closer looks."""
    assert ways_of(data) & ~guesses(data).ways == 0
    if len(data) >= _SHORTEST and _share(data, _best(data, _FEW)):
        assert may_be_values(data, _FEW.children)
    told = _LOOK(data, _SHORTEST)
    assert [bool(told >> row & 1) for row in range(len(_MARKS))] == [
        mark in data[:_SHORTEST] for mark in _MARKS
    ]
    assert may_wrap(data) in {True, False}
    start = data[0] if data else 0
    assert may_begin_inside(data, start, len(data)) in {True, False}
    head = data[:64].lstrip(b"\x00")
    assert number_of(head, bytes(range(256)), 256) == head
