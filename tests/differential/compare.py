"""Where two answers differ: what only one of them says, after what both say is taken away."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.differential import ours, theirs

if TYPE_CHECKING:
    from tests.differential.facts import Answer, Said

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("VITNE_CORPUS", ROOT.parent / "shared" / "corpus")) / "pcap"
_MAGIC = {"d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "0a0d0d0a"}


class Difference(NamedTuple):
    """One thing that only one of the two says, or that both say of one place in two ways."""

    kind: str
    only: str  # "tshark", "vitne", or "both" for a stream or frame of which they say different things
    place: int | str


class Outcome(NamedTuple):
    """What came of one capture."""

    counts: Counter[str]  # kind -> how many things were compared
    differences: dict[Difference, object]  # with the value, for a person to read


def captures() -> list[Path]:
    """Give the captures of the corpus, told by their first bytes."""
    found = []
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            head = file.read(4)
        if head[:3] == b"\x1f\x8b\x08" or head.hex() in _MAGIC:
            found.append(path)
    return found


def name_of(path: Path) -> str:
    """Give a capture's name inside the corpus."""
    return path.relative_to(FOLDER).as_posix()


def compare(path: Path) -> Outcome:
    """Ask both about a capture."""
    mine = ours.ask(path)
    yours = theirs.ask(path, len(mine.streams) + 24)  # tshark also numbers streams that ICMP errors quote
    counts: Counter[str] = Counter(item.kind for item in mine.said)
    told = _without_pointers(mine.said, _without_copies(mine, yours))
    differences = _said(_as_well_known(mine.said, told), told)
    together, differing = _frames(mine, yours)
    differences |= differing
    counts["stream"] = len(together)
    differences |= _streams(mine, yours, together)
    return Outcome(counts, differences)


def _without_copies(mine: Answer, yours: Answer) -> list[Said]:
    """Leave out what a frame says that repeats an earlier frame and that tshark reads a second time."""
    before: Counter[tuple[str, tuple[object, ...]]] = Counter()
    kept = []
    for item in yours.said:
        key = (item.kind, item.value)
        if item.place in mine.copies and before[key] > 0:
            before[key] -= 1
            continue
        before[key] += 1
        kept.append(item)
    return kept


def _without_pointers(mine: list[Said], yours: list[Said]) -> list[Said]:
    """Leave out names that are no more than a pointer into a name of the same message: they have no bytes."""
    names: dict[int | str, set[str]] = {}
    for item in mine:
        if item.kind == "dns-name":
            names.setdefault(item.place, set()).add(f".{item.value[2]}")
    all_names = set().union(*names.values())  # for a message that ends in another frame for each of the two
    kept = []
    said = set(mine)
    for item in yours:
        told = item.kind == "dns-name" and item.value[1] == "told" and item not in said
        around = names.get(item.place, all_names) if told else ()
        if not any(name.endswith(f".{item.value[2]}") for name in around):
            kept.append(item)
    return kept


def _as_well_known(mine: list[Said], yours: list[Said]) -> list[Said]:
    """Leave the name of an address open where tshark leaves it open."""
    open_ = {item.place for item in yours if item.kind == "dns-address" and not item.value[1]}
    return [
        item._replace(value=(item.value[0], ""))
        if item.kind == "dns-address" and item.place in open_
        else item
        for item in mine
    ]


def _said(mine: list[Said], yours: list[Said]) -> dict[Difference, object]:
    """Compare what is said; that a message ends in another frame for each is no difference."""
    found: dict[Difference, object] = {}
    for only, one, other in (("vitne", mine, yours), ("tshark", yours, mine)):
        left = Counter((item.kind, item.value) for item in other)
        exact = Counter(other)
        waiting = []
        for item in one:  # those at the very place first, so that the right one is left over
            if exact[item] > 0:
                exact[item] -= 1
                left[item.kind, item.value] -= 1
            else:
                waiting.append(item)
        for item in waiting:
            if left[item.kind, item.value] > 0:
                left[item.kind, item.value] -= 1
            else:
                found[Difference(item.kind, only, item.place)] = item.value
    return found


def _frames(mine: Answer, yours: Answer) -> tuple[dict[object, set[int]], dict[Difference, object]]:
    """Compare which frames belong to a stream; give tshark's streams with our flows."""
    together: dict[object, set[int]] = {}
    found: dict[Difference, object] = {}
    for row in range(max(len(mine.frames), len(yours.frames))):
        one = mine.frames[row] if row < len(mine.frames) else None
        other = yours.frames[row] if row < len(yours.frames) else None
        if one is not None and other is not None and one[0] == other[0]:
            together.setdefault(other, set()).add(one[1])
        elif one is not None or other is not None:
            only = "both" if one and other else "vitne" if one else "tshark"
            found[Difference("frame", only, row + 1)] = (one, other)
    return together, found


def _streams(mine: Answer, yours: Answer, together: dict[object, set[int]]) -> dict[Difference, object]:
    """Compare each stream: the same frames, and for TCP the same bytes from both sides."""
    found: dict[Difference, object] = {}
    times = Counter(flow for flows in together.values() for flow in flows)
    for stream, flows in together.items():
        assert isinstance(stream, tuple)
        place = f"{stream[0]} {stream[1]}"
        if len(flows) > 1 or any(times[flow] > 1 for flow in flows):
            found[Difference("stream", "both", place)] = sorted(flows)
            continue
        sides = mine.streams.get(next(iter(flows)), {}) if stream[0] == "tcp" else {}
        theirs_ = yours.streams.get(stream[1], {}) if stream[0] == "tcp" else {}
        for node in sorted(sides.keys() | theirs_.keys()):
            if sides.get(node, b"") != theirs_.get(node, b""):
                lengths = (len(sides.get(node, b"")), len(theirs_.get(node, b"")))
                found[Difference("stream", "both", place)] = (node, lengths)
    return found
