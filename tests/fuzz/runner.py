"""Fuzz every reader: ``python -m tests.fuzz --seconds 60``; finds are kept and become tests.

Each harness is a module ``fuzz_NAME`` in this folder with ``one(data)``, which may raise nothing, and ``SEEDS``.
Inputs are seeds mutated by flipping, cutting, repeating, splicing and writing interesting numbers.  Every input
has a time limit and every worker a memory limit of 1 GiB.  A worker is a process of its own that is watched from
outside, so that an exception, a crash, a hang and growth are all finds, and one find does not end the others.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import importlib
import mmap
import os
import pkgutil
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import tests.fuzz

ROOT = Path(__file__).resolve().parents[2]
FINDS = ROOT / "fuzz-finds"
LIMIT_S = 10
"""Seconds of the processor for one input: other readers may run on the same core."""
GRACE_S = 60
MEMORY = 1 << 30
FOUND = 3
"""Exit code of a worker whose harness raised."""
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
    raise TimeoutError(f"more than {LIMIT_S} s of the processor")


def _held(name: str, size: int) -> mmap.mmap:
    """Give the file that holds the input in hand: eight bytes of length, then the input; it outlives a crash."""
    with (FINDS / f"{name}.last").open("w+b") as stream:
        stream.truncate(8 + size)
        return mmap.mmap(stream.fileno(), 8 + size)


def work(name: str, seconds: float, seed: int) -> int:
    """Fuzz one harness in this process; the input in hand lies in ``fuzz-finds/NAME.last``."""
    module = importlib.import_module(f"tests.fuzz.{name}")
    FINDS.mkdir(exist_ok=True)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    faulthandler.enable()
    signal.signal(signal.SIGPROF, _too_long)
    rng = random.Random(f"{name}-{seed}")
    hold = _held(name, max(1 << 20, *(len(seed) for seed in module.SEEDS)))
    begun, count, waiting = time.monotonic(), 0, list(reversed(module.SEEDS))
    try:
        while waiting or time.monotonic() - begun < seconds:
            data = waiting.pop() if waiting else mutate(rng, module.SEEDS)
            hold[:8] = len(data).to_bytes(8, "little")
            hold[8 : 8 + len(data)] = data
            signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
            module.one(data)
            signal.setitimer(signal.ITIMER_PROF, 0)
            count += 1
    except Exception:  # noqa: BLE001  (whatever it is, it is a find)
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(traceback.format_exc())
        return FOUND
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak * 1024 > MEMORY:
        print(f"memory rose from {base >> 10} to {peak >> 10} MiB")
        return FOUND
    (FINDS / f"{name}.last").unlink()
    print(count)
    return 0


def watch(command: list[str], *, name: str, seconds: float) -> tuple[int, str]:
    """Run one worker; give the number of its inputs and what was found, or nothing."""
    try:
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + GRACE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return 0, f"{_keep(name)}\nit did not come back from one input"
    if run.returncode == 0:
        return int(run.stdout.split()[-1]), ""
    how = "" if run.returncode == FOUND else f"the worker ended with {run.returncode}\n{run.stderr[-6000:]}"
    return 0, f"{_keep(name)}\n{run.stdout[-6000:]}{how}"


def _keep(name: str) -> str:
    """Keep the input that a worker had in hand under a name of its own."""
    last = FINDS / f"{name}.last"
    if not last.is_file():
        return "no input was in hand"
    held = last.read_bytes()
    data = held[8 : 8 + int.from_bytes(held[:8], "little")]
    kept = FINDS / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    kept.write_bytes(data)
    last.unlink()
    return str(kept.relative_to(ROOT))


def main() -> int:
    """Fuzz all harnesses and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each reader")
    parser.add_argument("--total", type=float, help="seconds of work for all readers together")
    parser.add_argument("--only", nargs="*", help="names of harnesses")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="readers at a time")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options.worker, options.seconds, options.seed)
    names = [name for name in harnesses() if not options.only or name in options.only]
    unknown = sorted(set(options.only or ()) - set(names))
    if unknown:
        parser.error(f"no such harness: {', '.join(unknown)}; there are {', '.join(harnesses())}")
    seconds = options.total / len(names) if options.total else options.seconds
    print(
        f"{len(names)} readers, {seconds:g} s each, {options.jobs} at a time, seed {options.seed}", flush=True
    )
    bad = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        given = ["--seconds", str(seconds), "--seed", str(options.seed)]
        waiting = {
            pool.submit(
                watch,
                [sys.executable, "-m", "tests.fuzz", "--worker", name, *given],
                name=name,
                seconds=seconds,
            ): name
            for name in names
        }
        for done in as_completed(waiting):
            count, find = done.result()
            what = f"FOUND {find}" if find else f"{count:>9,} inputs  clean"
            print(f"  {waiting[done]:24} {what}", flush=True)
            bad += bool(find)
    return 1 if bad else 0
