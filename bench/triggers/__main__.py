"""``python -m bench.triggers``: false alarms and power of the three tests, over simulated days.

A figure fails when its 95 % interval lies wholly on the wrong side of its bound; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vitne.triggers.bursts import waits
from vitne.triggers.coupled import coupling
from vitne.triggers.intervals import wilson
from vitne.triggers.specific import specificity
from vitne.triggers.trial import trial
from vitne.triggers.words import clauses

from .simulate import BACKGROUNDS, DAY_S, Plan, day, slots

LEVEL = 0.01
WARNS = clauses("coupled", through="", more=None).endswith("; not shown to be specific")
"""Whether a verdict of the first test alone says that it tells of no cause: where it may err, it must."""
KINDS = (("random", False), ("start", False), ("start", True))


class Figure(NamedTuple):
    """One line of the table."""

    what: str
    cell: str
    hits: int
    runs: int
    bound: float | None
    least: bool  # the share has to be at least the bound, else at most

    @property
    def share(self) -> float:
        """Give hits of runs."""
        return self.hits / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of the share."""
        return wilson(self.hits, self.runs)

    @property
    def fails(self) -> bool:
        """Tell whether the interval lies wholly on the wrong side."""
        low, high = self.interval
        if self.bound is None:
            return not (self.least or WARNS)
        return high < self.bound if self.least else low > self.bound

    def line(self) -> str:
        """Give the line of the table."""
        low, high = self.interval
        sign = "" if self.bound is None else f"{'>=' if self.least else '<='} {self.bound:.2f}"
        open_ = "" if self.least else "warned"  # by the sentence of the verdict, else the figure fails
        word = "FAILS" if self.fails else "holds" if self.bound is not None else open_
        return f"{self.what:9} {self.cell:48} {self.share:6.3f}  {low:.3f}-{high:.3f}  {sign:8} {word}"


def tested(plan: Plan, runs: int, seed: list[int]) -> tuple[int, int, int]:
    """Count p <= 0.01 of the first test, of the second, and of both at once."""
    chance = np.random.default_rng(seed)
    first = second = both = 0
    for _ in range(runs):
        drawn = day(plan, chance)
        one = coupling(
            drawn.events, drawn.bursts, sessions=drawn.sessions, span=(0.0, DAY_S), chance=chance, draws=499
        )
        two = specificity(drawn.events, drawn.bursts, drawn.others, sessions=drawn.sessions)
        first += one.p <= LEVEL
        second += two.p <= LEVEL
        both += one.p <= LEVEL and two.p <= LEVEL
    return first, second, both


def nulls(runs: int, seed: int) -> list[Figure]:
    figures = []
    for number, background in enumerate(BACKGROUNDS):
        for at, flurry in KINDS:
            for skew in (0.0, 3.0):
                plan = Plan(
                    background=background,
                    at=at,
                    flurry=flurry,
                    skew=skew,
                    events=30 if at == "random" else 25,
                )
                first, second, _ = tested(plan, runs, [seed, number, KINDS.index((at, flurry)), int(skew)])
                where = (
                    "session start, flurry"
                    if flurry
                    else {"random": "in sessions", "start": "session start"}[at]
                )
                cell = f"no trigger: {background}; {where}; skew {skew:g} s"
                figures.append(Figure("coupled", cell, first, runs, None if flurry else 0.03, least=False))
                figures.append(Figure("specific", cell, second, runs, 0.02, least=False))
    return figures


def powers(runs: int, seed: int) -> list[Figure]:
    figures = []
    for number, (background, at, flurry) in enumerate(
        (b, at, fl) for b in ("busier, 1/600 s", "busier, 1/120 s") for at, fl in (*KINDS, ("random", True))
    ):
        for events in (5, 10, 20):
            plan = Plan(background=background, at=at, flurry=flurry, events=events, answer=0.9)
            first, _, both = tested(plan, runs, [seed, 100 + number, events])
            cell = f"q=0.9, {events} events: {background}; {at}{', flurry' if flurry else ''}"
            asked = events == 20
            figures.append(Figure("coupled", cell, first, runs, 0.95 if asked else None, least=True))
            figures.append(Figure("specific", cell, both, runs, 0.75 if asked else None, least=True))
    return figures


def trials(runs: int, seed: int) -> tuple[list[Figure], list[tuple[str, float, float]]]:
    """Give figures of the third test, and per null cell the distance of its p-values from uniform."""
    figures, distances = [], []
    for number, background in enumerate(("poisson", "beacon", "bursty")):
        for flurry in (False, True):
            p = ps(40, runs, [seed, 200 + number, int(flurry)], background=background, flurry=flurry)
            cell = f"no trigger, 40 slots: {background}{', flurry' if flurry else ''}"
            figures.append(Figure("caused", cell, int((p <= LEVEL).sum()), runs, 0.02, least=False))
            distances.append((cell, distance(p), 1.628 / math.sqrt(runs)))
    for count, asked in ((24, None), (40, 0.95)):
        p = ps(count, runs, [seed, 300, count], answer=0.9)
        figures.append(
            Figure(
                "caused", f"q=0.9, {count} slots, flurry", int((p <= LEVEL).sum()), runs, asked, least=True
            )
        )
    return figures, distances


def ps(count: int, runs: int, seed: list[int], **more: object) -> np.ndarray:
    chance = np.random.default_rng(seed)
    out = np.empty(runs)
    for index in range(runs):
        drawn = slots(count, chance, **more)  # type: ignore[arg-type]
        waiting = waits(drawn.moments, drawn.bursts)
        out[index] = trial(waiting, drawn.stimulus, chance=chance, longest_s=110.0, draws=999).p
    return out


def distance(p: np.ndarray) -> float:
    """Give the Kolmogorov-Smirnov distance of p-values from the uniform law."""
    ordered, count = np.sort(p), len(p)
    steps = np.arange(1, count + 1) / count
    return float(max((steps - ordered).max(), (ordered - steps + 1 / count).max()))


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="triggers", description=__doc__)
    parser.add_argument("--seed", type=int, default=2019)
    parser.add_argument("--runs", type=int, default=1000, help="days or trials of each cell")
    parser.add_argument("--parts", default="nulls,powers,trials", help="which of the three (default: all)")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args(given)
    figures, distances = trials(options.runs, options.seed) if "trials" in options.parts else ([], [])
    if "powers" in options.parts:
        figures = [*powers(options.runs, options.seed), *figures]
    if "nulls" in options.parts:
        figures = [*nulls(options.runs, options.seed), *figures]
    print(f"seed {options.seed}, {options.runs} runs a cell, nominal {LEVEL:g}: share, 95 % interval, bound")
    for figure in figures:
        print(figure.line())
    for cell, far, most in distances:
        word = "uniform" if far <= most else "NOT UNIFORM"
        print(f"p-values  {cell:48} distance {far:.3f} of at most {most:.3f}: {word}")
    failed = [f for f in figures if f.fails], [d for d in distances if d[1] > d[2]]
    print(
        f"{len(figures)} figures, {len(failed[0])} fail; "
        f"{len(distances)} distributions, {len(failed[1])} fail"
    )
    if options.json:
        rows = [{**f._asdict(), "share": f.share, "interval": f.interval, "fails": f.fails} for f in figures]
        options.json.write_text(
            json.dumps({"seed": options.seed, "figures": rows, "distances": distances}, indent=1)
        )
    return 1 if failed[0] or failed[1] else 0


if __name__ == "__main__":
    sys.exit(main())
