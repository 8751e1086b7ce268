"""``vitne demo``: make the demonstration capture, scan it, write a case, show the findings."""

from __future__ import annotations

import argparse
from pathlib import Path

from vitne.cli import scan


def run(options: argparse.Namespace) -> int:
    """Run the main job on an invented phone's hour at home."""
    from vitne.lab import demo

    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    print("1. A demonstration capture: an invented phone's hour at home, with one sender nobody asked for")
    files = demo.make(folder, seed=options.seed)
    print(f"   {files.capture}\n   {files.subject}  (what the owner knows of the phone)")
    case = folder / "case"
    print(f"2. The main job: vitne scan {files.capture} --subject {files.subject} --case {case}\n")
    asked = argparse.Namespace(
        captures=[str(files.capture)],
        subject=str(files.subject),
        keys=[],
        case=str(case),
        json=False,
        reveal=False,
        fail_on=None,
        fail_on_kind=[],
        device=None,
        jobs=None,
        quiet=False,
        verbose=False,
    )
    return scan.run(asked)
