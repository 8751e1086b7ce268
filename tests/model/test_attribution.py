from __future__ import annotations

import msgspec
import pytest

from vitne.model.attribution import FACT_KINDS, Attribution, Fact


def test_kinds_of_facts_are_a_closed_list() -> None:
    assert "stated-owner" in FACT_KINDS
    assert len(set(FACT_KINDS)) == len(FACT_KINDS)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "owner", "value": "x", "source": "y"}, Fact)


def test_an_attribution_survives_being_written() -> None:
    fact = Fact(kind="network", value="AS64496", source="asn@2026-06-17", knowing="registry")
    one = Attribution(ip="192.0.2.1", host="x.example", shown="x.example", facts=(fact,))
    assert msgspec.json.decode(msgspec.json.encode(one), type=Attribution) == one
