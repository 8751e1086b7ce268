"""The whole scan beside tshark on the same file: time, memory, and whether everything planted was found.

``python bench/scan.py --size 200`` makes a mixed capture of about 200 million bytes from a seed and runs, in
turn and on the same core, warm: tshark that dissects every packet and prints its line («reads»), tshark
that prints the fields of HTTP, and ``vitne scan`` with subject file and case folder.  No time is asserted;
that all planted values that can be found are found is.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import captures

HTTP_FIELDS = [
    "-Y",
    "http",
    "-T",
    "fields",
    "-e",
    "http.host",
    "-e",
    "http.request.full_uri",
    "-e",
    "http.file_data",
]
OWN = "vitne scan, subject, case, page, 1 core"


class Run:
    """Wall seconds, CPU seconds and memory beyond mapped files of one run, its child processes included."""

    def __init__(self, command: list[str], cores: set[int]) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509  (one thread here)
        )
        self.memory = 0
        while process.poll() is None:
            self.memory = max(self.memory, sum(_anonymous(pid) for pid in _tree(process.pid)))
            time.sleep(0.02)
        _, errors = process.communicate()
        self.wall = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if process.returncode not in {0, 10}:
            raise SystemExit(f"{' '.join(command[:3])} failed: {errors.decode()[-500:]}")


def _tree(pid: int) -> list[int]:
    """Give a process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(found for child in below for found in _tree(int(child)))]


def _anonymous(pid: int) -> int:
    """Give the memory of a process that is no mapped file, what it shares counted by share (Pss_Anon)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss_Anon")), 0)


def recall(case: Path, planted: captures.Planted) -> tuple[int, int, list[str]]:
    """Count planted values that the case names, by identifier and form."""
    found: collections.Counter[str] = collections.Counter()
    for line in (case / "findings.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["seed"]:
            found[row["identifier"]] += 1
    wanted: collections.Counter[str] = collections.Counter()
    for (identifier, _), count in planted.values.items():
        wanted[identifier] += count
    short = [name for name in sorted(wanted) if found[name] < wanted[name]]
    missed = [f"{name}: {found[name]} of {wanted[name]}" for name in short]
    return sum(min(found[name], count) for name, count in wanted.items()), sum(wanted.values()), missed


def main() -> int:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100, help="megabytes of the capture")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2, help="most cores of the second row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--mix", choices=sorted(captures.MIXES), default="web", help="web: clear HTTP; phone: TLS"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        return compare(Path(name), options)


def compare(folder: Path, options: argparse.Namespace) -> int:
    """Make the capture, run everything in turn, print medians."""
    path, subject, case = folder / "mixed.pcap", folder / "subject.toml", folder / "case"
    print(f"making a mixed capture ({options.mix}) of {options.size} MB, seed {options.seed}", flush=True)
    planted = captures.mixed(path, options.size, seed=options.seed, mix=options.mix)
    subject.touch(mode=0o600)
    subject.write_text(captures.subject_toml())
    path.read_bytes()
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    own = [
        sys.executable,
        "-m",
        "vitne.cli",
        "scan",
        str(path),
        "--subject",
        str(subject),
        "--case",
        str(case),
        "-q",
    ]
    commands = {OWN: (own, cores[:1])}
    if len(cores) > 1:
        commands[f"the same, {len(cores)} cores"] = (own, cores)
    if shutil.which("tshark"):
        commands["tshark, reads and prints a line a packet"] = (["tshark", "-n", "-r", str(path)], cores[:1])
        commands["tshark, prints HTTP fields"] = (["tshark", "-n", "-r", str(path), *HTTP_FIELDS], cores[:1])
    else:
        print("tshark is not here: vitne alone")
    runs: dict[str, list[Run]] = {what: [] for what in commands}
    for _ in range(options.runs):
        for what, (command, where) in commands.items():
            runs[what].append(Run(command, set(where)))
    size = path.stat().st_size
    base = statistics.median(run.wall for run in runs[OWN])
    head = f"{'wall s':>8} {'CPU s':>8} {'MB/s':>7} {'memory MiB':>11} {'of vitne':>9}"
    print(f"{'median of ' + str(options.runs):44} {head}")
    for what, made in runs.items():
        wall = statistics.median(run.wall for run in made)
        cpu = statistics.median(run.cpu for run in made)
        memory = max(run.memory for run in made) / 2**20
        print(f"{what:44} {wall:8.2f} {cpu:8.2f} {size / wall / 1e6:7.1f} {memory:11.0f} {wall / base:8.2f}x")
    found, wanted, missed = recall(case, planted)
    print(f"planted values found in that very run: {found} of {wanted}")
    if missed:
        print("missed: " + "; ".join(missed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
