from __future__ import annotations

import pytest

from vitne.knowledge.formats.delegated import form
from vitne.knowledge.ranges import Ranges
from vitne.model import Malformed

FILE = b"""2.3|ripencc|1549148400|4|19830705|20190203|+0100
# a remark
ripencc|*|ipv4|*|2|summary
ripencc|NO|ipv4|192.0.2.0|256|20100101|allocated|x
ripencc|FI|ipv4|198.51.100.0|128|20100101|assigned
ripencc|ZZ|ipv4|203.0.113.0|256||available
ripencc|SE|ipv6|2001:db8::|32|20100101|allocated
ripencc|NO|asn|64496|1|20100101|allocated
"""


def test_allocated_and_assigned_blocks_are_read_with_their_country() -> None:
    assert form.fits("delegated-ripencc-latest", FILE)
    table = form.read("delegated-ripencc-latest", FILE)
    assert (table.about, table.date) == ("country", "2019-02-03")
    assert isinstance(table.content, Ranges)
    asked = ["192.0.2.255", "198.51.100.127", "198.51.100.128", "203.0.113.1", "2001:db8:ffff::1"]
    assert table.content.texts(asked) == ["NO", "FI", "", "", "SE"]


@pytest.mark.parametrize(
    "line", [b"ripencc|NO|ipv4|x|256|2010|allocated\n", b"ripencc|NO|ipv6|2001:db8::|999|2010|allocated\n"]
)
def test_a_record_that_is_none_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        form.read("d", FILE + line)


def test_other_files_do_not_fit() -> None:
    assert not form.fits("d", b"192.0.2.0,192.0.2.1,NO\n")
    assert not form.fits("d", b"# only remarks\n")
