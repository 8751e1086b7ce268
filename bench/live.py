"""``python bench/live.py``: packets a second that ``vitne capture`` writes without losing one; needs root.

Two namespaces, one wire between them: one end sends numbered datagrams steadily, the other is captured.
Counted are the packets sent, those that the receiving interface counts, those in the files by their numbers,
and those the kernel says it dropped.  Where the machine allows it both programs run ahead of all others, so
that what else it does is not measured; what the capture takes of a core is counted in any case.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SENDER = Path(__file__).resolve().parent / "flood.py"
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PRIORITY = 5  # of real time


class Figures(NamedTuple):
    """What one run gave."""

    sent: int
    took: float
    arrived: int  # by the count of the receiving interface
    written: int  # numbered packets in the files, each counted once
    twice: int
    megabytes: float
    dropped: int  # by the kernel's count
    cpu: float  # seconds of CPU of the capture, while it was sent to


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def measure(rate: float, seconds: float, size: int, buffer: int) -> Figures:
    near, far = f"vb{os.getpid()}a", f"vb{os.getpid()}b"
    try:
        for name in (near, far):
            run("ip", "netns", "add", name)
        run("ip", "link", "add", "v0", "netns", near, "type", "veth", "peer", "v1", "netns", far)
        run("ip", "-n", near, "link", "set", "v0", "up")
        run("ip", "-n", far, "link", "set", "v1", "up")
        with tempfile.TemporaryDirectory() as folder:
            return _measured((near, far), (rate, seconds, size), Path(folder), buffer)
    finally:
        for name in (near, far):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _measured(spaces: tuple[str, str], asked: tuple[float, float, int], folder: Path, buffer: int) -> Figures:
    near, far = spaces
    words = ["-m", "vitne.cli", "capture", "-i", "v1", "--out", str(folder), "--buffer", str(buffer)]
    capture = subprocess.Popen(
        ["ip", "netns", "exec", far, sys.executable, *words], stderr=subprocess.PIPE, text=True
    )
    assert capture.stderr is not None
    capture.stderr.readline()
    addresses = [_address(near, "v0"), _address(far, "v1")]
    before, cpu = _received(far), _cpu(capture.pid)
    told = [str(each) for each in asked]
    said = run("ip", "netns", "exec", near, sys.executable, str(SENDER), "v0", *addresses, *told)
    sent, took = int(said.split()[0]), float(said.split()[1])
    time.sleep(0.5)
    cpu, arrived = _cpu(capture.pid) - cpu, _received(far) - before
    capture.send_signal(signal.SIGTERM)
    last = capture.stderr.read().strip().splitlines()[-1]
    capture.wait()
    numbers = [number for path in sorted(folder.glob("*.pcapng")) for number in _numbers(path.read_bytes())]
    return Figures(
        sent=sent,
        took=took,
        arrived=arrived,
        written=len(set(numbers)),
        twice=len(numbers) - len(set(numbers)),
        megabytes=sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
        dropped=int(last.rsplit(" ", 1)[1]),
        cpu=cpu,
    )


def _numbers(data: bytes) -> list[int]:
    """Give the numbers that the sender wrote into its datagrams (to port 9), out of one file."""
    at, out = 0, []
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6 and data[at + 28 + 36 : at + 28 + 38] == b"\0\x09":
            out.append(struct.unpack_from("!Q", data, at + 28 + 42)[0])
        at += size
    return out


def _address(space: str, link: str) -> str:
    words = run("ip", "-n", space, "link", "show", link).split()
    return words[words.index("link/ether") + 1].replace(":", "")


def _received(space: str) -> int:
    return int(run("ip", "netns", "exec", space, "cat", "/sys/class/net/v1/statistics/rx_packets"))


def _cpu(process: int) -> float:
    words = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


def main() -> int:
    parser = argparse.ArgumentParser(prog="live", description=__doc__)
    parser.add_argument("--rate", type=float, default=105_000, help="packets a second that are tried")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--size", type=int, default=100, help="bytes of a datagram")
    parser.add_argument("--buffer", type=int, default=64, help="megabytes of the ring")
    options = parser.parse_args()
    if not hasattr(socket, "AF_PACKET") or os.geteuid() != 0:
        print("this needs root on Linux")
        return 2
    ahead = False
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
        ahead = True
    got = measure(options.rate, options.seconds, options.size, options.buffer)
    print(f"{got.sent} sent in {got.took:.2f} s: {got.sent / got.took:,.0f} a second")
    print(f"{got.arrived} arrived by the interface's count; {got.dropped} dropped by the kernel's")
    print(f"{got.written} in the files ({got.megabytes:.0f} MB), {got.twice} of them twice")
    share, each = got.cpu / got.took, got.cpu / max(got.sent, 1)
    print(f"capture: {got.cpu:.2f} s of CPU, {share:.0%} of a core, {each * 1e6:.1f} microseconds a packet")
    print(f"{os.cpu_count()} cores, {'ahead of other programs' if ahead else 'beside all other programs'}")
    return 0 if got.written == got.sent and got.dropped == got.twice == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
