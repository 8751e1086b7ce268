"""Peers on the same captures with the same truth: what others find of the same planted values.

Each peer is told the known values in their usual spelling, as its users would tell it.  A peer that is not
installed is named and skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import suricata
from .score import Outcome
from .wire import CLIENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from .capture import Staged
    from .people import Person

PATIENCE = 90  # seconds of a slow peer for one capture
MAGIC = Path(__file__).with_name("magic.mjs")


@dataclass(frozen=True)
class Sent:
    """What the client of one case sent, put together in order."""

    staged: Staged
    data: bytes


def sent(staged: list[Staged]) -> list[Sent]:
    """Give the bytes of each case's client: peers are spared reassembly."""
    return [
        Sent(each, b"".join(turn.data for turn in each.load.turns if turn.side == CLIENT)) for each in staged
    ]


def known(person: Person, identifier: str) -> list[str]:
    """Give what a user would type in: the value, of a place its coordinates, of a cell its number."""
    if identifier == "location":
        return [f"{person.place[0]:.4f}", f"{person.place[1]:.4f}"]
    if identifier == "cell-id":
        return [str(person.cell[3])]
    return [person.values[identifier]]


def literal(staged: list[Staged], _path: Path, person: Person) -> list[bool]:
    """Search for the values as they are, in either case: grep, ripgrep, a filter of a proxy."""
    found = []
    for case in sent(staged):
        low = case.data.lower()
        wanted = known(person, case.staged.case.recipe.identifier)
        found.append(all(value.lower().encode() in low for value in wanted))
    return found


def magic(staged: list[Staged], _path: Path, person: Person) -> list[bool]:
    """Run Magic of CyberChef, depth 3, on what follows the head of each request; the head as it is."""
    rows = []
    for case in sent(staged):
        head, _, body = case.data.partition(b"\r\n\r\n")
        wanted = known(person, case.staged.case.recipe.identifier)
        rows.append(json.dumps({"head": head.hex(), "body": (body or case.data).hex(), "values": wanted}))
    try:
        run = subprocess.run(
            ["node", str(MAGIC)],
            input=("\n".join(rows) + "\n").encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        answers = run.stdout.split()
    except subprocess.TimeoutExpired as late:
        answers = (late.stdout or b"").split()
    found = [line == b"1" for line in answers[: len(rows)]]
    found += [False] * (len(rows) - len(found))  # what it did not come to within the time


def _has_magic() -> bool:
    if not shutil.which("node"):
        return False
    return subprocess.run(["node", str(MAGIC), "--probe"], capture_output=True, check=False).returncode == 0


def rules(staged: list[Staged], path: Path, person: Person) -> list[bool]:
    """Run Suricata over the capture."""
    return suricata.run(staged, path, lambda identifier: known(person, identifier))


PEERS: dict[str, tuple[Callable[[], bool], Callable[[list[Staged], Path, Person], list[bool]]]] = {
    "literal search": (lambda: True, literal),
    "Suricata": (suricata.installed, rules),
    "CyberChef Magic": (_has_magic, magic),
}
NOT_DRIVEN = ("Presidio", "value-searcher")


def installed(say: Callable[[str], None]) -> list[str]:
    """Give the peers that can run here, and say which cannot."""
    found = []
    for name, (there, _) in PEERS.items():
        if there():
            found.append(name)
        else:
            say(f"SKIPPED, not installed: {name}")
    for name in NOT_DRIVEN:
        say(f"SKIPPED, this bench has no driver for it: {name}")
    return found


SLOW = {"CyberChef Magic": 30}  # peer -> most cases of one capture, taken at even steps


def some(name: str, staged: list[Staged]) -> list[Staged]:
    """Give the cases that a peer is asked about: all, of a slow one a part."""
    step = -(-len(staged) // SLOW.get(name, len(staged))) if staged else 1
    return staged[::step]


def outcomes(name: str, staged: list[Staged], path: Path, person: Person) -> list[Outcome]:
    """Say what one peer finds of staged cases; a slow one of a part of them."""
    staged = some(name, staged)
    answers = PEERS[name][1](staged, path, person)
    return [Outcome(each.case, found=answer) for each, answer in zip(staged, answers, strict=True)]
