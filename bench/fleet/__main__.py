"""A simulated fleet from end to end: ``python -m bench.fleet [--count 3000] [--jobs N]``.

Writes the captures of invented handsets (one bad batch, one phone flashed wrongly, confounders, one damaged
capture), runs ``vitne fleet`` on them as a user would, and prints what it says and what it cost.  With 3,000
handsets it takes some two minutes of one core.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vitne.lab.handsets import write


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--jobs", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table = write(folder / "captures", options.count)
        words = [sys.executable, "-m", "vitne.cli", "fleet", str(table), "--out", str(folder / "out")]
        words += [] if options.jobs is None else ["--jobs", str(options.jobs)]
        begun = time.monotonic()
        run = subprocess.run(words, check=False, capture_output=True, text=True)
        took = time.monotonic() - begun
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(run.stdout, run.stderr)
        print(
            f"exit {run.returncode}, {took:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time,"
        )
        each = 1000 * (used.ru_utime + used.ru_stime) / options.count
        print(f"{each:.0f} ms a capture, {used.ru_maxrss >> 10} MB")
        report = json.loads((folder / "out" / "fleet.json").read_bytes())
        bad = next(each for each in report["senders"] if each["senders"] == ["self-registration"])
        print(f"bad batch: {bad['explanation']}, odd: {bad['odd_sending']}")


if __name__ == "__main__":
    main()
