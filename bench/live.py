"""``python bench/live.py``: packets a second that ``vitne capture`` writes without losing one; needs root.

Two namespaces, one wire between them: one end sends small datagrams at a steady rate, the other is captured.
Counted are the packets sent, those in the files, and those the kernel says it dropped.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SENDER = """
import socket, sys, time
rate, seconds, size = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to = ("192.0.2.2", 9)
payload, sent, begin = bytes(size), 0, time.perf_counter()
while (now := time.perf_counter() - begin) < seconds:
    due = int(now * rate)
    for _ in range(min(due - sent, 200)):
        link.sendto(payload, to)
        sent += 1
print(sent, time.perf_counter() - begin)
"""


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def measure(rate: float, seconds: float, size: int, buffer: int) -> bool:
    near, far = f"vb{os.getpid()}a", f"vb{os.getpid()}b"
    try:
        for name in (near, far):
            run("ip", "netns", "add", name)
        run("ip", "link", "add", "v0", "netns", near, "type", "veth", "peer", "v1", "netns", far)
        for name, link, address in ((near, "v0", "192.0.2.1/24"), (far, "v1", "192.0.2.2/24")):
            run("ip", "-n", name, "addr", "add", address, "dev", link)
            run("ip", "-n", name, "link", "set", link, "up")
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", near, "neigh", "add", "192.0.2.2", "lladdr", _address(far), "dev", "v0")
        with tempfile.TemporaryDirectory() as folder:
            words = [
                sys.executable,
                "-m",
                "vitne.cli",
                "capture",
                "-i",
                "v1",
                "--out",
                folder,
                "--buffer",
                str(buffer),
            ]
            capture = subprocess.Popen(
                ["ip", "netns", "exec", far, *words], stderr=subprocess.PIPE, text=True
            )
            assert capture.stderr is not None
            capture.stderr.readline()
            said = run(
                "ip", "netns", "exec", near, sys.executable, "-c", SENDER, str(rate), str(seconds), str(size)
            )
            sent, took = int(said.split()[0]), float(said.split()[1])
            time.sleep(0.5)
            capture.send_signal(signal.SIGTERM)
            last = capture.stderr.read().strip().splitlines()[-1]
            usage = os.wait4(capture.pid, 0)[2]
            written = sum(path.stat().st_size for path in Path(folder).iterdir())
        got, dropped = int(last.split()[0]), int(last.rsplit(" ", 1)[1])
        cpu = usage.ru_utime + usage.ru_stime
        print(f"{sent} sent in {took:.1f} s ({sent / took:,.0f} a second)")
        print(f"{got} frames written ({written / 1e6:.0f} MB)")
        print(f"{dropped} dropped by the kernel; {cpu:.1f} s of CPU, {cpu / took:.0%} of a core")
        return got >= sent and dropped == 0
    finally:
        for name in (near, far):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _address(space: str) -> str:
    words = run("ip", "-n", space, "link", "show", "v1").split()
    return words[words.index("link/ether") + 1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="live", description=__doc__)
    parser.add_argument("--rate", type=float, default=100_000, help="packets a second")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--size", type=int, default=100, help="bytes of a datagram")
    parser.add_argument("--buffer", type=int, default=64, help="megabytes of the ring")
    options = parser.parse_args()
    if os.geteuid() != 0 or not hasattr(socket, "AF_PACKET"):
        print("this needs root on Linux")
        return 2
    return 0 if measure(options.rate, options.seconds, options.size, options.buffer) else 1


if __name__ == "__main__":
    sys.exit(main())
