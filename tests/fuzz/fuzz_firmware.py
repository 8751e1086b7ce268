"""Any bytes as firmware: containers, packages, code, programs; every text and place, bounded, never an error."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.firmware_seeds import seeds
from vitne.firmware.budget import Budget
from vitne.firmware.containers import containers
from vitne.firmware.judging import judged
from vitne.firmware.reading import Reading, _Walk
from vitne.firmware.source import Held
from vitne.model import CaptureError

SEEDS: list[bytes] = seeds()
_NAMES = ("a.apk", "a.img", "a.so", "a.vdex", "build.prop")


def one(data: bytes) -> None:
    """Take the first byte as the name it comes under, the rest as its bytes."""
    if not data:
        return
    name, source = _NAMES[data[0] % len(_NAMES)], Held(data[1:])
    budget = Budget(unpack=16 << 20, look=16 << 20, files=20_000, texts=2_000_000)
    reading = Reading()
    walk = _Walk(reading, budget, None)
    try:
        walk.image(source, Path(name))
    except CaptureError:
        walk._file(source, f"system.img!/{name}", 2)
    found = judged(reading, "NO")
    for unit in found.units:
        places = [spot for each in unit.endpoints for spot in each.spots]
        places += [each.spot for each in unit.components] + [each.spot for each in unit.permissions]
        assert all(spot.offset is None or spot.offset >= -1 for spot in places)
    assert len(found.not_read) <= 2000
    for container in containers().values():
        container.fits(data[1:])
