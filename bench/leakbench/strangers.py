"""Track C: real captures, searched for people who are not in them.

Nothing may be found.  A part of a name (a family name alone) is listed by itself: such a finding is only
``inferred``, and a name that many people have does turn up.
"""

from __future__ import annotations

import collections
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .people import invent
from .scanning import scan
from .score import PROOF

if TYPE_CHECKING:
    from .tracks import Bench

TOGETHER = 100  # strangers of one subject file: one search for all of them
CAPTURES = {".pcap", ".pcapng", ".cap"}


@dataclass
class Clean:
    """What was named of strangers in real captures."""

    strangers: int = 0
    captures: int = 0
    bytes: int = 0
    false: dict[str, int] = field(default_factory=dict)  # identifier -> findings that claim a known value
    parts: int = 0  # findings of a part of a name
    cpu: float = 0.0


def corpus_folder(given: Path | None) -> Path | None:
    """Give the folder of real captures, none where there is none."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    folder = given or Path(os.environ.get("VITNE_CORPUS", beside))
    return folder if (folder / "pcap").is_dir() else None


def clean_track(bench: Bench, corpus: Path, *, strangers: int) -> Clean:
    """Search all captures of the corpus for so many strangers, some at a time."""
    captures = sorted(path for path in (corpus / "pcap").rglob("*") if path.suffix in CAPTURES)
    found = Clean(strangers, len(captures), sum(path.stat().st_size for path in captures))
    chance = bench.chance("C")
    false: collections.Counter[str] = collections.Counter()
    for low in range(0, strangers, TOGETHER):
        people = [invent(chance, bench.words) for _ in range(min(TOGETHER, strangers - low))]
        subject = bench.folder / "strangers.toml"
        subject.touch(mode=0o600)
        subject.write_text("\n".join(person.toml() for person in people), encoding="utf-8")
        done = scan(captures, subject)
        found.cpu += done.cpu
        for finding in done.document["findings"]:
            if finding["seed"] is None:
                continue
            if finding["grade"] in PROOF:
                false[finding["identifier"]] += 1
            else:
                found.parts += 1
        if low == 0:
            bench.say(f"C: {len(people)} strangers in {len(captures)} captures took {done.cpu:.1f} s")
    found.false = dict(sorted(false.items()))
    return found
