"""The real part of a capture: captures of the corpus, again and again, with other addresses and times.

Every replica has its own third octet of IPv4 addresses (or fifth group of IPv6 addresses), checksums are
repaired as RFC 1624 says, and each capture begins somewhere else within the two hours.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frames import SPAN_US, Frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from draws import Draws, Numbers

ETHERNET, RAW, RAW_OLD = 1, 101, 12


def corpus_folder() -> Path:
    """Give the folder of real captures, whether it is there or not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    return Path(os.environ.get("VITNE_CORPUS", beside))


def _pcap(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give (link type, microseconds, frame) of every record."""
    order = "<" if data[:4] in {b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"} else ">"
    nano = 1000 if b"\x3c" in data[:4] else 1
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        seconds, part, kept, _ = struct.unpack(order + "IIII", data[at : at + 16])
        if at + 16 + kept > len(data):
            return
        yield link, seconds * 1_000_000 + part // nano, data[at + 16 : at + 16 + kept]
        at += 16 + kept


def _pcapng(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    order, links, at = "<", list[int](), 0
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order, links = ("<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"), []
        kind, length = struct.unpack(order + "II", data[at : at + 8])
        if length < 12 or at + length > len(data):
            return
        if kind == 1:
            links.append(struct.unpack(order + "H", data[at + 8 : at + 10])[0])
        elif kind == 6:
            where, high, low, kept = struct.unpack(order + "IIII", data[at + 8 : at + 24])
            if where < len(links):
                yield links[where], (high << 32) | low, data[at + 28 : at + 28 + kept]
        at += length


def _read(path: Path) -> list[tuple[int, bytes]]:
    """Give (microseconds from the first, Ethernet frame) of a capture; other link types are left out."""
    data = path.read_bytes()
    records = _pcapng(data) if data[:4] == b"\x0a\x0d\x0d\x0a" else _pcap(data)
    frames = []
    for link, moment, frame in records:
        if link == ETHERNET:
            frames.append((moment, frame))
        elif link in {RAW, RAW_OLD} and frame[:1]:
            kind = b"\x86\xdd" if frame[0] >> 4 == 6 else b"\x08\x00"
            frames.append((moment, bytes.fromhex("00005e0053fe00005e005301") + kind + frame))
    first = min((moment for moment, _ in frames), default=0)
    longest = max((moment - first for moment, _ in frames), default=0)
    slow = max(1, -(-longest // (SPAN_US // 2)))
    return [((moment - first) // slow, frame) for moment, frame in frames]


@dataclass
class _Words:
    """Where 16-bit words of addresses stand, and the checksums that cover them; row = address."""

    word: Numbers
    ip_sum: Numbers
    """-1: none"""
    transport_sum: Numbers
    """-1: none"""


@dataclass
class Real:
    """All frames of the corpus in one row of bytes."""

    data: npt.NDArray[np.uint8]
    capture: Numbers
    """which capture each frame is of"""
    times: Numbers
    starts: Numbers
    lengths: Numbers
    words: _Words


def _addresses(frame: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Give (word, IP checksum, transport checksum) for both addresses of a frame that starts at ``at``."""
    kind, ip = frame[12:14], 14
    if kind == b"\x81\x00":
        kind, ip = frame[16:18], 18
    if kind == b"\x08\x00" and len(frame) >= ip + 20:
        transport = ip + (frame[ip] & 15) * 4
        first = not (int.from_bytes(frame[ip + 6 : ip + 8], "big") & 0x1FFF)
        checked = _checked(frame, frame[ip + 9], transport) if first else -1
        for address in (ip + 12, ip + 16):
            if 0 < frame[address] < 224:
                yield at + address + 2, at + ip + 10, at + checked if checked >= 0 else -1
    elif kind == b"\x86\xdd" and len(frame) >= ip + 40:
        checked = _checked(frame, frame[ip + 6], ip + 40)
        for address in (ip + 8, ip + 24):
            if frame[address] != 255:
                yield at + address + 8, -1, at + checked if checked >= 0 else -1


def _checked(frame: bytes, protocol: int, transport: int) -> int:
    """Say where the checksum of the transport stands in a frame; -1: none, or none that was computed."""
    place = {6: transport + 16, 17: transport + 6, 58: transport + 2}.get(protocol, -1)
    if place < 0 or place + 2 > len(frame) or (protocol == 17 and frame[place : place + 2] == b"\0\0"):
        return -1
    return place


def load() -> Real | None:
    """Read the corpus; None where there is none."""
    folder = corpus_folder() / "pcap"
    if not folder.is_dir():
        return None
    frames: list[tuple[int, int, bytes]] = []
    for number, path in enumerate(sorted(folder.rglob("*.pcap*"))):
        frames += [(number, moment, frame) for moment, frame in _read(path)]
    lengths = np.array([len(frame) for _, _, frame in frames], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    words = [
        one
        for (_, _, frame), at in zip(frames, starts.tolist(), strict=True)
        for one in _addresses(frame, at)
    ]
    columns = np.array(words, dtype=np.int64).reshape(-1, 3)
    return Real(
        np.frombuffer(b"".join(frame for _, _, frame in frames), np.uint8),
        np.array([number for number, _, _ in frames], dtype=np.int64),
        np.array([moment for _, moment, _ in frames], dtype=np.int64),
        starts,
        lengths,
        _Words(columns[:, 0], columns[:, 1], columns[:, 2]),
    )


def _word(data: npt.NDArray[np.uint8], at: Numbers) -> Numbers:
    return data[at].astype(np.int64) << 8 | data[at + 1]


def _set(data: npt.NDArray[np.uint8], at: Numbers, value: Numbers) -> None:
    data[at], data[at + 1] = value >> 8, value & 255


def _readdressed(real: Real, number: int) -> bytes:
    """Give the bytes of one replica; number 0 is the corpus as it is."""
    data = real.data.copy()
    if not number:
        return data.tobytes()
    rows = np.arange(len(real.words.word))
    for parity in (0, 1):  # source and target of a packet share their checksums: one after the other
        chosen = rows[rows % 2 == parity]
        word = real.words.word[chosen]
        old = _word(data, word)
        new = old ^ (number << 8)
        _set(data, word, new)
        for sums in (real.words.ip_sum[chosen], real.words.transport_sum[chosen]):
            has = sums >= 0
            total = (0xFFFF - _word(data, sums[has])) + (0xFFFF - old[has]) + new[has]
            total = (total & 0xFFFF) + (total >> 16)
            _set(data, sums[has], 0xFFFF - ((total & 0xFFFF) + (total >> 16)))
    return data.tobytes()


def replicas(draws: Draws, size: int) -> Frames | None:
    """Give so many bytes of real frames; None where there is no corpus."""
    real = load()
    if real is None:
        return None
    captures = int(real.capture.max()) + 1
    weight = np.bincount(real.capture, weights=(real.lengths + 16).astype(np.float64), minlength=captures)
    times, starts, lengths, pools = [], [], [], []
    left, base, number = float(size), 0, 0
    while left > 0 and number < 256:
        order = np.argsort(draws.raw(captures), kind="stable")
        fits = np.zeros(captures, dtype=bool)
        fits[order] = np.cumsum(weight[order]) <= left
        chosen = np.flatnonzero(fits[real.capture])
        pool = _readdressed(real, number)
        begin = draws.integers(captures, 0, SPAN_US // 2)
        times.append(real.times[chosen] + begin[real.capture[chosen]])
        starts.append(real.starts[chosen] + base)
        lengths.append(real.lengths[chosen])
        pools.append(pool)
        left = left - float(weight[fits].sum()) if fits.all() else 0
        base, number = base + len(pool), number + 1
    moments = np.concatenate(times)
    nothing = np.zeros((0, 0), dtype=np.uint8)
    return Frames(
        moments,
        nothing,
        np.zeros(len(moments), dtype=np.int64),
        np.concatenate(starts),
        np.concatenate(lengths),
        b"".join(pools),
    )
