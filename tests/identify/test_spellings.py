from __future__ import annotations

import hashlib
import ipaddress

import pytest

from vitne.identify.spellings import spell
from vitne.model import Seed


def _texts(identifier: str, value: str, **numbers: object) -> dict[str, str]:
    seed = Seed(identifier=identifier, name="x", value=value, **numbers)  # type: ignore[arg-type]
    return {spelling.name: spelling.text for spelling in spell(seed)}


@pytest.mark.parametrize(
    ("identifier", "value", "wanted"),
    [
        (
            "imei",
            "490154203237518",
            {
                "490154203237518",
                "49015420323751",
                "490154203237510",
                "49-015420-323751-8",
                "490154-20-323751-8",
            },
        ),
        ("imeisv", "4901542032375101", {"4901542032375101", "490154203237518", "49015420323751"}),
        ("imsi", "001010000000001", {"001010000000001", "0001010000000001@", "001-01-0000000001"}),
        (
            "iccid",
            "8999900000000000006",
            {"8999900000000000006", "899990000000000000", "8999900000000000006F"},
        ),
        (
            "mac-address",
            "00:00:5e:00:53:01",
            {"00:00:5e:00:53:01", "00005e005301", "00-00-5e-00-53-01", "0000.5e00.5301", "0:0:5e:0:53:1"},
        ),
        ("advertising-id", "6a1c1487-a0af-4223-b142-a0f4621d0311", {"6a1c1487a0af4223b142a0f4621d0311"}),
        ("meid", "A0000000000001", {"A0000000000001", "268435456000000001"}),
        ("android-id", "0a1b2c3d4e5f6071", {"a1b2c3d4e5f6071", str(0x0A1B2C3D4E5F6071)}),
        ("gsf-id", "fa1b2c3d4e5f6071", {str(0xFA1B2C3D4E5F6071), str(0xFA1B2C3D4E5F6071 - 2**64)}),
        (
            "msisdn",
            "4721000001",
            {
                "4721000001",
                "+4721000001",
                "004721000001",
                "21000001",
                "+47 21 00 00 01",
                "21 00 00 01",
                "+47-21-00-00-01",
            },
        ),
        (
            "person-name",
            "Kari Nordmann",
            {"Nordmann Kari", "Nordmann, Kari", "Kari.Nordmann", "KariNordmann", "Nordmann", "Kari"},
        ),
        ("person-name", "Bjørn Ås", {"Bjorn As", "Bjoern Aas"}),
        ("device-name", "Kari's phone 7", {"Karis-phone-7"}),
        ("operator", "001-01", {"00101", "001-01", "mnc001.mcc001"}),
        ("ssid", "Nordmann hjemme", {"Nordmann hjemme"}),
    ],
)
def test_senders_ways_of_writing_are_among_the_spellings(identifier: str, value: str, wanted: set[str]):
    texts = set(_texts(identifier, value).values())
    assert wanted <= texts
    assert next(iter(_texts(identifier, value).values())) == value


def test_the_first_fourteen_digits_of_an_imei_stand_in_an_imeisv():
    tails = [
        spelling
        for spelling in spell(Seed(identifier="imei", name="x", value="490154203237518"))
        if spelling.tail
    ]
    assert [(spelling.text, spelling.tail) for spelling in tails] == [("49015420323751", 2)]


def test_the_interface_identifier_is_that_of_an_address_made_from_the_hardware_address():
    # RFC 4291 appendix A works 34-56-78-9a-bc-de out to 3656:78ff:fe9a:bcde
    text = _texts("mac-address", "34:56:78:9a:bc:de")["inside an IPv6 address"]
    assert ipaddress.IPv6Address("fe80::" + text) == ipaddress.IPv6Address("fe80::3656:78ff:fe9a:bcde")


def test_a_cell_is_written_whole_and_in_parts():
    texts = set(
        _texts("cell-id", "001-01-30001-26713345", mcc="001", mnc="01", area=30001, cell=26713345).values()
    )
    assert {
        "26713345",
        "1979d01",
        "104349-1",
        "3000113345",
        "001-01-30001-26713345",
        "001_1_30001_26713345",
        "00101:30001:26713345",
    } <= texts


def test_short_numbers_and_words_are_weak():
    weak = {
        spelling.text: spelling.weak
        for spelling in spell(Seed(identifier="person-name", name="x", value="Kari Nordmann"))
    }
    assert weak["Kari"]
    assert weak["Nordmann"]
    assert not weak["Kari Nordmann"]
    assert spell(Seed(identifier="serial-number", name="x", value="1234567"))[0].weak
    assert all(spelling.weak for spelling in spell(Seed(identifier="operator", name="x", value="001-01"))[:1])


def test_secrets_are_looked_for_in_their_own_case_only():
    assert not any(
        spelling.fold for spelling in spell(Seed(identifier="password", name="x", value="Very-Secret-1"))
    )


def test_a_place_has_no_spelling_and_no_spelling_is_shorter_than_three_bytes():
    assert (
        spell(Seed(identifier="location", name="x", value="1,2", latitude=1.0, longitude=2.0, radius_m=9.0))
        == []
    )
    assert spell(Seed(identifier="ssid", name="x", value="ab")) == []


def test_letters_that_fold_are_given_in_both_cases_for_codecs():
    mac = spell(Seed(identifier="mac-address", name="x", value="00:00:5e:00:53:0a"))[0]
    assert {text for _, text in mac.cases()} == {"00:00:5e:00:53:0a", "00:00:5E:00:53:0A"}


def test_a_number_of_no_country_is_still_spelled():
    assert "+9992100000" in _texts("msisdn", "9992100000").values()


def test_a_meid_has_a_pseudo_esn():
    """3GPP2 C.S0072: 80 and the last 24 bits of the SHA-1 of the MEID's bytes."""
    digest = hashlib.sha1(bytes.fromhex("A0000000000001")).hexdigest()
    assert _texts("meid", "A0000000000001")["pseudo ESN"] == "80" + digest[-6:]


@pytest.mark.parametrize(
    ("area", "cell", "written"),
    [
        (12345, 26713345, "104349"),  # TS 23.003 19.6: 104349 * 256 + 1
        (12345, 26713345, "12345-104349-1"),
        (12345, 26713345, "00f11001979d01"),  # TS 36.413 9.2.1.38: 001/01 packed, 28 bits of 0x1979d01
        (12345, 26713345, "0010130391979d01"),  # TS 24.229 7.2A.4: four digits of 0x3039, seven of the cell
        (12345, 26713345, "001-01-26713345"),
        (12345, 26713345, "0010126713345"),
        (12345, 4660, "00f11030391234"),  # TS 23.003 4.3.1: 16 bits each
        (70000, 0x123456789, "00101011170123456789"),  # six and nine digits
        (70000, 0x123456789, "00f1100123456789"),
        (70000, 0x123456789, "1193046"),  # 24 of 36 bits
        (12345, 0x0ABC1234, "4660"),  # what is left of a long identity in 16 bits
    ],
)
def test_a_cell_is_written_in_every_composition(area: int, cell: int, written: str):
    seed = Seed(identifier="cell-id", name="c", value="", mcc="001", mnc="01", area=area, cell=cell)
    assert written in {spelling.text for spelling in spell(seed)}


def test_parts_of_a_cell_never_stand_alone():
    seed = Seed(identifier="cell-id", name="c", value="", mcc="001", mnc="01", area=12345, cell=26713345)
    assert all(spelling.weak for spelling in spell(seed) if len(spelling.text) < 10)
