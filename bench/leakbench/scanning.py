"""Running ``vitne scan`` as a user does: a command, its document, its time and memory."""

from __future__ import annotations

import functools
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


SECRETS = "--secrets"  # option by which a user hands over cipher keys and salts, once there is one


@dataclass(frozen=True)
class Scan:
    """What a scan printed and what it cost."""

    document: dict[str, Any]
    cpu: float  # seconds of processor time
    wall: float  # seconds on the clock


@functools.cache
def command_help() -> str:
    """Give the help text of ``vitne scan``."""
    run = subprocess.run(
        [sys.executable, "-m", "vitne.cli", "scan", "--help"], capture_output=True, text=True, check=True
    )
    return run.stdout


def takes_keys() -> bool:
    """Say whether a user can hand over cipher keys and salts."""
    return SECRETS in command_help()


@functools.cache
def encodings() -> frozenset[str]:
    """Give the names of the encodings that vitne lists."""
    run = subprocess.run(
        [sys.executable, "-m", "vitne.cli", "list", "encodings", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return frozenset(row["id"] for row in json.loads(run.stdout))


def scan(
    captures: list[Path], subject: Path, *, keys: Path | None = None, key_log: Path | None = None
) -> Scan:
    """Scan captures in one process; raises RuntimeError with what the program said when it fails."""
    command = [sys.executable, "-m", "vitne.cli", "scan", *map(str, captures), "--subject", str(subject)]
    command += ["--json", "--reveal", "-q", "-j", "1"]
    if keys is not None and takes_keys():
        command += [SECRETS, str(keys)]
    if key_log is not None:
        command += ["--keys", str(key_log)]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    try:
        document = json.loads(run.stdout)
    except ValueError:
        raise RuntimeError(f"vitne scan gave no document: {run.stderr.decode()[-2000:]}") from None
    return Scan(document, cpu, time.monotonic() - begun)
