"""Positions of cells from a user's table: a plain one, or the layout of OpenCelliD.

Plain: a head line with ``cell``, ``lat``, ``lon`` and, where known, ``range`` in metres.
OpenCelliD: ``radio,mcc,net,area,cell,unit,lon,lat,range,…`` with a head line.
"""

from __future__ import annotations

import csv
import io
import re

from vitne.model import Malformed

Cells = dict[str, tuple[float, float, float | None]]
"""Cell as written, or its last number -> latitude, longitude, reach in metres."""
_MOST = 256 << 20


def read_cells(data: bytes) -> Cells:
    """Read a table; raises Malformed with the number of the row that is none."""
    if len(data) > _MOST:
        raise Malformed("this table is larger than one of a country")
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        names = {name.strip().lower(): name for name in rows.fieldnames or () if name}
        wanted = ("cell", "lat", "lon")
        if not all(name in names for name in wanted):
            raise Malformed("the head line does not name cell, lat and lon")
        out: Cells = {}
        for number, row in enumerate(rows, 2):
            cell = (row[names["cell"]] or "").strip()
            try:
                latitude, longitude = float(row[names["lat"]]), float(row[names["lon"]])
                reach = float(row[names["range"]]) if names.get("range") and row[names["range"]] else None
            except (TypeError, ValueError) as error:
                raise Malformed(f"row {number} has no position") from error
            if not (cell and -90 <= latitude <= 90 and -180 <= longitude <= 180):
                raise Malformed(f"row {number} has no position on the earth")
            out[cell] = (latitude, longitude, reach)
    except (csv.Error, UnicodeDecodeError) as error:
        raise Malformed("this is no comma separated table in UTF-8") from error
    return out


def position_of(cells: Cells, value: str) -> tuple[float, float, float | None] | None:
    """Give the position of a cell by its value as written, else by its last number."""
    if value in cells:
        return cells[value]
    numbers = re.findall(r"[0-9]+", value)
    return cells.get(numbers[-1]) if numbers else None


def coordinates(value: str) -> tuple[float, float] | None:
    """Give the position that a coordinate value states: two decimal numbers in degrees, latitude first."""
    numbers = re.findall(r"-?[0-9]{1,3}\.[0-9]+", value)
    if len(numbers) < 2:
        return None
    latitude, longitude = float(numbers[0]), float(numbers[1])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def read_track(data: bytes) -> list[tuple[int, float, float]]:
    """Read where a phone was: CSV with the head line ``time,lat,lon``, time in seconds since 1970 (UTC).

    Gives (time_ns, latitude, longitude) in order of time; raises Malformed.
    """
    if len(data) > _MOST:
        raise Malformed("this track is longer than one of years")
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        names = {name.strip().lower(): name for name in rows.fieldnames or () if name}
        if not all(name in names for name in ("time", "lat", "lon")):
            raise Malformed("the head line does not name time, lat and lon")
        out = []
        for number, row in enumerate(rows, 2):
            try:
                seconds, latitude, longitude = (float(row[names[name]]) for name in ("time", "lat", "lon"))
            except (TypeError, ValueError) as error:
                raise Malformed(f"row {number} has no time and place") from error
            if not (0 <= seconds < 1 << 33 and -90 <= latitude <= 90 and -180 <= longitude <= 180):
                raise Malformed(f"row {number} has no time and place on the earth")
            out.append((round(seconds * 1_000_000_000), latitude, longitude))
    except (csv.Error, UnicodeDecodeError) as error:
        raise Malformed("this is no comma separated table in UTF-8") from error
    return sorted(out)
