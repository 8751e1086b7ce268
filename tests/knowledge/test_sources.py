from __future__ import annotations

import re

from vitne.knowledge import read_manifest, shipped
from vitne.knowledge.sources import origins


def test_every_package_says_its_licence_and_what_that_rests_on() -> None:
    for origin in origins():
        assert origin.licence
        assert len(origin.because) > 20
        assert origin.basis in {"", "registry", "geo"}
        if origin.licence.startswith("CC-BY"):
            assert origin.attribution, f"{origin.package}: the licence asks for a line"


def test_nothing_is_bundled_whose_licence_forbids_trade_or_is_unknown() -> None:
    rows = list(read_manifest(shipped()))
    assert {row.about for row in rows} >= {"network", "country", "mac-vendor", "mobile-country"}
    for row in rows:
        assert row.bundled
        assert not re.search(r"NC|non-?commercial|EULA|unknown", row.licence, re.IGNORECASE), row.name
        assert not row.licence.startswith("CC-BY") or row.attribution, row.name


def test_countries_come_from_a_register_and_from_two_geo_tables() -> None:
    bases = sorted(row.basis for row in read_manifest(shipped()) if row.about == "country")
    assert bases == ["geo", "geo", "registry"]
