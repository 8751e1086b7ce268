from __future__ import annotations

import pytest

from vitne.knowledge.formats.prefix_csv import form
from vitne.model import Malformed


def test_device_models_are_found_by_the_head_line_below_a_version() -> None:
    data = b"Osmocom TAC database,CC-BY-SA\ntac,name,contributor\n35000000,Example Phone,x\n"
    assert form.fits("tac.csv", data)
    table = form.read("tac.csv", data)
    assert (table.about, table.content) == ("device-model", {"35000000": "Example Phone"})


def test_makers_of_the_registration_authority_are_read() -> None:
    data = b'Registry,Assignment,Organization Name,Organization Address\nMA-L,00005E,"IANA, ICANN",x\n'
    table = form.read("oui.csv", data)
    assert (table.about, table.content) == ("mac-vendor", {"00005e": "IANA, ICANN"})


def test_issuers_of_cards_are_read() -> None:
    table = form.read("iin.csv", b"iin,country,issuer\n8999,XX,Test\n")
    assert (table.about, table.content) == ("card-issuer", {"8999": "XX Test"})


@pytest.mark.parametrize(
    "data", [b"a,b\n1,2\n", b"tac,name\nzz,x\n", b'tac,name\n"35,x\n', b"\xff,name\n1,2\n"]
)
def test_a_table_that_is_none_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        form.read("x.csv", data)
