from __future__ import annotations

import pytest

from vitne.identify.values import check_value, nearest
from vitne.model import IDENTIFIERS


@pytest.mark.parametrize(
    ("identifier", "value", "canonical"),
    [
        ("imei", " 490154203237518 ", "490154203237518"),
        ("mac-address", "00-00-5E-00-53-01", "00:00:5e:00:53:01"),
        ("gsf-id", "3925123456789012345", f"{3925123456789012345:016x}"),
        ("gsf-id", "3a1b2c3d4e5f6071", "3a1b2c3d4e5f6071"),
        ("public-ip", "2001:DB8::0:7", "2001:db8::7"),
        ("oaid", "6A1C1487A0AF4223B142A0F4621D0311", "6a1c1487-a0af-4223-b142-a0f4621d0311"),
        ("oaid", "any text of a maker", "any text of a maker"),
        ("person-name", " Kari Nordmann ", "Kari Nordmann"),
    ],
)
def test_values_come_out_in_one_spelling(identifier: str, value: str, canonical: str):
    assert check_value(identifier, value).canonical == canonical


@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        ("public-ip", "300.1.1.1"),
        ("gsf-id", "99999999999999999999"),
        ("ssid", ""),
        ("ssid", "a\nb"),
        ("ssid", "\ud800ab"),
        ("ssid", "x" * 5000),
        ("location", "1,2"),
        ("cell-id", "1"),
    ],
)
def test_bad_values_are_refused_without_repeating_them(identifier: str, value: str):
    result = check_value(identifier, value)
    assert not result.ok
    assert not value or value not in result.why


def test_short_words_are_accepted_with_a_warning():
    assert check_value("ssid", "ab").warnings
    assert check_value("person-name", "Kari").warnings
    assert not check_value("person-name", "Kari Nordmann").warnings


@pytest.mark.parametrize("identifier", sorted(set(IDENTIFIERS) - {"location", "cell-id"}))
def test_every_identifier_of_the_closed_list_can_be_checked(identifier: str):
    assert not check_value(identifier, "\x00").ok


def test_an_unknown_identifier_is_an_error():
    with pytest.raises(KeyError):
        check_value("imie", "1")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("imie", "imei"),
        ("IMEI", "imei"),
        ("mac", "mac-address"),
        ("email", "email-address"),
        ("android_id", "android-id"),
        ("zzzzzz", ""),
    ],
)
def test_the_nearest_identifier_is_named(word: str, near: str):
    assert nearest(word) == near
