"""``python -m bench.leakbench``: make captures, scan them, print what was found, write it as JSON."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from . import page, peers, tables
from .strangers import clean_track, corpus_folder
from .tracks import Bench, decoy_track, fixed_track, random_track

if TYPE_CHECKING:
    from .strangers import Clean

STRANGERS, QUICK_STRANGERS = 1000, 5
FULL, QUICK = (250, 10), (10, 2)  # random cases a depth, identifiers of a fixed chain


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="leakbench", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeat a run (default: a new one)")
    parser.add_argument("--quick", action="store_true", help="10 cases a depth, 2 identifiers a chain")
    parser.add_argument("--tracks", default="FRDC", help="which of F, R, D, C (default: all)")
    parser.add_argument("--cases", type=int, help="random cases a depth (default: 250)")
    parser.add_argument("--depths", default="1-6", help="depths of the random track, e.g. 3 or 1-4")
    parser.add_argument("--folder", type=Path, help="keep captures, truth and document here")
    parser.add_argument("--format", choices=("pcap", "pcapng", "har", "flows"), default="pcap")
    parser.add_argument("--corpus", type=Path, help="folder of real captures for track C")
    parser.add_argument("--strangers", type=int, help="strangers looked for in track C (default: 1000)")
    parser.add_argument(
        "--peers", action="store_true", help="other tools on the same captures, where installed"
    )
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--missed", type=Path, help="write all that was missed here, by its likely cause")
    parser.add_argument("--page", type=Path, help="write the table of the docs into this page")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Run what was asked for."""
    options = arguments(given)
    if options.folder is None:
        with tempfile.TemporaryDirectory(prefix="leakbench-") as name:
            return run(options, Path(name))
    options.folder.mkdir(parents=True, exist_ok=True)
    return run(options, options.folder)


def run(options: argparse.Namespace, folder: Path) -> int:
    """Run the tracks in a folder."""
    seed = secrets.randbelow(10**9) if options.seed is None else options.seed
    each, most = QUICK if options.quick else FULL
    each = options.cases or each
    bench = Bench(seed, folder, suffix="." + options.format)
    print(f"leakbench, seed {seed}")
    report = tables.Report(seed, quick=options.quick)
    if options.peers:
        bench.peers = peers.installed(print)
        if options.format in {"har", "flows"} and "Suricata" in bench.peers:
            print("SKIPPED, reads captures only: Suricata")
            bench.peers.remove("Suricata")
    recipes = []
    if "F" in options.tracks:
        report.fixed, made = fixed_track(bench, most=most)
        recipes += made
    if "R" in options.tracks:
        low, _, high = options.depths.partition("-")
        report.random, made = random_track(bench, each=each, depths=range(int(low), int(high or low) + 1))
        recipes += made
    if "D" in options.tracks and recipes:
        report.decoys = decoy_track(bench, recipes)
    if "C" in options.tracks:
        report.clean = real_captures(bench, options)
    report.finish(bench)
    print(report.text())
    if options.json:
        options.json.write_text(report.json(), encoding="utf-8")
    if options.page:
        page.renew(options.page, report)
    if options.missed:
        options.missed.write_text(report.failures(), encoding="utf-8")
    return 0


def real_captures(bench: Bench, options: argparse.Namespace) -> Clean | None:
    """Run track C where there are real captures."""
    corpus = corpus_folder(options.corpus)
    if corpus is None:
        print("SKIPPED, no real captures here: track C (give --corpus or set VITNE_CORPUS)")
        return None
    strangers = options.strangers or (QUICK_STRANGERS if options.quick else STRANGERS)
    return clean_track(bench, corpus, strangers=strangers)


if __name__ == "__main__":
    sys.exit(main())
