"""Tracks: making the captures of each, scanning them, scoring them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from vitne.lab.pcap import pcap
from vitne.lab.wire import CLIENT, Conversation, Host
from vitne.lab.wire import Wire as WireOfLab

from . import capture, closed, compose, decoys, exports, fixed, peers
from .capture import Staged
from .cargo import CannotCarryError, Cargo, Words, read_words
from .cases import Case, Means, Recipe, build
from .people import IDENTIFIERS, Person, invent
from .scanning import scan
from .score import Score, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .carriers import Load

PIECE = 4000  # most conversations of one capture
FEW = 50  # cases of a depth up to which all depths share one capture


@dataclass
class Bench:
    """One run: its seed, its people, its folder."""

    seed: int
    folder: Path
    words: Words = field(default_factory=read_words)
    templates: dict[str, str] = field(default_factory=fixed.templates)
    say: Callable[[str], None] = print
    suffix: str = ".pcap"
    writer: Callable[[Path, list[Staged], Random], list[Staged]] | None = None  # none: by the suffix
    rejected: compose.Rejections = field(default_factory=compose.Rejections)
    peers: list[str] = field(default_factory=list)  # names of peers to run on the same captures
    beside: dict[str, dict[str, Score]] = field(default_factory=dict)  # peer -> track -> score
    unfit: dict[str, str] = field(default_factory=dict)  # chain and identifier -> why no case was made
    _start: float | None = None  # seconds of processor time that a scan of nothing takes

    def __post_init__(self) -> None:
        self.person: Person = invent(self.chance("person"), self.words)
        others = self.chance("others")
        self.others = [self._other(others) for _ in range(5)]
        self.subject = self.folder / "subject.toml"
        self.subject.touch(mode=0o600)
        self.subject.write_text(self.person.toml(), encoding="utf-8")
        self.keys = self.folder / "secrets.toml"
        self.keys.touch(mode=0o600)
        self.keys.write_text(keys_toml(self.words, self.templates), encoding="utf-8")

    def chance(self, what: str) -> Random:
        """Give the source of chance of one part of the run."""
        return Random(f"leakbench {self.seed} {what}")

    def means(self, chance: Random) -> Means:
        """Give what cases are made with."""
        return Means(chance, self.words, self.templates)

    def _other(self, chance: Random) -> Person:
        """Give somebody who shares no value and no name with the subject."""
        while True:
            other = invent(chance, self.words)
            names = set(other.values["person-name"].split()) & set(self.person.values["person-name"].split())
            if not names and not set(other.values.values()) & set(self.person.values.values()):
                return other

    def run(self, what: str, staged: list[Staged]) -> dict[str, Score]:
        """Write captures, scan each, score each track that the cases belong to."""
        scores: dict[str, Score] = {}
        chance = self.chance(what)
        for number, low in enumerate(range(0, len(staged), PIECE)):
            asked = staged[low : low + PIECE]
            path = self.folder / f"{what.lower().replace(' ', '-')}-{number}{self.suffix}"
            by_suffix = exports.write if self.suffix in {".har", ".flows"} else capture.write
            piece = (self.writer or by_suffix)(path, asked, chance)
            done = scan([path], self.subject, keys=self.keys, key_log=closed.keys_beside(path))
            each_cpu = max(0.0, done.cpu - self.start()) / max(len(piece), 1)
            for outcome in outcomes([each.case for each in piece], done.document):
                score = scores.setdefault(outcome.case.track, Score(outcome.case.track))
                score.outcomes.append(outcome)
                score.cpu += each_cpu
            for name in self.peers if what != "D" else ():
                for outcome in peers.outcomes(name, piece, path, self.person):
                    track = outcome.case.track
                    beside = self.beside.setdefault(name, {}).setdefault(track, Score(track))
                    beside.outcomes.append(outcome)
            self.say(
                f"{path.name}: {len(piece)} conversations, {path.stat().st_size / 1e6:.1f} MB, "
                f"scanned in {done.cpu:.1f} s ({each_cpu * 1000:.1f} ms each, without starting)"
                + (f"; {len(asked) - len(piece)} cannot be written so" if len(piece) < len(asked) else "")
            )
        self._write_truth(what, staged)
        return scores

    def start(self) -> float:
        """Give the seconds that a scan of four small requests takes: starting, preparing subject and keys.

        They hold noise, letters that may be a digest, and a record, so that all is prepared once.
        """
        if self._start is None:
            path, chance = self.folder / "nothing.pcap", self.chance("nothing")
            wire = WireOfLab(chance)
            bodies = [
                chance.randbytes(160),
                chance.randbytes(16).hex().encode(),
                b'{"ts":1549174542}',
                b"a=1&b=2",
            ]
            for number, body in enumerate(bodies):
                head = f"POST /{number} HTTP/1.1\r\nHost: none.example\r\nContent-Length: {len(body)}\r\n\r\n"
                ends = Host("00:00:5e:00:53:01", "192.168.1.20"), Host("00:00:5e:00:53:fe", "198.51.100.20")
                talk = Conversation(wire, ends, (40000 + number, 80), at=number * 10**9, rtt=10**7).open()
                talk.send(CLIENT, head.encode() + body)
                talk.close()
            path.write_bytes(pcap(wire.frames()))
            self._start = scan([path], self.subject, keys=self.keys).cpu
        return self._start

    def _write_truth(self, what: str, staged: list[Staged]) -> None:
        """Write what is known of every case, one line of JSON each."""
        lines = (json.dumps(each.case.truth(), ensure_ascii=False) for each in staged)
        path = self.folder / f"{what.lower().replace(' ', '-')}.truth.jsonl"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def keys_toml(words: Words, templates: dict[str, str]) -> str:
    """Write the keys, salts and layouts of records that a user would hand over."""
    out = [
        f'[[key]]\nname = "key {len(key)}.{at}"\nhex = "{key.hex()}"\n'
        for each in words.keys.values()
        for at, key in enumerate(each)
    ]
    out += [
        f'[[salt]]\nname = "salt {at}"\ntext = "{salt}"\n' for at, salt in enumerate(words.names["salts"])
    ]
    for name, template in templates.items():
        places = re.findall(r"<([a-z-]+)>", template)
        if set(places) <= set(IDENTIFIERS):  # without what differs from one message to the next
            text = re.sub(r"<([a-z-]+)>", r"{\1}", template)
            out.append(f'[[plaintext]]\nname = "record {name}"\ntext = {json.dumps(text)}\n')
    return "\n".join(out)


def fixed_track(bench: Bench, *, most: int) -> tuple[Score, list[Recipe]]:
    """Run track F."""
    chance = bench.chance("F")
    staged, made = [], []
    for recipe in fixed.recipes(most=most):
        try:
            staged.append(positive("F", recipe, bench, chance))
        except CannotCarryError as why:
            bench.unfit[f"{recipe.chain} / {recipe.identifier}"] = str(why)
            continue
        made.append(recipe)
    return bench.run("F", staged)["F"], made


def positive(track: str, recipe: Recipe, bench: Bench, chance: Random) -> Staged:
    """Stage a planted value; raises CannotCarryError."""
    return _staged(track, recipe, bench, build(recipe, bench.person, bench.means(chance)))


def _staged(track: str, recipe: Recipe, bench: Bench, made: tuple[Cargo, Load]) -> Staged:
    cargo, load = made
    case = Case(
        track,
        recipe,
        bench.person.seed(recipe.identifier),
        reachable=cargo.reachable,
        layers=load.layers[::-1],
        size=len(cargo.data),
    )
    return Staged(case, load)


def random_track(bench: Bench, *, each: int, depths: range) -> tuple[dict[int, Score], list[Recipe]]:
    """Run track R: so many cases of each depth; many have a capture a depth, for their times."""
    staged: dict[str, list[Staged]] = {}
    made = []
    for depth in depths:
        means, track = bench.means(bench.chance(f"R {depth}")), f"R {depth}"
        for _ in range(each):
            recipe, cargo, load = compose.draw(bench.person, depth, means, rejected=bench.rejected)
            staged.setdefault(track, []).append(_staged(track, recipe, bench, (cargo, load)))
            made.append(recipe)
    if each <= FEW:
        scores = bench.run("R", [each_case for cases in staged.values() for each_case in cases])
    else:
        scores = {track: bench.run(track, cases)[track] for track, cases in staged.items()}
    return {int(track.split()[1]): score for track, score in scores.items()}, made


def decoy_track(bench: Bench, recipes: list[Recipe]) -> Score:
    """Run track D: three decoys for each positive."""
    chance = bench.chance("D")
    scene = decoys.Scene(chance, bench.words, bench.templates, person=bench.person, others=bench.others)
    staged: list[Staged] = []
    for recipe in recipes:
        before = len(staged)
        while len(staged) < before + 3:
            try:
                staged += decoys.three(recipe, scene)
            except CannotCarryError:
                continue
    return bench.run("D", staged)["D"]
