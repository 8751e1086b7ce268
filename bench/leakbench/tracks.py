"""Tracks: making the captures of each, scanning them, scoring them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from . import compose, decoys, fixed
from .capture import Staged, write
from .cargo import CannotCarry, Words, read_words
from .cases import Case, Recipe, build
from .people import Person, invent
from .scanning import scan
from .score import Score, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIECE = 4000  # most conversations of one capture


@dataclass
class Bench:
    """One run: its seed, its people, its folder."""

    seed: int
    folder: Path
    words: Words = field(default_factory=read_words)
    templates: dict[str, str] = field(default_factory=fixed.templates)
    say: Callable[[str], None] = print
    suffix: str = ".pcap"
    rejected: compose.Rejections = field(default_factory=compose.Rejections)
    unfit: dict[str, str] = field(default_factory=dict)  # chain and identifier -> why no case was made

    def __post_init__(self) -> None:
        self.person: Person = invent(self.chance("person"), self.words)
        others = self.chance("others")
        self.others = [self._other(others) for _ in range(5)]
        self.subject = self.folder / "subject.toml"
        self.subject.touch(mode=0o600)
        self.subject.write_text(self.person.toml(), encoding="utf-8")
        self.keys = self.folder / "keys.toml"
        self.keys.touch(mode=0o600)
        self.keys.write_text(keys_toml(self.words), encoding="utf-8")

    def chance(self, what: str) -> Random:
        """Give the source of chance of one part of the run."""
        return Random(f"leakbench {self.seed} {what}")

    def _other(self, chance: Random) -> Person:
        """Give somebody who shares no value and no name with the subject."""
        while True:
            other = invent(chance, self.words)
            names = set(other.values["person-name"].split()) & set(self.person.values["person-name"].split())
            if not names and not set(other.values.values()) & set(self.person.values.values()):
                return other

    def run(self, track: str, staged: list[Staged], chance: Random) -> Score:
        """Write captures of a track, scan each, score."""
        score = Score(track)
        for number, low in enumerate(range(0, len(staged), PIECE)):
            piece = staged[low : low + PIECE]
            path = self.folder / f"{track.lower().replace(' ', '-')}-{number}{self.suffix}"
            write(path, piece, chance)
            done = scan(path, self.subject, keys=self.keys)
            cases = [each.case for each in piece]
            score.outcomes += outcomes(cases, done.document)
            score.cpu += done.cpu
            score.scans += 1
            self.say(
                f"{path.name}: {len(piece)} conversations, {path.stat().st_size / 1e6:.1f} MB, "
                f"scanned in {done.cpu:.1f} s of processor time ({done.cpu / len(piece) * 1000:.1f} ms each)"
            )
        return score


def keys_toml(words: Words) -> str:
    """Write the keys and salts that a user would hand over."""
    out = [
        f'[[key]]\nname = "key {len(key)}.{at}"\nhex = "{key.hex()}"\n'
        for each in words.keys.values()
        for at, key in enumerate(each)
    ]
    out += [
        f'[[salt]]\nname = "salt {at}"\ntext = "{salt}"\n' for at, salt in enumerate(words.names["salts"])
    ]
    return "\n".join(out)


def fixed_track(bench: Bench, *, most: int) -> tuple[Score, list[Recipe]]:
    """Run track F."""
    chance = bench.chance("F")
    staged, made = [], []
    for recipe in fixed.recipes(most=most):
        try:
            staged.append(positive("F", recipe, bench, chance))
        except CannotCarry as why:
            bench.unfit[f"{recipe.chain} / {recipe.identifier}"] = str(why)
            continue
        made.append(recipe)
    return bench.run("F", staged, chance), made


def positive(track: str, recipe: Recipe, bench: Bench, chance: Random) -> Staged:
    """Stage a planted value."""
    cargo, load = build(recipe, bench.person, chance=chance, words=bench.words, templates=bench.templates)
    case = Case(
        track, recipe, bench.person.seed(recipe.identifier), reachable=cargo.reachable,
        layers=load.layers[::-1], size=len(cargo.data),
    )  # fmt: skip
    return Staged(case, load)


def random_track(bench: Bench, *, each: int, depths: range) -> tuple[dict[int, Score], list[Recipe]]:
    """Run track R: so many cases of each depth."""
    scores, made = {}, []
    for depth in depths:
        chance = bench.chance(f"R {depth}")
        staged = []
        for _ in range(each):
            recipe, cargo, load = compose.draw(
                bench.person, depth, chance=chance, words=bench.words, rejected=bench.rejected
            )
            case = Case(
                "R", recipe, bench.person.seed(recipe.identifier), reachable=cargo.reachable,
                layers=load.layers[::-1], size=len(cargo.data),
            )  # fmt: skip
            staged.append(Staged(case, load))
            made.append(recipe)
        scores[depth] = bench.run(f"R {depth}", staged, chance)
    return scores, made


def decoy_track(bench: Bench, recipes: list[Recipe]) -> Score:
    """Run track D: three decoys for each positive."""
    chance = bench.chance("D")
    scene = decoys.Scene(bench.person, bench.others, chance, bench.words, bench.templates)
    staged: list[Staged] = []
    for recipe in recipes:
        before = len(staged)
        while len(staged) < before + 3:
            try:
                staged += decoys.three(recipe, scene)
            except CannotCarry:
                continue
    return bench.run("D", staged, chance)
