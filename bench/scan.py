"""The whole scan beside other tools on the same file: time, memory, and whether everything planted was found.

``python bench/scan.py --size 200`` takes the mixed capture of about 200 million bytes (made from a seed, kept
for the next time) and runs vitne and every other tool that is installed in turn: on the same core or cores,
the file in memory, all output on a RAM disk.  It prints medians and ratios as a table.  No time is asserted;
that vitne found everything that was planted, in the very runs that are quoted, is.

``--all`` measures all kinds and sizes, one table each.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import captures
from peers import Entrant, absent, own, peers
from planted import SPELLED, Planted
from running import Run

ALL = (
    ("mixed", 10, 3, ""),
    ("mixed", 200, 3, ""),
    ("mixed", 1300, 1, ""),
    ("web", 200, 1, "suricata,tshark-http,ndpi"),
    ("phone", 200, 3, ""),
    ("flows-10000", 200, 1, "suricata,ndpi"),
    ("flows-100000", 200, 1, "suricata,ndpi"),
    ("flows-1000000", 250, 1, "suricata,ndpi"),
    ("giant", 100, 1, "suricata,ndpi,tshark-http"),
    ("hostile", 100, 1, "suricata,ndpi,tshark-http"),
)
"""What ``--all`` measures: kind, megabytes, runs, and which peers (none named: all)."""


class Recall:
    """What one case found of what was planted; each planted value wants a finding of its own."""

    def __init__(self, case: Path, planted: list[Planted]) -> None:
        found: collections.Counter[tuple[str, str, str]] = collections.Counter()
        with (case / "findings.jsonl").open(encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                if row["seed"]:
                    ends = (f"{row[end]['ip']}:{row[end]['port']}" for end in ("source", "destination"))
                    source, target = ends
                    found[row["seed"], source, target] += 1
        self.found = 0
        self.missed: collections.Counter[tuple[str, str]] = collections.Counter()
        for one in sorted(planted, key=lambda one: one.form not in SPELLED):  # a miss is put on the hardest
            key = (one.seed, one.source, one.target)
            if found[key]:
                found[key] -= 1
                self.found += 1
            else:
                self.missed[one.seed, one.form] += 1

    def short(self, *, quick: bool) -> list[str]:
        """Name what should have been found and was not; the quick mode owes only what it searches."""
        owed = {key: n for key, n in self.missed.items() if not quick or _searched_quickly(*key)}
        return [f"{seed} as {form}: {n}" for (seed, form), n in sorted(owed.items())]


def _searched_quickly(seed: str, form: str) -> bool:
    """Say whether a form is one of the spellings that quick search looks for: of places, degrees alone."""
    return form in SPELLED and not (seed.startswith("location") and form.startswith("base64"))


class Row:
    """All runs of one entrant."""

    def __init__(self, entrant: Entrant) -> None:
        self.entrant = entrant
        self.runs: list[Run] = []
        self.result = ""
        self.short: list[str] = []

    def run(self, made: captures.Made, out: Path, cores: list[int]) -> None:
        """Run once more, with nothing left of the run before."""
        for name in ("case", "tcpflow"):
            shutil.rmtree(out / name, ignore_errors=True)
        (out / "tcpflow").mkdir()
        (out / "eve.json").unlink(missing_ok=True)
        self.runs.append(Run(self.entrant.command, set(cores[: self.entrant.cores]), out))
        self.result = self._result(made, out)

    def _result(self, made: captures.Made, out: Path) -> str:
        match self.entrant.result:
            case "case":
                recall = Recall(out / "case", made.planted)
                self.short = recall.short(quick=self.entrant.quick)
                return f"{recall.found} of {len(made.planted)} planted"
            case "files":
                return f"{sum(1 for _ in (out / 'tcpflow').iterdir())} files"
            case "eve":
                events = (out / "eve.json").read_bytes().count(b"\n")
                return f"{events} events"
            case "none":
                return ""
            case _:
                return f"{self.runs[-1].lines} lines"

    def median(self, what: str) -> float:
        """Give the median of ``wall`` or ``cpu``."""
        return float(statistics.median(getattr(run, what) for run in self.runs))


def compare(made: captures.Made, options: argparse.Namespace, runs: int, wanted: set[str]) -> list[str]:
    """Run everything in turn, print medians and ratios; give what was missed."""
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    ram = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="vitne-bench-", dir=ram) as name:
        out = Path(name)
        others = [one for one in peers(made, out, len(cores)) if not wanted or one.slug in wanted]
        mine = [one for one in own(made, out, len(cores)) if not options.only or one.slug in options.only]
        rows = [Row(one) for one in [*mine, *others]]
        with made.path.open("rb") as stream:  # the file is in memory before the first run
            while stream.read(1 << 24):
                continue
        for _ in range(runs):
            for row in rows:
                row.run(made, out, cores)
    _print(rows, made.path.stat().st_size)
    return [f"{row.entrant.slug}: {one}" for row in rows for one in row.short]


def _print(rows: list[Row], size: int) -> None:
    """Print the table; on a machine that others use, too, CPU time is what can be compared."""
    own_wall, own_cpu = rows[0].median("wall"), rows[0].median("cpu")
    runs = len(rows[0].runs)
    print(
        f"| median of {runs} | wall s | CPU s | MB/s of CPU | MiB | wall ÷ vitne's | CPU ÷ vitne's | result |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        wall, cpu = row.median("wall"), row.median("cpu")
        memory = max(run.memory for run in row.runs) / 2**20
        print(
            f"| {row.entrant.name} | {wall:.2f} | {cpu:.2f} | {size / cpu / 1e6:.1f} | {memory:.0f} "
            f"| {wall / own_wall:.2f} | {cpu / own_cpu:.2f} | {row.result} |"
        )
    print(flush=True)


def _measure(plan: tuple[str, int, int, str], options: argparse.Namespace) -> list[str]:
    kind, size, runs, named = plan
    made = captures.made(kind, size, seed=options.seed, folder=options.captures)
    truth = made.truth
    print(f"{kind}, {truth['bytes']} bytes, {truth['frames']} frames, seed {options.seed}: {made.path.name}")
    if truth["left_out"]:
        print("LEFT OUT: the real part, for there is no corpus here (VITNE_CORPUS)")
    print(flush=True)
    return compare(made, options, runs, set(filter(None, named.split(","))))


def main() -> int:
    """Run and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=100, help="megabytes of the capture")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2, help="most cores of the rows that use several")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", choices=captures.KINDS, default="mixed", help="kind of capture")
    parser.add_argument("--all", action="store_true", help="all kinds and sizes, one table each")
    parser.add_argument("--peers", default="", help="only these, separated by commas; «none»: vitne alone")
    parser.add_argument("--only", default="", help="only these rows of vitne: vitne, vitne-cores, quick")
    parser.add_argument("--captures", type=Path, help="folder of captures (VITNE_BENCH_CAPTURES)")
    options = parser.parse_args()
    options.only = set(filter(None, options.only.split(",")))
    for name in absent():
        print(f"NOT HERE, left out: {name}")
    print(f"captures are kept in {options.captures or captures.kept_folder()}")
    plan = ALL if options.all else ((options.mix, options.size, options.runs, options.peers),)
    missed = []
    for one in plan:
        missed += [f"{one[0]}: {what}" for what in _measure(one, options)]
    if missed:
        print("MISSED of what was planted: " + "; ".join(missed))
        return 1
    print("All that was planted was found in these very runs.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
