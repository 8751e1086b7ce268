"""Speed of attribution, and how much of real captures stays unknown.

``python bench/recipients.py`` prints look-ups a second for networks and countries, and the time to attribute
many destinations.  With ``--corpus FOLDER`` it prints what share of the destinations of real captures stays
unknown.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import time
from pathlib import Path

import numpy as np

from vitne.attribute.attribution import Asked, Attributor
from vitne.cli.attribute import shares
from vitne.cli.knowing import places_of
from vitne.knowledge import Knowledge, Ranges, shipped
from vitne.model import CaptureError

MILLION = 1_000_000
CAPTURES = {".pcap", ".pcapng", ".har"}


def lookups(knowledge: Knowledge) -> None:
    """Print look-ups a second of a million random addresses in each table."""
    chance = np.random.default_rng(2019)
    v4 = chance.integers(1 << 24, 224 << 24, MILLION, dtype=np.uint32)
    wide = chance.integers(0, 256, (MILLION, 16), dtype=np.uint8)
    wide[:, 0], wide[:, 1] = 0x2A, chance.integers(0, 16, MILLION, dtype=np.uint8)
    v6 = np.frombuffer(wide.tobytes(), dtype="S16")
    for snapshot in knowledge.chosen():
        table = knowledge.table(snapshot)
        if not isinstance(table, Ranges):
            continue
        for name, ask, addresses in (("IPv4", table.rows_v4, v4), ("IPv6", table.rows_v6, v6)):
            begun = time.process_time()
            found = int((ask(addresses) >= 0).sum())  # type: ignore[operator]
            took = time.process_time() - begun
            print(f"{snapshot.name:32} {name}  {MILLION / took / 1e6:6.2f} million a second, {found:,} found")


def many(knowledge: Knowledge, count: int) -> None:
    """Print the time to attribute destinations that are all different."""
    chance = random.Random(2019)
    places = [
        (".".join(str(chance.randrange(1, 224)) for _ in range(4)), f"h{n}.site{n % 7000}.example.com")
        for n in range(count)
    ]
    begun = time.process_time()
    attributor = Attributor(knowledge, Asked())
    loaded = time.process_time()
    attributor.attribute(places)
    done = time.process_time()
    print(f"{count:,} destinations, all different: {done - loaded:.2f} s, and {loaded - begun:.2f} s to load")


def corpus(folder: Path, knowledge: Knowledge) -> None:
    """Print how much is known of the destinations of real captures."""
    from vitne.pipeline import Options, run_scan

    places: dict[tuple[str, str], None] = {}
    for path in sorted(each for each in folder.rglob("*") if each.suffix in CAPTURES):
        try:
            result = run_scan([path], Options(jobs=1))
        except CaptureError:
            continue
        places.update(dict.fromkeys(places_of(result)))  # type: ignore[arg-type]
    found = Attributor(knowledge, Asked()).attribute(list(places))
    counts = shares(found)
    for name, count in counts.items():
        print(f"{name:20} {count}")
    total = counts["destinations"] or 1
    print(f"recipient unknown for {100 * counts['recipient unknown'] / total:.0f} % of all, ", end="")
    named = counts["with name"] or 1
    print(f"{100 * (named - counts['with recipient']) / named:.0f} % of those with a name")


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--destinations", type=int, default=100_000)
    parser.add_argument("--corpus", default=os.environ.get("VITNE_CORPUS", ""))
    options = parser.parse_args()
    gc.set_threshold(100_000, 50, 1000)  # as the commands do
    knowledge = Knowledge([shipped()])
    lookups(knowledge)
    many(knowledge, options.destinations)
    if options.corpus:
        corpus(Path(options.corpus), knowledge)
    return 0


if __name__ == "__main__":
    sys.exit(main())
