from __future__ import annotations

import pytest

from vitne.attribute.places import Reach, distance_km, distance_to
from vitne.catalog.outlines import country_names, outlines

OSLO = (59.91, 10.75)


def test_distances_on_the_globe_are_those_of_the_great_circle() -> None:
    # a quarter of the circumference of a sphere of 6371 km
    assert distance_km((0, 0), (0, 90)) == pytest.approx(10007.5, abs=0.5)
    assert distance_km((90, 0), (-90, 0)) == pytest.approx(20015, abs=1)
    assert distance_km(OSLO, OSLO) == 0


def test_a_point_lies_in_its_country_and_off_others() -> None:
    assert distance_to("NO", *OSLO) == 0
    sweden, china, singapore = (distance_to(code, *OSLO) for code in ("SE", "CN", "SG"))
    assert sweden is not None
    assert china is not None
    assert singapore is not None
    assert 40 < sweden < 150
    assert 4000 < china < 5500
    assert 9500 < singapore < 10500
    assert distance_to("XX", *OSLO) is None


def test_countries_over_the_date_line_hold_their_own_and_no_other_place() -> None:
    assert distance_to("RU", 66.0, -172.0) == 0, "the easternmost part of Russia"
    assert distance_to("RU", 55.75, 37.6) == 0
    tromso = distance_to("RU", 69.65, 18.96)
    assert tromso is not None
    assert 300 < tromso < 600
    assert distance_to("AU", -35.3, 149.1) == 0


def test_light_refutes_a_country_only_where_it_cannot_have_been() -> None:
    fast = Reach(latitude=OSLO[0], longitude=OSLO[1], rtt_ms=12.0)
    assert fast.farthest_km == pytest.approx(1798.75, abs=0.1)
    assert fast.refutes("CN") is True
    assert fast.refutes("SG") is True
    assert fast.refutes("DE") is False
    assert fast.refutes("NO") is False
    assert fast.refutes("XX") is None
    assert Reach(latitude=OSLO[0], longitude=OSLO[1], rtt_ms=212.0).refutes("CN") is False


def test_doubt_about_an_outline_is_in_favour_of_the_claim() -> None:
    china = distance_to("CN", *OSLO)
    assert china is not None
    for km, refuted in ((china - 60, True), (china - 40, False)):
        assert Reach(latitude=OSLO[0], longitude=OSLO[1], rtt_ms=2 * km / 299.792458).refutes("CN") is refuted


def test_every_country_of_the_tables_has_an_outline_and_a_name() -> None:
    assert len(outlines()) > 220
    assert {"SG", "HK", "MT", "CN", "US", "NO", "FI"} <= set(outlines())
    assert country_names()["CN"] == "China"
    for rings in outlines().values():
        assert all(abs(lat) <= 90 and abs(lon) <= 540 for ring in rings for lon, lat in ring)
