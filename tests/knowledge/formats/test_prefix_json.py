from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.knowledge.formats.prefix_json import form
from vitne.model import Malformed

MAKERS = b'{\n "00005E": "IANA\\nPlace\\nCountry",\n "001122": "Example  Corp"\n}'
NETWORKS = b'[{"mcc":"001","mnc":"01","brand":"Test","operator":"Op","countryCode":"XX"},{"mcc":"001","mnc":"2-3"},{"mcc":"9"}]'


def test_makers_keep_the_first_line() -> None:
    assert form.fits("index.json", MAKERS)
    table = form.read("index.json", MAKERS)
    assert (table.about, table.content) == ("mac-vendor", {"00005e": "IANA", "001122": "Example Corp"})


def test_networks_without_a_code_of_their_own_are_left_out() -> None:
    assert form.fits("list.json", NETWORKS)
    table = form.read("list.json", NETWORKS)
    assert (table.about, table.content) == ("mobile-network", {"00101": "Test / Op (XX)"})


@pytest.mark.parametrize("data", [b"{", b'{"xyz": "a"}', b'{"00005E": 1}', b"[1]", b'"x"', b"[" * 100_000])
def test_what_is_neither_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        form.read("x.json", data)


@given(st.binary(max_size=60))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    try:
        form.read("x.json", noise)
    except Malformed:
        return
