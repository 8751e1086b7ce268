"""Fuzz every reader: ``python -m tests.fuzz --seconds 60``; finds are kept and become tests.

Each harness is a module ``fuzz_NAME`` in this folder with ``one(data)``, which may raise nothing, and ``SEEDS``.
Inputs are seeds mutated by flipping, cutting, repeating, splicing and writing interesting numbers.  Every input
has a time limit and every worker a memory limit of 1 GiB: crash, hang and growth are all finds.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import importlib
import pkgutil
import random
import resource
import signal
import sys
import time
import traceback
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import tests.fuzz

FINDS = Path("fuzz-finds")
LIMIT_S = 10
MEMORY = 1 << 30
INTERESTING = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def harnesses() -> list[str]:
    """Name all harnesses of this folder, sorted."""
    names = (module.name for module in pkgutil.iter_modules(tests.fuzz.__path__))
    return sorted(name for name in names if name.startswith("fuzz_"))


def mutate(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Give a seed changed in one to six places, seldom spliced with another or made much longer."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 6)):
        if not data:
            return bytes(rng.randbytes(rng.randint(0, 64)))
        at = rng.randrange(len(data))
        kind = rng.randrange(8)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            del data[at : at + rng.randint(1, 32)]
        elif kind == 4:
            width = rng.choice((1, 2, 4))
            number = rng.choice(INTERESTING) & ((1 << 8 * width) - 1)
            data[at : at + width] = number.to_bytes(width, rng.choice(("little", "big")))
        elif kind == 5:
            piece = bytes(data[at : at + rng.randint(1, 64)])
            data[at:at] = piece * rng.choice((1, 2, 8, 64))
        elif kind == 6:
            other = rng.choice(seeds)
            data[at:] = other[rng.randrange(len(other) + 1) :]
        else:
            data[at:at] = rng.randbytes(rng.randint(1, 16))
    return bytes(data[: 1 << 20])


def _too_long(signum: int, frame: Any) -> None:
    raise TimeoutError(f"longer than {LIMIT_S} s")


def run_one(job: tuple[str, float, int]) -> tuple[str, int, str]:
    """Fuzz one harness; give its name, the number of inputs and what was found."""
    name, seconds, seed = job
    module = importlib.import_module(f"tests.fuzz.{name}")
    FINDS.mkdir(exist_ok=True)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _too_long)
    rng = random.Random(f"{name}-{seed}")
    last = FINDS / f"{name}.last"
    begun, count, data = time.monotonic(), 0, b""
    try:
        for data in module.SEEDS:
            module.one(data)
        while time.monotonic() - begun < seconds:
            data = mutate(rng, module.SEEDS)
            last.write_bytes(data)
            signal.alarm(LIMIT_S)
            module.one(data)
            signal.alarm(0)
            count += 1
    except BaseException:  # noqa: BLE001  (whatever it is, it is a find)
        signal.alarm(0)
        kept = FINDS / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
        kept.write_bytes(data)
        return name, count, f"{kept}\n{traceback.format_exc()}"
    last.unlink(missing_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak * 1024 > MEMORY:
        return name, count, f"memory rose from {base >> 10} to {peak >> 10} MiB"
    return name, count, ""


def main() -> int:
    """Fuzz all harnesses and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each reader")
    parser.add_argument("--only", nargs="*", help="names of harnesses")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    names = [name for name in harnesses() if not options.only or name in options.only]
    jobs = [(name, options.seconds, options.seed) for name in names]
    bad = 0
    print(f"{len(jobs)} readers, {options.seconds:g} s each, {options.jobs} at a time, seed {options.seed}", flush=True)
    with get_context("spawn").Pool(options.jobs, maxtasksperchild=1) as pool:
        for name, count, find in pool.imap_unordered(run_one, jobs, chunksize=1):
            print(f"  {name:24} {count:>9,} inputs  {'FOUND ' + find if find else 'clean'}", flush=True)
            bad += bool(find)
    return 1 if bad else 0

