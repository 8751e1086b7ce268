"""``vitne protocol``: draw a randomised trial, print it, and carry it out where that is asked for."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.cli.mark import append, now
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse

    from vitne.triggers.protocol import Plan


def run(options: argparse.Namespace) -> int:
    """Print the plan, and with ``--log`` walk through it."""
    from vitne.triggers.protocol import plan

    seed = secrets.randbelow(1 << 32) if options.seed is None else options.seed
    drawn = plan(options.stimuli, slots=options.slots, length_s=options.length, seed=seed)
    commands = _commands(options.do, drawn)
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(drawn), indent=2).decode())
    else:
        _tell(drawn)
    if options.log:
        _carry_out(drawn, Path(options.log), commands)
    return 0


def _commands(given: list[str], drawn: Plan) -> dict[str, str]:
    commands = {}
    for text in given:
        arm, equals, command = text.partition("=")
        if not equals or arm not in drawn.arms:
            raise UsageError(
                "this names no arm", where=text, expected="ARM=COMMAND, ARM one of " + ", ".join(drawn.arms)
            )
        commands[arm] = command
    return commands


def _tell(drawn: Plan) -> None:
    minutes = drawn.length_s * len(drawn.order) / 60
    print(
        f"seed {drawn.seed}: {len(drawn.order)} slots of {drawn.length_s:g} s, {minutes:.0f} minutes in all"
    )
    print(f"the least p that this trial can give: {drawn.least_p:.2g}")
    for number, arm in enumerate(drawn.order):
        at = number * drawn.length_s
        print(f"{number + 1:4}  {int(at // 60):4}:{int(at % 60):02}  {arm}")


def _carry_out(drawn: Plan, place: Path, commands: dict[str, str]) -> None:
    """Wait for each slot, say or do what is drawn, and write down when it was."""
    from vitne.triggers.protocol import SHAM

    if place.exists() and place.stat().st_size:
        raise StoreError("this log is there already, and a trial is not repeated into it", where=str(place))
    append(
        place, {"time": now(), "kind": "note", "detail": f"protocol seed {drawn.seed}", "clock": "capture"}
    )
    begin = time.monotonic()
    for number, arm in enumerate(drawn.order):
        time.sleep(max(0.0, begin + number * drawn.length_s - time.monotonic()))
        print(
            f"\a{number + 1} of {len(drawn.order)}: {arm}" + (" (do nothing)" if arm == SHAM else ""),
            flush=True,
        )
        kind = "sham" if arm == SHAM else "stimulus"
        append(place, {"time": now(), "kind": kind, "detail": arm, "clock": "capture"})
        if arm in commands:
            done = subprocess.run(commands[arm], shell=True, check=False)  # noqa: S602  (the user's own command)
            if done.returncode:
                print(f"vitne: the command of {arm} ended with {done.returncode}", file=sys.stderr)
    time.sleep(drawn.length_s)
    print(f"done: vitne triggers CASE --events {place}")
