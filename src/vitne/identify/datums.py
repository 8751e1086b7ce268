"""Datums: positions as maps of China move them, by the formula that was published for both.

summary: GCJ-02 and BD-09 of a position on WGS 84
specification: none official; the formula of the open map libraries (coordtransform, eviltransform)
"""

from __future__ import annotations

import math

Position = tuple[float, float]  # degrees north and east

AXIS = 6_378_245.0  # metres: half the great axis of Krasovsky's ellipsoid
FLATNESS = 0.006_693_421_622_965_943  # its first eccentricity, squared
_TURN = math.pi * 3000 / 180


def gcj02(position: Position) -> Position:
    """Give the position as GCJ-02 has it, without asking whether it lies in China: senders differ in that."""
    north, east = position
    x, y = east - 105, north - 35
    angle = math.radians(north)
    curve = 1 - FLATNESS * math.sin(angle) ** 2
    up = math.pi * AXIS * (1 - FLATNESS) / curve**1.5 / 180  # metres of one degree of latitude
    along = math.pi * AXIS * math.cos(angle) / math.sqrt(curve) / 180  # and of longitude
    return north + _northward(x, y) / up, east + _eastward(x, y) / along


def bd09(position: Position) -> Position:
    """Give the position as BD-09 has it."""
    north, east = gcj02(position)
    length = math.hypot(north, east) + 2e-5 * math.sin(north * _TURN)
    angle = math.atan2(north, east) + 3e-6 * math.cos(east * _TURN)
    return length * math.sin(angle) + 0.006, length * math.cos(angle) + 0.0065


def _waves(value: float, *waves: tuple[float, float]) -> float:
    return sum(height * math.sin(value * math.pi * pace) for height, pace in waves) * 2 / 3


def _northward(x: float, y: float) -> float:
    """Give the metres that a position is moved to the north."""
    plain = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    return plain + _waves(x, (20, 6), (20, 2)) + _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))


def _eastward(x: float, y: float) -> float:
    """Give the metres that a position is moved to the east."""
    plain = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    return plain + _waves(x, (20, 6), (20, 2), (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))
