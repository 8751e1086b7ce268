"""Every speed that is wanted, and what is reached: one table, one command, about ten minutes.

``python bench/targets.py`` measures the whole scan and the quick search beside the other tools that are
installed, the growth of time and memory, and small and many things; then it prints what was wanted, what was
reached and whether that holds.  Ratios of one core are those of CPU seconds: on a machine that others use,
too, wall times say little.  ``--only`` names parts; ``--runs`` takes medians of more runs.
"""

from __future__ import annotations

import argparse
import operator
import os
import statistics
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import captures
from many import CLOSE, subject_of
from memory import PACKET, Point, measured
from peers import absent, own, peers
from running import Run
from scan import Row
from streaming import Source

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1 << 20


class Target(NamedTuple):
    """One row of the table."""

    what: str
    wanted: str
    reached: str
    holds: bool | None  # None: could not be measured here

    def line(self) -> str:
        """Give the row as Markdown."""
        said = {True: "yes", False: "no", None: "not measured"}[self.holds]
        return f"| {self.what} | {self.wanted} | {self.reached} | {said} |"


def ratio(what: str, wanted: float, own_s: float, other_s: float | None) -> Target:
    """Say how many times the other's time is ours; it should be so much or more."""
    if other_s is None:
        return Target(what, f"≥ {wanted}x", "not installed here", None)
    reached = other_s / own_s
    return Target(what, f"≥ {wanted}x", f"{reached:.2f}x ({own_s:.2f} s, {other_s:.2f} s)", reached >= wanted)


class Bench:
    """What is measured with, and where."""

    def __init__(self, options: argparse.Namespace, out: Path) -> None:
        self.options = options
        self.out = out
        self.cores = sorted(os.sched_getaffinity(0))[:2]
        self.short: list[str] = []  # planted values that were not found

    def rows(self, kind: str, size: int, wanted: set[str]) -> dict[str, Row]:
        """Run some entrants in turn on one capture; give them by their short names."""
        made = captures.made(kind, size, folder=self.options.captures)
        every = [*own(made, self.out, len(self.cores)), *peers(made, self.out, len(self.cores))]
        rows = {one.slug: Row(one) for one in every if one.slug in wanted}
        made.path.read_bytes()  # it is in memory before the first run
        for _ in range(self.options.runs):
            for row in rows.values():
                row.run(made, self.out, self.cores)
        self.short += [f"{kind}, {row.entrant.slug}: {one}" for row in rows.values() for one in row.short]
        return rows

    def quick(self, capture: Path, subject: Path, *more: str) -> Run:
        """Search a capture quickly, with no case."""
        words = ["--subject", str(subject), "--quick", "-q", "-j", "1", *more]
        runs = [self.command("scan", str(capture), *words) for _ in range(self.options.runs)]
        return min(runs, key=operator.attrgetter("cpu"))

    def command(self, *words: str, feed: Callable[..., object] | None = None) -> Run:
        """Run one command of vitne on one core."""
        command = [sys.executable, "-m", "vitne.cli", *words]
        return Run(command, set(self.cores[:1]), self.out, feed=feed)

    @cached_property
    def tiny(self) -> Path:
        """A capture of ten packets: what a scan of it costs is start-up."""
        path = self.out / "tiny.pcap"
        data = self.small.path.read_bytes()
        path.write_bytes(data[: 24 + 10 * PACKET])
        return path

    @cached_property
    def small(self) -> captures.Made:
        """A million packets of 200 bytes in ten thousand flows."""
        return captures.made("flows-10000", PACKET, folder=self.options.captures)

    @cached_property
    def points(self) -> dict[tuple[int, int], Point]:
        """Quick searches of noise in small packets: packets and flows, memory and CPU."""
        million = 1_000_000
        self.options.full = False
        plan = (
            (million, 10_000), (2 * million, 10_000), (million, 100_000), (million, million)
        )  # fmt: skip
        return {each: measured(*each, self.options) for each in plan}

    @cached_property
    def start(self) -> float:
        """CPU seconds of a quick search of next to nothing."""
        return self.quick(self.tiny, self.small.subject).cpu


