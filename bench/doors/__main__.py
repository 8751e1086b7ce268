"""Run real clients once, record them four ways, and hold each door against the servers' own record.

Usage: python -m bench.doors [--quick] [--folder FOLDER] [--environments FOLDER] [--setup]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.doors import plan
from bench.doors.compare import Row, findings, rows_of, truth
from bench.doors.environments import make, missing, ready
from bench.doors.plaintext import compare, line_of
from bench.doors.record import Recorded, run

QUICK = ("curl-plain-1.1", "curl-tls13-1.1", "curl-tls13-2", "websocket", "mqtt")
HTTP_ONLY = {"mqtt": "a HAR holds messages of HTTP and WebSocket alone"}
"""What a door cannot know, by carrier."""


def doors(folder: Path) -> dict[str, tuple[str, ...]]:
    """Give what is scanned for each door."""
    subprocess.run(
        [
            "editcap",
            "--inject-secrets",
            f"tls,{folder / 'keys.proxy'}",
            str(folder / "run.pcap"),
            str(folder / "run.pcapng"),
        ],
        check=True,
    )
    return {
        "pcap and keys": (str(folder / "run.pcap"), "--keys", str(folder / "keys.proxy")),
        "pcapng with the keys inside": (str(folder / "run.pcapng"),),
        "HAR of the proxy": (str(folder / "run.har"),),
        "flows of the proxy": (str(folder / "run.flow"),),
        "all of them at once": (
            str(folder / "run.pcapng"),
            str(folder / "run.har"),
            str(folder / "run.flow"),
        ),
    }


def expected(door: str, told: set[Row], ran: list[str]) -> set[Row]:
    """Give what of the truth a door can hold."""
    without = {plan.imei(one) for one in HTTP_ONLY} | {plan.ad_id(one) for one in HTTP_ONLY}
    own = {value for one in ran for value in (plan.imei(one), plan.ad_id(one))}
    rows = {row for row in told if row.value in own}
    return {row for row in rows if row.value not in without} if door.startswith("HAR") else rows


def check(recorded: Recorded, ran: list[str]) -> int:
    """Print the table; give how many values were missed or made up."""
    told, wrong = truth(recorded.folder), 0
    print(f"{'door':30} {'of the truth':>14} {'found':>6} {'missed':>7} {'beyond':>7}")
    sets = {
        name: (scan, [one for one in ran if one not in plan.DIRECT])
        for name, scan in doors(recorded.folder).items()
    }
    direct = [one for one in ran if one in plan.DIRECT]
    if direct:
        keys = ("--keys", str(recorded.folder / "keys.http3"))
        sets["HTTP/3: pcap and keys"] = ((str(recorded.folder / "http3.pcap"), *keys), direct)
    for name, (scan, carriers) in sets.items():
        want, have = expected(name, told, carriers), rows_of(findings(recorded.folder, *scan))
        missed, beyond = want - have, have - want
        wrong += len(missed) + len(beyond)
        print(f"{name:30} {len(want):14} {len(want & have):6} {len(missed):7} {len(beyond):7}")
        for word, rows in (("missed", missed), ("beyond", beyond)):
            for row in sorted(rows):
                print(
                    f"    {word}: {row.identifier} {row.value} as {row.field!r} to {row.host or '(no name)'}"
                )
    wrong += _against_tshark(recorded.folder, direct=bool(direct))
    silent = [one for one in ran if not any(row.value == plan.imei(one) for row in told)]
    for one in silent:
        print(f"    the server received nothing from {one}")
    return wrong + len(silent)


def _against_tshark(folder: Path, *, direct: bool) -> int:
    """Hold what keys open against tshark; give how much differs."""
    if shutil.which("tshark") is None:
        print("SKIPPED, tshark is not on this machine: decrypted streams byte for byte")
        return 0
    wrong = 0
    for capture, keys in (("run.pcap", "keys.proxy"), *([("http3.pcap", "keys.http3")] if direct else [])):
        found = compare(folder / capture, folder / keys)
        print(line_of(capture, found))
        for each in found.differ:
            print(f"    {each}")
        wrong += len(found.differ)
    return wrong


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five clients, without a browser")
    parser.add_argument(
        "--folder", type=Path, help="where recordings go (default: a folder that is thrown away)"
    )
    parser.add_argument(
        "--environments", type=Path, default=Path("build/doors"), help="where private environments lie"
    )
    parser.add_argument("--setup", action="store_true", help="make the environments and end")
    options = parser.parse_args()
    lacks = missing()
    if lacks and not options.setup:
        print(f"doors: SKIPPED, this machine lacks {', '.join(lacks)}", file=sys.stderr)
        return 77
    if options.setup or not ready(options.environments):
        make(options.environments)
    if options.setup:
        return 0
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="doors-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    carriers = QUICK if options.quick else (*plan.CARRIERS, *plan.DIRECT)
    try:
        recorded = run(folder, options.environments.resolve(), carriers)
        for carrier, why in recorded.skipped.items():
            print(f"SKIPPED {carrier}: {why}")
        return int(check(recorded, [one for one in carriers if one not in recorded.skipped]) > 0)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
