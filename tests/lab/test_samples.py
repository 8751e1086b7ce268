from __future__ import annotations

import msgspec

from vitne.lab import samples
from vitne.model import IDENTIFIERS, Finding, kind_of
from vitne.store import OpaqueTotal, Transmission


def test_every_sample_is_a_whole_noun_of_the_closed_lists():
    for found in samples.findings():
        again = msgspec.json.decode(msgspec.json.encode(found), type=Finding)
        assert msgspec.json.encode(again) == msgspec.json.encode(found)
        assert found.identifier in IDENTIFIERS
        assert found.kind == kind_of(found.identifier)
    assert len({found.id for found in samples.findings()}) == len(samples.findings())
    for row in samples.opaque():
        msgspec.convert(row, OpaqueTotal)
    for row in samples.transmissions():
        msgspec.convert(row, Transmission)


def test_any_field_may_be_given_another_value():
    assert samples.finding(id="x").id == "x"
    assert samples.source(port=1).port == 1
    assert samples.destination(host="").host == ""
    assert samples.capture(number=4).number == 4
    assert len(samples.gaps()) == len(samples.oddities()) == 2
