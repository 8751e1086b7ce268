"""Twin of vitne.catalog.outlines: rings of points in degrees."""

from __future__ import annotations

from vitne.catalog.outlines import country_names, outlines


def test_rings_are_points_in_degrees_of_known_countries() -> None:
    assert {"NO", "FI", "CN", "US"} <= set(outlines())
    for country, rings in outlines().items():
        assert country_names()[country]
        for ring in rings:
            assert ring  # a few are so small that a point is all there is
            assert all(-360 <= east <= 360 and -90 <= north <= 90 for east, north in ring)


def test_oslo_lies_within_the_span_of_norway() -> None:
    east = [point[0] for ring in outlines()["NO"] for point in ring]
    north = [point[1] for ring in outlines()["NO"] for point in ring]
    assert min(east) < 10.75 < max(east)
    assert min(north) < 59.91 < max(north)
