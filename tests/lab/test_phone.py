from __future__ import annotations

import tomllib

import pytest

from vitne.lab.phone import Phone, invent, luhn_digit, subject_file


@pytest.mark.parametrize(
    ("digits", "check"),
    [("49015420323751", "8"), ("7992739871", "3"), ("00440299000001", "4"), ("00440299000002", "2")],
)
def test_the_check_digit_agrees_with_published_examples(digits, check):
    assert luhn_digit(digits) == check


def test_the_default_seed_gives_the_fixture_values():
    assert invent() == Phone()


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 123456])
def test_other_seeds_give_other_values_with_right_check_digits_from_unowned_ranges(seed):
    phone = invent(seed)
    assert phone == invent(seed)
    assert phone != invent()
    for imei in (phone.imei1, phone.imei2):
        assert len(imei) == 15
        assert imei.startswith("00440299")
        assert luhn_digit(imei[:-1]) == imei[-1]
    assert phone.iccid.startswith("8999")
    assert len(phone.iccid) == 19
    assert luhn_digit(phone.iccid[:-1]) == phone.iccid[-1]
    assert phone.imsi.startswith("00101")
    assert len(phone.imsi) == 15
    assert phone.mac.startswith("00:00:5E:00:53:")
    assert 0 < phone.cell < 1 << 28
    assert phone.email.endswith(".example")


def test_two_seeds_give_two_phones():
    assert invent(1) != invent(2)


def test_the_subject_file_is_toml_and_lists_the_values():
    phone = invent(5)
    known = tomllib.loads(subject_file(phone))["known"]
    values = {entry["value"] for entry in known if "value" in entry}
    assert {phone.imei1, phone.imei2, phone.imsi, phone.iccid, phone.host_name} <= values
    assert phone.mac.lower() in values
    (cell,) = [entry for entry in known if entry["identifier"] == "cell-id"]
    assert (cell["mcc"], cell["mnc"], cell["tac"], cell["ci"]) == ("001", "01", phone.area, phone.cell)
