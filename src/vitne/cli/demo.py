"""``vitne demo``: make the demonstration capture, scan it, write a case, show the findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitne.cli import scan
from vitne.cli.main import build_parser

if TYPE_CHECKING:
    import argparse


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
    words = ["scan", str(files.capture), "--subject", str(files.subject), "--case", str(case)]
    asked = build_parser().parse_args(words)
    return scan.run(asked)
