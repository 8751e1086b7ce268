"""Countries on the globe: how far an outline lies from a point, and whether light could have been there.

Outlines are simplified (``data/outlines.json`` says how), so distances are taken 50 km shorter than measured:
a country is refuted only where no doubt about an outline can save it.
"""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec

from vitne.catalog.outlines import outlines

LIGHT_KM_PER_MS = 299.792458
"""In vacuum; in glass light takes half as long again, so this bound is the kindest to the claim."""
SLACK_KM = 50.0
_RADIUS_KM = 6371.0


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the great-circle distance of two points, each (latitude, longitude) in degrees."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


@lru_cache(maxsize=4096)
def distance_to(country: str, latitude: float, longitude: float) -> float | None:
    """Give the km from a point to the nearest point of a country, 0 inside; None for no outline."""
    rings = outlines().get(country)
    if not rings:
        return None
    turns = (longitude, longitude + 360, longitude - 360)  # rings go on over the date line
    if any(_inside(ring, x, latitude) for ring in rings for x in turns):
        return 0.0
    here = (latitude, longitude)
    return min(_to_edge(here, ring[at - 1], ring[at]) for ring in rings for at in range(len(ring)))


def _to_edge(here: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the distance to an edge: the nearest of points at most a degree apart on it."""
    steps = max(1, int(max(abs(a[0] - b[0]), abs(a[1] - b[1]))))
    if steps > 90:  # an edge round the date line
        steps = 1
    return min(
        distance_km(here, (a[1] + (b[1] - a[1]) * at / steps, a[0] + (b[0] - a[0]) * at / steps))
        for at in range(steps + 1)
    )


def _inside(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    odd = False
    for at in range(len(ring)):
        (x1, y1), (x2, y2) = ring[at - 1], ring[at]
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How far away whoever answered a handshake can be at most."""

    latitude: float  # of the capture, degrees
    longitude: float
    rtt_ms: float  # shortest handshake seen

    @property
    def farthest_km(self) -> float:
        """Give the distance light covers in half the handshake's time."""
        return self.rtt_ms / 2 * LIGHT_KM_PER_MS

    def refutes(self, country: str) -> bool | None:
        """Say whether a country lies farther than light could have come; None without its outline."""
        distance = distance_to(country, self.latitude, self.longitude)
        return None if distance is None else max(0.0, distance - SLACK_KM) > self.farthest_km
