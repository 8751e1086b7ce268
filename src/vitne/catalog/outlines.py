"""Countries as rings of points and as names, from ``data/outlines.json``, which says where they come from."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def outlines() -> dict[str, list[list[tuple[float, float]]]]:
    """Give the rings of each country by its two letters: (longitude, latitude) in degrees.

    A ring that crosses the date line goes on beyond 180 degrees.
    """
    return {
        country: [[(ring[at] / 10, ring[at + 1] / 10) for at in range(0, len(ring) - 1, 2)] for ring in rings]
        for country, rings in _content()["rings"].items()
    }


@cache
def country_names() -> dict[str, str]:
    """Give the names of countries, in English, by their two letters."""
    return dict(_content()["names"])


@cache
def _content() -> dict[str, Any]:
    text = (files("vitne") / "data" / "outlines.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
