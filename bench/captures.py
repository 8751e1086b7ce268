"""Captures for benchmarks, made from a seed: same seed, kind and size, same file.

``made(kind, megabytes)`` makes a capture, or takes it from the folder where it was kept, with a file of truth
beside it that tells what was planted where.  The real part comes from the corpus (``VITNE_CORPUS``); where
that is absent it is left out, and the truth says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from typing import TYPE_CHECKING

from draws import Draws
from frames import write
from generated import dns, quic, small, tls, web
from planted import Planted, rows, subject_toml
from replicas import corpus_folder, replicas

if TYPE_CHECKING:
    from frames import Frames

MIXES: dict[str, dict[str, float]] = {
    "mixed": {"real": 0.446, "web": 0.328, "tls": 0.205, "dns": 0.021},
    "phone": {"real": 0.08, "web": 0.03, "tls": 0.66, "quic": 0.20, "dns": 0.03},
    "web": {"web": 0.80, "tls": 0.15, "dns": 0.05},
    "hostile": {"web": 0.50, "tls": 0.48, "dns": 0.02},
    "giant": {"web": 1.0},
}
"""Shares of bytes.  «mixed» is that of our measurements; «phone» a day of today, mostly encrypted; «web»
clear HTTP; «hostile» sends the segments of every flow in any order; «giant» is one connection."""
KINDS = (*MIXES, "flows-10000", "flows-100000", "flows-1000000")
"""All kinds; ``flows-N`` are packets of 200 bytes of so many flows."""


@dataclass(frozen=True)
class Made:
    """A capture that lies on disk."""

    path: Path
    subject: Path
    """subject file of the planted values"""
    truth: dict[str, object]
    """what was planted, and what the capture is made of"""
    planted: list[Planted]


def kept_folder(named: str | None = None) -> Path:
    """Give the folder where captures are kept: as named, VITNE_BENCH_CAPTURES, or the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named or os.environ.get("VITNE_BENCH_CAPTURES") or Path(cache) / "vitne" / "bench")


def _version() -> str:
    """Tell makers of captures apart: a changed maker makes its captures anew."""
    here = Path(__file__).resolve().parent
    names = ("draws.py", "planted.py", "frames.py", "generated.py", "replicas.py", "captures.py")
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in names))
    digest.update(b"with corpus" if (corpus_folder() / "pcap").is_dir() else b"without")
    return digest.hexdigest()[:10]


def _parts(kind: str, size: int, seed: int) -> tuple[list[Frames], list[Planted], dict[str, int]]:
    """Make the parts of a capture; give frames, what was planted, and the bytes of each part."""
    if kind.startswith("flows-"):
        made, planted = small(Draws(seed, 9), size, int(kind.partition("-")[2]))
        return [made], planted, {"small": size}
    disorder = "hostile" if kind == "hostile" else "phone"
    planted, parts, sizes = [], [], {}
    for number, (name, share) in enumerate(sorted(MIXES[kind].items())):
        draws, wanted = Draws(seed, number), int(size * share)
        part: Frames | None
        match name:
            case "web":
                part, planted = web(draws, wanted, disorder=disorder, one_flow=kind == "giant")
            case "tls":
                part = tls(draws, wanted, disorder=disorder)
            case "real":
                part = replicas(draws, wanted)
            case _:
                part = {"dns": dns, "quic": quic}[name](draws, wanted)
        if part is not None:
            parts.append(part)
            sizes[name] = int((part.lengths + part.head_lengths + 16).sum())
    return parts, planted, sizes


def make(path: Path, kind: str, megabytes: int, *, seed: int = 1) -> dict[str, object]:
    """Write a capture of about so many million bytes; give its truth."""
    parts, planted, sizes = _parts(kind, megabytes * 1_000_000, seed)
    frames, size = write(path, parts)
    left_out = sorted(set(MIXES.get(kind, ())) - set(sizes))
    return {
        "kind": kind,
        "megabytes": megabytes,
        "seed": seed,
        "frames": frames,
        "bytes": size,
        "parts": sizes,
        "left_out": left_out,
        "planted": rows(planted),
    }


def mixed(path: Path, megabytes: int, *, seed: int = 1, mix: str = "web") -> list[Planted]:
    """Write a capture of a mix; give what was planted."""
    planted = make(path, mix, megabytes, seed=seed)["planted"]
    return [Planted(**row) for row in planted] if isinstance(planted, list) else []


def made(kind: str, megabytes: int, *, seed: int = 1, folder: Path | None = None) -> Made:
    """Give a kept capture, made now where it is not there yet."""
    folder = folder or kept_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{megabytes}MB-seed{seed}-{_version()}.pcap"
    said = path.with_suffix(".truth.json")
    if not (path.exists() and said.exists()):
        fresh = path.with_suffix(".part")
        truth = make(fresh, kind, megabytes, seed=seed)
        fresh.rename(path)
        said.write_text(json.dumps(truth))
    truth = json.loads(said.read_text())
    subject = folder / "subject.toml"
    if not subject.exists() or subject.read_text() != subject_toml():
        subject.touch(mode=0o600)
        subject.write_text(subject_toml())
    return Made(path, subject, truth, [Planted(**row) for row in truth["planted"]])
