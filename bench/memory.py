"""What a scan's memory grows by, per packet and per flow, beyond the mapped file.

``python bench/memory.py`` makes captures of small packets of noise from a seed, scans each with subject, case
and page on one core, and takes the most anonymous memory of each run.  Packets and flows are varied in turn;
growth is the difference of two runs by the difference of their numbers.  Searched is what is sent, as it is
sent (``--quick``): the tables are the same, and ``--full`` reads every packet of noise in every encoding.
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
        command += ["--case", str(out / "case"), "-q", "-j", "1", *([] if options.full else ["--quick"])]
        run = Run(command, set(sorted(os.sched_getaffinity(0))[:1]), out)
    frames = made.truth["frames"]
    return Point(int(str(frames)), flows, run.memory, run.cpu)


def main() -> int:
    """Measure and print; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packets", type=int, default=1_000_000, help="packets of the smaller captures")
    parser.add_argument("--full", action="store_true", help="the whole scan, which takes hours on noise")
    parser.add_argument("--captures", type=Path, help="folder of captures (VITNE_BENCH_CAPTURES)")
    options = parser.parse_args()
    few = options.packets
    plan = ((few, few // 100), (2 * few, few // 100), (few, few // 10), (few, few))
    points = [measured(packets, flows, options) for packets, flows in plan]
    print("| packets | flows | MiB of anonymous memory | CPU s |\n|---|---|---|---|")
    for point in points:
        print(f"| {point.packets} | {point.flows} | {point.memory / 2**20:.1f} | {point.cpu:.1f} |")
    least, wide, busy, busiest = points
    per_packet = (wide.memory - least.memory) / (wide.packets - least.packets)
    per_flow = (busiest.memory - busy.memory) / (busiest.flows - busy.flows)
    floor = least.memory - per_packet * least.packets - per_flow * least.flows
    print(f"growth per packet {per_packet:.1f} B, per flow {per_flow:.1f} B, floor {floor / 2**20:.0f} MiB")
    kept = per_packet <= MOST_PER_PACKET and per_flow <= MOST_PER_FLOW and floor <= MOST_FLOOR
    print("within 40 B, 100 B and 350 MiB" if kept else "NOT within 40 B, 100 B and 350 MiB")
    return not kept


if __name__ == "__main__":
    sys.exit(main())
