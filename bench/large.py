"""One very large message: what a body of many megabytes, or of very many parts, costs, and what was cut off.

``python bench/large.py`` makes a capture for each shape, at its size and at a quarter of it, scans both on
one core with the default options, and prints CPU time, memory, how the time grew (4 is linear), which of the
three planted numbers were found (at the begin, in the middle, at the end), and the gaps that were told.
No time is asserted.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from running import Run

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = ("004402990000014", "004402990000022", "004402990000030")
"""what is planted: invented device numbers with right check digits"""
SEGMENT = 60_000
"""payload of a frame, bytes: as on the loopback"""
MEGABYTE = 1_000_000


def words(size: int) -> bytes:
    """Give so many bytes of made-up words, the same each time."""
    rows = np.random.default_rng(7).integers(ord("a"), ord("z") + 1, size=size, dtype=np.uint8)
    rows[::7] = ord(" ")
    return rows.tobytes()


def planted(body: bytes, numbers: tuple[str, ...] = NUMBERS) -> bytes:
    """Put one number near the begin, one in the middle and one near the end."""
    places = (len(body) // 100, len(body) // 2, len(body) - len(body) // 100)
    parts, at = [], 0
    for place, number in zip(places, numbers, strict=True):
        parts += [body[at:place], b" imei=" + number.encode() + b" "]
        at = place
    return b"".join([*parts, body[at:]])


def text(size: int) -> tuple[str, bytes]:
    return "text/plain", planted(words(size))


def noise(size: int) -> tuple[str, bytes]:
    return "application/octet-stream", planted(np.random.default_rng(8).bytes(size))


def in_base64(size: int) -> tuple[str, bytes]:
    return "text/plain", base64.b64encode(planted(words(size * 3 // 4)))


def in_hex(size: int) -> tuple[str, bytes]:
    return "text/plain", planted(words(size // 2)).hex().encode()


def in_gzip(size: int) -> tuple[str, bytes]:
    return "application/gzip", gzip.compress(planted(words(size)), 1, mtime=0)


def _items(count: int) -> list[str]:
    """Give so many values, three of which are planted."""
    items = [f"value {number}" for number in range(count)]
    for place, number in zip((count // 100, count // 2, count - 1 - count // 100), NUMBERS, strict=True):
        items[place] = number
    return items


def json_line(size: int) -> tuple[str, bytes]:
    items = _items(size // 50)
    rows = [{"number": number, "name": item, "on": True} for number, item in enumerate(items)]
    return "application/json", json.dumps({"rows": rows}, separators=(",", ":")).encode()


def json_nested(size: int) -> tuple[str, bytes]:
    return "application/json", b"[" * (size // 2) + planted(b"1," * 50) + b"]" * (size // 2)


def form(count: int) -> tuple[str, bytes]:
    fields = "&".join(f"key{number}={item}" for number, item in enumerate(_items(count)))
    return "application/x-www-form-urlencoded", fields.replace(" ", "+").encode()


def parts(count: int) -> tuple[str, bytes]:
    head = '--line\r\nContent-Disposition: form-data; name="field{}"\r\n\r\n{}\r\n'
    inside = "".join(head.format(number, item) for number, item in enumerate(_items(count)))
    return "multipart/form-data; boundary=line", inside.encode() + b"--line--\r\n"


SHAPES: dict[str, tuple[Callable[[int], tuple[str, bytes]], int]] = {
    "text": (text, 50 * MEGABYTE),
    "noise": (noise, 50 * MEGABYTE),
    "base64": (in_base64, 50 * MEGABYTE),
    "hex": (in_hex, 50 * MEGABYTE),
    "gzip": (in_gzip, 50 * MEGABYTE),
    "JSON in one line": (json_line, 10 * MEGABYTE),
    "JSON nested": (json_nested, 10 * MEGABYTE),
    "form of many fields": (form, 100_000),
    "multipart of many parts": (parts, 100_000),
}


def _frame(payload: bytes, sequence: int, *, port: int = 49152) -> bytes:
    tcp = struct.pack("!HHIIBBHHH", port, 80, sequence & 0xFFFFFFFF, 1, 5 << 4, 0x18, 65535, 0, 0)
    ip = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, b"\xc0\0\2\x0a", b"\xc6\x33\x64\x05"
    )
    return b"\0\0\x5e\0\x53\1\0\0\x5e\0\x53\2\x08\0" + ip + tcp + payload


def write(path: Path, kind: str, body: bytes) -> None:
    """Write a capture of one POST with this body (pcap, Ethernet, IPv4, TCP)."""
    lines = (
        "POST /report HTTP/1.1",
        "Host: server.example",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
    )
    said = "\r\n".join([*lines, "", ""]).encode() + body
    with path.open("wb") as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, at in enumerate(range(0, len(said), SEGMENT)):
            frame = _frame(said[at : at + SEGMENT], 1 + at)
            stream.write(struct.pack("<IIII", 1_700_000_000, number, len(frame), len(frame)) + frame)


def measured(
    shape: tuple[Callable[[int], tuple[str, bytes]], int], size: int, folder: Path
) -> tuple[Run, str, str]:
    """Scan one message; give the run, what was found and what was told to be missing."""
    capture, subject = folder / "large.pcap", folder / "subject.toml"
    write(capture, *shape[0](size))
    known = "".join(f'[[known]]\nidentifier = "imei"\nvalue = "{number}"\n' for number in NUMBERS)
    subject.write_text(known)
    subject.chmod(0o600)
    command = [
        sys.executable,
        "-m",
        "vitne.cli",
        "scan",
        str(capture),
        "--subject",
        str(subject),
        "--json",
        "--reveal",
    ]
    run = Run([*command, "-j", "1", "-q"], {min(os.sched_getaffinity(0))}, folder)
    document = json.loads((folder / "stdout").read_bytes())
    seen = {each["value"] for each in document["findings"]}
    found = " ".join(
        name for name, number in zip(("begin", "middle", "end"), NUMBERS, strict=True) if number in seen
    )
    gaps = sorted({f"{gap['kind']}: {gap['why']}" for gap in document["gaps"]})
    return run, found or "none", "; ".join(gaps)


def main(arguments: list[str] | None = None) -> int:
    """Print a table; 1 where a number was neither found nor told to be missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the sizes (1)")
    options = parser.parse_args(arguments)
    silent = 0
    print("| body | MB or parts | CPU s | a quarter of it | growth | MiB | found | told |")
    print("|---|---|---|---|---|---|---|---|")
    for name, shape in SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            size = int(shape[1] * options.scale)
            part, _, _ = measured(shape, size // 4, Path(folder))
            run, found, told = measured(shape, size, Path(folder))
        silent += found.count(" ") < 2 and not told
        cells = (
            name,
            f"{size / MEGABYTE:g}" if size >= MEGABYTE else str(size),
            f"{run.cpu:.2f}",
            f"{part.cpu:.2f}",
            f"{run.cpu / part.cpu:.1f}",
            str(run.memory >> 20),
            found,
            told,
        )
        print("| " + " | ".join(cells) + " |", flush=True)
    return 1 if silent else 0


if __name__ == "__main__":
    raise SystemExit(main())
