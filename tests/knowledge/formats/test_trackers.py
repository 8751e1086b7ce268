"""Twin of vitne.knowledge.formats.trackers: small documents in the three published layouts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.knowledge.formats.trackers import form
from vitne.model import Malformed

GHOSTERY = {
    "organizations": {"acme": {"name": "Acme  Inc.", "country": "NO"}},
    "patterns": {
        "acme_ads": {"name": "Acme Ads", "organization": "acme", "domains": ["ads.acme.example"]},
        "lone": {"name": "Lone", "organization": None, "domains": ["lone.example"]},
    },
    "domains": {"acme.example": "acme_ads"},
}
ENTITIES = {
    "Acme LLC": {"aliases": ["x"], "displayName": "Acme", "properties": ["Acme.example", "a.example"]}
}
DOMAINS = {"acme.example": {"entityName": "Acme LLC", "aliases": [], "displayName": "Acme"}}
BLOCKED = {
    "trackers": {
        "ads.example": {"domain": "ads.example", "owner": {"name": "Acme LLC", "displayName": "Acme"}}
    },
    "entities": {"Acme LLC": {"domains": ["ads.example"]}},
    "domains": {"more.example": "Acme LLC"},
}
EXODUS = {
    "trackers": {
        "1": {
            "name": "Acme Analytics",
            "network_signature": r"acme\.example|.*\.odd[0-9].example|t\.acme\.example",
        },
        "2": {"name": "Silent", "network_signature": ""},
    }
}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            GHOSTERY,
            {"acme.example": "Acme Inc.", "ads.acme.example": "Acme Inc.", "lone.example": "Lone"},
        ),
        (ENTITIES, {"acme.example": "Acme", "a.example": "Acme"}),
        (DOMAINS, {"acme.example": "Acme"}),
        (BLOCKED, {"ads.example": "Acme", "more.example": "Acme LLC"}),
        (EXODUS, {"acme.example": "Acme Analytics", "t.acme.example": "Acme Analytics"}),
    ],
)
def test_each_layout_gives_domains_with_organisations(document: Any, said: dict[str, str]) -> None:
    data = json.dumps(document).encode()
    assert form.fits("list.json", data)
    table = form.read("list.json", data)
    assert (table.about, table.content) == ("trackers", said)


def test_other_json_is_left_to_others() -> None:
    assert not form.fits("x.json", b'[{"mcc": "001"}]')
    assert not form.fits("x.json", b'{"00005E": "IANA"}')
    assert not form.fits("x.csv", json.dumps(GHOSTERY).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"trackers": 1}',
        b'{"trackers": {"1": 2}}',
        b"[" * 100_000,
        b'{"a": {"properties": [1, "-"]}}',
    ],
)
def test_what_names_no_domain_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        form.read("x.json", data)


def test_hostile_names_are_left_out() -> None:
    names = ["a\tb.example", "x\n.example", "a" * 300 + ".example", "\u202e.example", "ok.example", "-", ".."]
    table = form.read("x.json", json.dumps({"A\tB\n": {"properties": names}}).encode())
    assert table.content == {"ok.example": "A B"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["trackers", "patterns", "organizations", "domains", "properties", "owner", "name"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_shape_raises_nothing_but_malformed(document: Any) -> None:
    try:
        form.read("x.json", json.dumps(document).encode())
    except Malformed:
        return
