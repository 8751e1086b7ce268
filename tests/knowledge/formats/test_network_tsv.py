from __future__ import annotations

import pytest

from vitne.knowledge.formats.network_tsv import form
from vitne.knowledge.ranges import Ranges
from vitne.model import Malformed

FILE = b"192.0.2.0\t192.0.2.255\t64496\tNO\tEXAMPLE-NET\n198.51.100.0\t198.51.100.255\t0\tNone\tNot routed\n"


def test_networks_are_read_and_what_is_not_routed_is_left_out() -> None:
    assert form.fits("ip2asn.tsv", FILE)
    table = form.read("ip2asn.tsv", FILE)
    assert table.about == "network"
    assert isinstance(table.content, Ranges)
    assert table.content.texts(["192.0.2.1", "198.51.100.1"]) == ["AS64496 EXAMPLE-NET", ""]


@pytest.mark.parametrize(
    "data", [b"192.0.2.0\t192.0.2.1\t1\tNO\n", b"x\t192.0.2.1\t1\tNO\tN\n", b"\xff\t1\t1\tN\tN\n"]
)
def test_a_line_that_is_none_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        form.read("x", data)
