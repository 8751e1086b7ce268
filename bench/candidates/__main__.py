"""``python -m bench.candidates``: scan real captures without a subject, count right and wrong candidates.

The labels (``labels.tsv``) name places, never values: file, first frame of the message (in exports the
entry), half-open byte range in the stream of its side, identifier.  Every range that a person read as an
identifier of the closed list is a label; whatever else is named in the same files is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LABELS = Path(__file__).with_name("labels.tsv")
FILES = Path(__file__).with_name("files.txt")
REQUESTS = frozenset({"http", "http2", "http3", "websocket"})
GRADES = frozenset({"inferred", "declared"})


class Place(NamedTuple):
    """Where one value stands."""

    file: str  # path in the corpus
    frame: int  # first frame of the message; of an export its entry
    start: int  # half-open range in the stream
    end: int
    identifier: str  # word of the closed list


class Score(NamedTuple):
    """What was counted."""

    right: Counter[str]  # by identifier: labels that were found
    missed: Counter[str]  # labels that were not
    wrong: Counter[str]  # found, and no label

    def precision(self) -> float:
        """Share of what was named that is right; 1 where nothing was named."""
        named = self.right.total() + self.wrong.total()
        return self.right.total() / named if named else 1.0

    def recall(self) -> float:
        """Share of the labels that was found; 1 without labels."""
        labels = self.right.total() + self.missed.total()
        return self.right.total() / labels if labels else 1.0


def read_labels(path: Path = LABELS) -> list[Place]:
    """Read the labelled places; raises ValueError for a line of another form."""
    places = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            file, frame, start, end, identifier = line.split("\t")
            places.append(Place(file, int(frame), int(start), int(end), identifier))
    return places


def found(files: Sequence[Path], corpus: Path) -> list[Place]:
    """Scan files as a user does and give what is named in the requests of the devices, without a seed."""
    command = [sys.executable, "-m", "vitne.cli", "scan", *map(str, files), "--json", "-q", "-j", "1"]
    run = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    names = {hashlib.sha256(file.read_bytes()).hexdigest(): str(file.relative_to(corpus)) for file in files}
    findings = json.loads(run.stdout)["findings"]
    return [place_of(one, names[one["capture"]["sha256"]]) for one in findings if asked(one)]


def asked(finding: dict[str, Any]) -> bool:
    """Say whether a finding is a candidate in a request."""
    known = finding["seed"] is not None or finding["grade"] not in GRADES
    return not known and finding["direction"] == "sent" and finding["protocol"] in REQUESTS


def place_of(finding: dict[str, Any], file: str) -> Place:
    """Give the place of a finding."""
    start, end = finding["stream_range"]
    return Place(file, finding["message_frames"][0], start, end, finding["identifier"])


def score(labels: Iterable[Place], named: Sequence[Place]) -> Score:
    """Match what was named with the labels: the same message and identifier, ranges that overlap."""
    by_message: dict[tuple[str, int, str], list[Place]] = {}
    for place in named:
        by_message.setdefault((place.file, place.frame, place.identifier), []).append(place)
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    taken: set[Place] = set()
    for label in labels:
        near = by_message.get((label.file, label.frame, label.identifier), ())
        hits = [place for place in near if place.start < label.end and label.start < place.end]
        (right if hits else missed)[label.identifier] += 1
        taken.update(hits)
    for place in named:
        if place not in taken:
            wrong[place.identifier] += 1
    return Score(right, missed, wrong)


def table(result: Score) -> str:
    """Write the figures as a table."""
    names = sorted({*result.right, *result.missed, *result.wrong})
    rows = ["| identifier | right | missed | wrong |", "|---|---|---|---|"]
    rows += [
        f"| {name} | {result.right[name]} | {result.missed[name]} | {result.wrong[name]} |" for name in names
    ]
    totals = (result.right.total(), result.missed.total(), result.wrong.total())
    rows.append("| all | {} | {} | {} |".format(*totals))
    return "\n".join([*rows, "", f"precision {result.precision():.3f}, recall {result.recall():.3f}"])


def corpus_folder() -> Path:
    """Give the folder of real captures."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    return Path(os.environ.get("VITNE_CORPUS", beside))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="candidates", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=corpus_folder(), help="folder of real captures")
    parser.add_argument("--missed", action="store_true", help="list the places that were missed or wrong")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    chosen = parser.parse_args(arguments)
    files = [line for line in FILES.read_text(encoding="utf-8").splitlines() if line]
    there = [chosen.corpus / name for name in files if (chosen.corpus / name).is_file()]
    if not there:
        print("no real captures here: set VITNE_CORPUS")
        return 1
    named = found(there, chosen.corpus)
    labels = [label for label in read_labels() if (chosen.corpus / label.file).is_file()]
    result = score(labels, named)
    print(table(result))
    if chosen.missed:
        for place in sorted({*labels} ^ {*named}):
            print("\t".join(map(str, place)))
    if chosen.page:
        write_page(chosen.page, table(result))
    return 0


def write_page(page: Path, text: str) -> None:
    """Put the table between the marks of a page."""
    begin, end = "<!-- candidates: begin -->", "<!-- candidates: end -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, behind = rest.partition(end)
    page.write_text(f"{before}{begin}\n{text}\n{end}{behind}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
