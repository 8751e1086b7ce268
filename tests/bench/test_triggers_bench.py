"""A short form of the simulation runs, and its figures are judged as they have to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.triggers", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def test_the_trials_hold_in_a_short_form_and_repeat_with_their_seed() -> None:
    first = run("--parts", "trials", "--runs", "40", "--seed", "5")
    assert "no trigger, 40 slots: poisson" in first.stdout, first.stderr
    assert " FAILS" not in first.stdout
    assert run("--parts", "trials", "--runs", "40", "--seed", "5").stdout == first.stdout


def test_a_figure_fails_only_where_its_interval_lies_wholly_on_the_wrong_side() -> None:
    assert _printed(
        "[F('x', 'c', h, 1000, b, least=l).fails for h, b, l in"
        " ((25, 0.02, False), (40, 0.02, False), (940, 0.95, True), (900, 0.95, True), (5, None, False))]"
    ) == str([False, True, False, True, False])


def test_a_verdict_that_no_longer_warns_fails_where_it_has_to() -> None:
    told = "(lambda f: (f.fails, f.line()))(F('coupled', 'c', 990, 1000, None, least=False))"
    assert "warned" in _printed(told)
    assert "FAILS" in _printed(told, before="m.WARNS = False;")


def _printed(told: str, *, before: str = "") -> str:
    code = (
        f"import bench.triggers.__main__ as m; from bench.triggers.__main__ import Figure as F; {before}"
        f"print({told})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