def beside(bench: Bench) -> list[Target]:
    """Compare with other tools on the mixed capture and on a phone's day."""
    own_rows = {"vitne", "vitne-cores", "quick"}
    mixed = bench.rows(
        "mixed", bench.options.size, own_rows | {"suricata", "suricata-cores", "tshark-http", "ndpi", "rg"}
    )
    phone = bench.rows("phone", bench.options.size, {"vitne", "tcpdump"})

    def of(rows: dict[str, Row], slug: str, what: str = "cpu") -> float | None:
        return rows[slug].median(what) if slug in rows else None

    whole, quick = mixed["vitne"].median("cpu"), mixed["quick"].median("cpu")
    found = [
        ratio("whole scan, 1 core, against Suricata", 4, whole, of(mixed, "suricata")),
        ratio(
            "whole scan, 2 cores, against Suricata, wall time",
            5,
            of(mixed, "vitne-cores", "wall") or whole,
            of(mixed, "suricata-cores", "wall"),
        ),
        ratio("whole scan against tshark, fields of HTTP", 20, whole, of(mixed, "tshark-http")),
        ratio("whole scan against nDPI's reader", 2, whole, of(mixed, "ndpi")),
        ratio("`--quick`, 1 core, against Suricata", 8, quick, of(mixed, "suricata")),
    ]
    raw = of(mixed, "rg")
    times = "not installed here" if raw is None else f"{quick / raw:.1f}x ({quick:.2f} s, {raw:.2f} s)"
    holds = None if raw is None else quick <= 5 * raw
    found.append(
        Target("`--quick` against ripgrep's raw search of 14 literals", "≤ 5x its time", times, holds)
    )
    day = phone["vitne"].median("cpu")
    found.append(
        ratio("a phone's day, whole scan, against tcpdump's read and write", 0.35, day, of(phone, "tcpdump"))
    )
    return found


def opening(bench: Bench) -> list[Target]:
    """Compare opening closed traffic with its keys."""
    what = "scan with keys against tshark, which decrypts"
    try:
        from bench.decryption import measured as taken
        from bench.decryption import traffic
    except ImportError as error:
        return [Target(what, "≥ 8x", f"{error.name} is not installed here", None)]
    with tempfile.TemporaryDirectory() as name:
        sums: dict[str, float] = {}
        for talked in traffic(Path(name), bench.options.closed):
            for way, (cpu, _, _) in taken(talked, 1).items():
                sums[way] = sums.get(way, 0.0) + cpu
    return [
        ratio(what, 8, sums["vitne scan --keys"], sums.get("tshark")),
        ratio("… opening alone", 8, sums["vitne opens"], sums.get("tshark")),
    ]


def spellings(bench: Bench) -> list[Target]:
    """Compare a search for very many spellings with one for as few as there can be."""
    made = captures.made("mixed", bench.options.size, folder=bench.options.captures)
    speeds, counts = [], []
    for seeds in (1, CLOSE):
        subject, count = subject_of(seeds, bench.out)
        start = bench.quick(bench.tiny, subject).cpu
        speeds.append(bench.quick(made.path, subject).cpu - start)
        counts.append(count)
    reached = speeds[0] / speeds[1]
    what = f"{counts[1]:,} searched spellings against {counts[0]:,} (one value), start-up taken off"
    return [Target(what, "≥ 0.5x the speed", f"{reached:.2f}x", reached >= 0.5)]


def packets(bench: Bench) -> list[Target]:
    """Say how small packets and many flows are taken, and what memory they need."""
    points, million = bench.points, 1_000_000
    few, twice, many, most = points.values()
    flows = (few.cpu - bench.start) / (most.cpu - bench.start)
    rate = many.packets / (many.cpu - bench.start) / million
    per_packet = (twice.memory - few.memory) / (twice.packets - few.packets)
    per_flow = (most.memory - many.memory) / (most.flows - many.flows)
    floor = (few.memory - per_packet * few.packets - per_flow * few.flows) / MIB
    grown = f"{per_packet:.0f} B, {per_flow:.0f} B, {floor:.0f} MiB"
    return [
        Target("10^6 flows against 10^4, same bytes", "≥ 0.5x the speed", f"{flows:.2f}x", flows >= 0.5),
        Target("packets of 200 bytes, `--quick`", "≥ 3 M a second", f"{rate:.2f} M", rate >= 3),
        Target(
            "private memory: a packet, a flow, floor",
            "≤ 40 B, 100 B, 350 MiB",
            grown,
            per_packet <= 40 and per_flow <= 100 and floor <= 350,
        ),
    ]


