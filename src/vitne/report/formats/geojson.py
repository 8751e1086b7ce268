"""Places as GeoJSON (RFC 7946): a feature for each finding of a place, without geometry where masked."""

from __future__ import annotations

import re
from typing import Any

from vitne.report.blocks import shown

_NUMBERS = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)")


def collection(document: dict[str, Any]) -> dict[str, Any]:
    """Give the features as plain JSON values; coordinates stand there only where values were revealed."""
    places = [one for one in document["findings"] if one["kind"] == "location"]
    return {"type": "FeatureCollection", "features": [_feature(one) for one in places]}


def _feature(one: dict[str, Any]) -> dict[str, Any]:
    target = one["destination"]
    return {
        "type": "Feature",
        "id": one["id"],
        "geometry": _point(one["value"]) if one["identifier"] == "location" else None,
        "properties": {
            "identifier": one["identifier"],
            "value": shown(one["value"], 200),
            "time": one["time"],
            "direction": one["direction"],
            "destination": shown(target["host"] or target["ip"], 200),
            "protection": one["protection"],
            "grade": one["grade"],
        },
    }


def _point(value: str) -> dict[str, Any] | None:
    """Read «latitude, longitude» in degrees; None for a label or anything else."""
    match = _NUMBERS.search(value)
    if match is None or "#" in value:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}
