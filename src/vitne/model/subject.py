"""The person studied, and the values known of them and their phone beforehand."""

from __future__ import annotations

import msgspec


class Seed(msgspec.Struct, frozen=True, kw_only=True):
    """One value known beforehand.  Text values have ``value``; places and cells have numbers instead."""

    identifier: str  # word of the closed list
    name: str  # as the subject file names it, else "identifier#n", n counting from 1 per identifier
    # canonical text: digits only for numbers, "00:00:5e:00:53:01" for addresses, as written for words
    value: str
    latitude: float | None = None  # location: degrees WGS 84, north positive
    longitude: float | None = None  # location: degrees WGS 84, east positive
    radius_m: float | None = None  # location: metres
    mcc: str | None = None  # cell: mobile country code, 3 digits
    mnc: str | None = None  # cell: mobile network code, 2 or 3 digits
    area: int | None = None  # cell: LAC (GSM, UMTS) or TAC (LTE, NR)
    cell: int | None = None  # cell: CI (16 or 28 bits) or NCI (36 bits)
    origin: str = (
        "subject"  # "subject" (the file) or "capture" (the device's own address, seen on its frames)
    )


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The person studied: what is known of them and their phone."""

    seeds: tuple[Seed, ...] = ()
