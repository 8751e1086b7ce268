"""Twin of vitne.report.formats.geojson: RFC 7946 features, without geometry where values are masked."""

from __future__ import annotations

import pytest

from vitne.report.formats.geojson import collection
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_masked_places_have_no_geometry(document) -> None:
    features = collection(document)["features"]
    assert features
    assert {feature["type"] for feature in features} == {"Feature"}
    assert all(feature["geometry"] is None for feature in features)


@pytest.mark.parametrize(
    ("value", "point"),
    [
        ("59.910000,10.750000", [10.75, 59.91]),
        ("-33.5, 151.2", [151.2, -33.5]),
        ("location#1", None),
        ("location#1 59.9,10.7", None),
        ("99.0,10.0", None),
        ("=cmd", None),
    ],
)
def test_revealed_coordinates_stand_longitude_first(document, value, point) -> None:
    one = {**document["findings"][0], "kind": "location", "identifier": "location", "value": value}
    [feature] = collection({"findings": [one]})["features"]
    assert (feature["geometry"] or {}).get("coordinates") == point


def test_a_cell_is_no_point(document) -> None:
    one = {**document["findings"][0], "kind": "location", "identifier": "cell-id", "value": "1.0,2.0"}
    assert collection({"findings": [one]})["features"][0]["geometry"] is None
