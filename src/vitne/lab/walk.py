"""A walk of an invented phone past invented cells: a capture, the cells' positions, and where the phone was.

summary: registrations along a known way, as the truth that a reconstructed track is measured by
specification: docs/notes on self-registration over IP; the cell that serves is the nearest one
"""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import msgspec

from vitne.lab.demo import START_NS
from vitne.lab.pcap import About, pcapng
from vitne.lab.phone import DEFAULT_SEED, invent, subject_file
from vitne.lab.several import Story
from vitne.lab.wire import SECOND, Wire

_METRES = 111_195.0
"""Length of a degree of latitude on a sphere of the earth's mean radius."""
_HOURS, _EVERY = 4, 300
"""The way takes so many hours; the phone's screen comes on every so many seconds, give or take half."""
_GRID = 600.0
"""Metres from cell to cell."""
_MIDDLE = (60.0, 10.0)
"""Latitude and longitude round which the way leads, in degrees: an invented place."""


class WalkFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk leaves."""

    capture: Path  # pcapng
    subject: Path  # TOML: what the owner knows of the phone
    cells: Path  # CSV cell,lat,lon,range: what anybody can know of the cells
    track: Path  # CSV time,lat,lon: where the phone was, each half minute


def place_at(seconds: float) -> tuple[float, float]:
    """Give where the phone is: a way of about 5 km an hour with a turn and a stay."""
    part = min(max(seconds / 3600, 0.0), float(_HOURS))
    moving = part if part < 1.5 else max(1.5, part - 0.5)  # half an hour at one place
    angle = moving * 0.7
    return (
        _MIDDLE[0] + 7000 * math.sin(angle) / _METRES,
        _MIDDLE[1] + 7000 * math.cos(angle) * math.cos(2 * angle) / (_METRES * math.cos(math.radians(60))),
    )


def cell_at(place: tuple[float, float]) -> tuple[int, float, float]:
    """Give number and position of the cell that serves a place: of a grid the nearest one."""
    wide = _METRES * math.cos(math.radians(60))
    row, column = round((place[0] - 59) * _METRES / _GRID), round((place[1] - 9) * wide / _GRID)
    return (1000 + row * 500 + column) << 8 | 1, 59 + row * _GRID / _METRES, 9 + column * _GRID / wide


def make(folder: Path, *, seed: int = DEFAULT_SEED) -> WalkFiles:
    """Write the four files of a walk into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = Random(f"walk {seed}")
    wire = Wire(Random(f"walk {seed} wire"))
    story = Story(wire, seed, "192.0.2.30", more=False)
    cells: dict[int, tuple[float, float]] = {}
    now = 60.0
    while now < _HOURS * 3600:
        number, latitude, longitude = cell_at(place_at(now))
        cells[number] = (latitude, longitude)
        story.register(START_NS + round(now * SECOND), cell=number)
        now += _EVERY * chance.uniform(0.5, 1.5)
    about = About(comment="An invented phone on an invented way.", application="vitne lab")
    files = WalkFiles(
        capture=folder / "walk.pcapng",
        subject=folder / "subject.toml",
        cells=folder / "cells.csv",
        track=folder / "track.csv",
    )
    files.capture.write_bytes(pcapng(wire.frames(), about))
    files.subject.write_text(subject_file(invent(seed)), encoding="utf-8")
    rows = [f"{number},{lat:.6f},{lon:.6f},{_GRID:.0f}" for number, (lat, lon) in sorted(cells.items())]
    files.cells.write_text("\n".join(["cell,lat,lon,range", *rows, ""]), encoding="utf-8")
    begun = START_NS // SECOND
    way = [
        f"{begun + second},{lat:.6f},{lon:.6f}"
        for second in range(0, _HOURS * 3600, 30)
        for lat, lon in [place_at(second)]
    ]
    files.track.write_text("\n".join(["time,lat,lon", *way, ""]), encoding="utf-8")
    return files
