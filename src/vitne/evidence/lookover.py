"""A last look over a redacted bag: no original value in any of its files, nor in their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.identify.needles import Needles
from vitne.identify.variants import needles
from vitne.model import Seed, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_LEAST = 8  # bytes: shorter ones stand in texts and digests by chance
_TELLING = frozenset(b"0123456789@")  # words alone may be words of a report
_ONLY_NUMBERS = frozenset({"location", "cell-id"})


def look_over(bag: Path, mapping: Iterable[Mapping[str, str]]) -> None:
    """Raise StoreError where a spelling of an original value stands in a file or its name.

    ``mapping`` names identifier and original of each; the messages say where, and never the value.
    """
    seeds = [
        Seed(identifier=row["identifier"], name=f"value#{number}", value=row["original"])
        for number, row in enumerate(mapping, 1)
        if row["identifier"] not in _ONLY_NUMBERS
    ]
    own = [n for n in needles(seeds) if len(n.data) >= _LEAST and not n.weak and _TELLING & set(n.data)]
    search = Needles.compile(own)
    found = []
    for path in sorted(bag.rglob("*")):
        name = str(path.relative_to(bag))
        data = name.encode() + b"\n" + (path.read_bytes() if path.is_file() else b"")
        kinds = {seeds[own[needle].seed].identifier for needle in search.scan(data).needle.tolist()}
        found += [f"{kind} in {'a name' if _in(search, name) else name}" for kind in sorted(kinds)]
    if found:
        raise StoreError(
            f"{len(found)} original value(s) would be left in the bag: {', '.join(found[:5])}",
            expected="no original value in any file",
            next_step="nothing was written; share a report instead (vitne report)",
        )


def _in(search: Needles, name: str) -> bool:
    return len(search.scan(name.encode())) > 0
