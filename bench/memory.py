"""What a scan's memory grows by, per packet and per flow, beyond the mapped file.

``python bench/memory.py`` makes captures of small packets from a seed, scans each with subject, case and page
on one core, and takes the most anonymous memory of each run.  Packets and flows are varied in turn; the growth
of each is the difference of two runs by the difference of their numbers.  ``--large`` goes up to a million of
each; ``--quick`` measures the mode that looks at bytes as they are sent only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
import captures
from running import Run

PACKET = 216  # bytes of one packet in the file
MOST_PER_PACKET, MOST_PER_FLOW, MOST_FLOOR = 40, 100, 350 << 20  # bytes: what the issue allows


class Point(NamedTuple):
    """One run."""

    packets: int
    flows: int
    memory: int  # most anonymous bytes
    cpu: float  # seconds


def measured(packets: int, flows: int, options: argparse.Namespace) -> Point:
    """Scan a capture of so many packets in so many flows."""
    made = captures.made(f"flows-{flows}", packets * PACKET // 1_000_000, folder=options.captures)
    ram = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="vitne-memory-", dir=ram) as name:
        out = Path(name)
        command = [sys.executable, "-m", "vitne.cli", "scan", str(made.path), "--subject", str(made.subject)]
        command += ["--case", str(out / "case"), "-q", "-j", "1", *(["--quick"] if options.quick else [])]
        run = Run(command, set(sorted(os.sched_getaffinity(0))[:1]), out)
    frames = made.truth["frames"]
    return Point(int(str(frames)), flows, run.memory, run.cpu)


def main() -> int:
    """Measure and print; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true", help="up to a million packets and a million flows")
    parser.add_argument("--quick", action="store_true", help="vitne's mode that looks at raw bytes only")
    parser.add_argument("--captures", type=Path, help="folder of captures (VITNE_BENCH_CAPTURES)")
    options = parser.parse_args()
    few, many = (100_000, 1_000_000) if options.large else (25_000, 100_000)
    points = {
        (packets, flows): measured(packets, flows, options)
        for packets, flows in ((few, few // 10), (many, few // 10), (many, many // 10), (many, many))
    }
    print("| packets | flows | MiB of anonymous memory | CPU s |\n|---|---|---|---|")
    for point in points.values():
        print(f"| {point.packets} | {point.flows} | {point.memory / 2**20:.1f} | {point.cpu:.1f} |")
    least, wide = points[few, few // 10], points[many, few // 10]
    per_packet = (wide.memory - least.memory) / (wide.packets - least.packets)
    busy, busiest = points[many, many // 10], points[many, many]
    per_flow = (busiest.memory - busy.memory) / (busiest.flows - busy.flows)
    floor = least.memory - per_packet * least.packets - per_flow * least.flows
    print(f"growth per packet {per_packet:.1f} B, per flow {per_flow:.1f} B, floor {floor / 2**20:.0f} MiB")
    kept = per_packet <= MOST_PER_PACKET and per_flow <= MOST_PER_FLOW and floor <= MOST_FLOOR
    print("within 40 B, 100 B and 350 MiB" if kept else "NOT within 40 B, 100 B and 350 MiB")
    return not kept


if __name__ == "__main__":
    sys.exit(main())
