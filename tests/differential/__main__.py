"""Print what was compared and what differs: `python -m tests.differential [part of a name]`."""

from __future__ import annotations

import sys
from collections import Counter

from tests.differential.compare import captures, compare, name_of

total: Counter[str] = Counter()
for path in captures():
    if len(sys.argv) > 1 and sys.argv[1] not in name_of(path):
        continue
    counts, differences = compare(path)
    total += counts
    total["capture"] += 1
    for difference, value in sorted(differences.items(), key=str):
        print(name_of(path), *difference, value, sep="\t")
print(*(f"{count} {kind}" for kind, count in sorted(total.items())), sep=", ")