def streamed(bench: Bench) -> list[Target]:
    """Say how time and memory grow with what comes through standard input."""
    words = ("scan", "-", "--subject", str(bench.small.subject), "--quick", "-q", "-j", "1")
    mixed = captures.made("mixed", bench.options.size, folder=bench.options.captures)
    found, costs = [], {}
    for part in (10, bench.options.size, bench.options.stream):
        source = Source((mixed if part >= bench.options.size else captures.made("mixed", part)).path)
        written = 0

        def feed(sink: IO[bytes], source: Source = source, part: int = part) -> None:
            nonlocal written
            written = source.tell(sink, part * 1_000_000)

        run = bench.command(*words, feed=feed)
        costs[written] = ((run.cpu - bench.start) / written * 1e9, run.memory)
    (_, middle, last), sizes = costs.values(), [f"{size / 1e9:.2f} GB" for size in costs]
    grown = last[0] / middle[0]
    told = ", ".join(
        f"{cost:.2f} s/GB at {size}" for size, (cost, _) in zip(sizes, costs.values(), strict=True)
    )
    found.append(
        Target(
            "cost growth through standard input", "linear within 15 %", f"{told}: {grown:.2f}x", grown <= 1.15
        )
    )
    source = Source(bench.small.path)
    run = bench.command(*words, feed=lambda sink: source.tell(sink, bench.options.stream * 1_000_000))
    count = max(1, round(bench.options.stream * 1e6 / len(source.data))) * len(source.records)
    base = bench.points[1_000_000, 10_000]
    speed = (base.cpu - bench.start) / base.packets / ((run.cpu - bench.start) / count)
    reached = f"{run.memory / MIB:.0f} MiB at {speed:.2f}x speed, {count / 1e6:.0f} M packets"
    holds = run.memory <= 1 << 30 and speed >= 0.7
    found.append(Target("bounded memory, small packets", "≤ 1 GiB at ≥ 0.7x speed", reached, holds))
    return found


def commands(bench: Bench) -> list[Target]:
    """Say how long whole commands take."""
    made = captures.made("mixed", 10, folder=bench.options.captures)
    words = ("scan", str(made.path), "--subject", str(made.subject), "-q", "-j", "1")
    walls = []
    for number in range(3):
        run = bench.command(*words, "--case", str(bench.out / f"case{number}"))
        walls.append((run.wall, run.cpu))
    wall, cpu = min(walls)
    asked = statistics.median(bench.command("--help").wall for _ in range(3))
    return [
        Target("whole command on 10 MB", "≤ 0.4 s", f"{wall:.2f} s, {cpu:.2f} s of CPU", wall <= 0.4),
        Target("`vitne --help`", "≤ 0.25 s", f"{asked:.2f} s", asked <= 0.25),
    ]


PARTS: dict[str, Callable[[Bench], list[Target]]] = {
    "commands": commands,
    "packets": packets,
    "spellings": spellings,
    "streamed": streamed,
    "opening": opening,
    "beside": beside,
}


def main() -> int:
    """Measure and print; 1 where something planted was not found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=200, help="megabytes of the captures")
    parser.add_argument("--stream", type=int, default=2600, help="megabytes through standard input")
    parser.add_argument("--closed", type=int, default=16, help="megabytes inside closed traffic")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="", help=f"parts, separated by commas: {', '.join(PARTS)}")
    parser.add_argument("--captures", type=Path, help="folder of captures (VITNE_BENCH_CAPTURES)")
    options = parser.parse_args()
    for name in absent():
        print(f"NOT HERE, left out: {name}")
    wanted = set(filter(None, options.only.split(","))) or set(PARTS)
    ram = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="vitne-targets-", dir=ram) as name:
        bench = Bench(options, Path(name))
        print("| measured | wanted | reached | holds |\n|---|---|---|---|", flush=True)
        for part, take in PARTS.items():
            for target in take(bench) if part in wanted else ():
                print(target.line(), flush=True)
    if bench.short:
        print("MISSED of what was planted: " + "; ".join(bench.short))
    return bool(bench.short)


if __name__ == "__main__":
    sys.exit(main())
