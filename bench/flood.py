"""Sends numbered datagrams at a steady rate, many with one call; started by ``bench/live.py``.

summary: sendmmsg on a packet socket that goes around the queueing discipline
specification: sendmmsg(2), packet(7); RFC 768 and RFC 791 for what is sent
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
import time

BATCH, LEAST = 64, 16  # datagrams of one call, and so many have to be due
SOL_PACKET, QDISC_BYPASS = 263, 20


class Piece(ctypes.Structure):
    """struct iovec."""

    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("pieces", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("sent", ctypes.c_uint64),  # 32 bits with what fills up on both sides
    ]


def packet(own: bytes, to: bytes, size: int) -> bytes:
    """Give one datagram to port 9 with all that lies before it; its payload begins 42 bytes in."""
    head = struct.pack("!BBHHHBBH", 0x45, 0, 28 + size, 0, 0x4000, 64, 17, 0)
    head += bytes([192, 0, 2, 1, 192, 0, 2, 2])
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:]
    return to + own + b"\x08\0" + head + struct.pack("!HHHH", 9, 9, 8 + size, 0) + bytes(size)


def flood(link: str, frame: bytes, rate: float, seconds: float) -> tuple[int, float]:
    """Send; give how many and how long it took."""
    buffers = [ctypes.create_string_buffer(frame, len(frame)) for _ in range(BATCH)]
    pieces = (Piece * BATCH)(*(Piece(ctypes.addressof(each), len(frame)) for each in buffers))
    messages = (Message * BATCH)()
    for number in range(BATCH):
        messages[number].pieces = ctypes.addressof(pieces) + number * ctypes.sizeof(Piece)
        messages[number].count = 1
    call = ctypes.CDLL(None, use_errno=True).sendmmsg
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as out:
        out.setsockopt(SOL_PACKET, QDISC_BYPASS, 1)
        out.bind((link, 0))
        sent, begin, last = 0, time.perf_counter(), int(rate * seconds)
        while sent < last and (now := time.perf_counter() - begin) < 4 * seconds:
            due = min(int(now * rate) - sent, BATCH, last - sent)
            if due < LEAST and sent + due < last:
                time.sleep(1e-4)
                continue
            for number in range(due):
                struct.pack_into("!Q", buffers[number], 42, sent + number)
            sent += max(call(out.fileno(), ctypes.byref(messages), due, 0), 0)
        return sent, time.perf_counter() - begin


if __name__ == "__main__":
    name, own, to, rate, seconds, size = sys.argv[1:]
    count, took = flood(
        name, packet(bytes.fromhex(own), bytes.fromhex(to), max(8, int(size))), float(rate), float(seconds)
    )
    print(count, took)
