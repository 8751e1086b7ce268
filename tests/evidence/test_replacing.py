"""Twin of vitne.evidence.replacing: stand-ins keep the form, differ from the value, and depend on the secret."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.evidence.pairs import Pairs
from vitne.evidence.replacing import Replacer
from vitne.identify.checks import luhn
from vitne.model import Seed

SECRET = b"0123456789abcdef"


@pytest.mark.parametrize(
    ("identifier", "value", "kept"),
    [
        ("imei", "490154203237518", "49015420"),
        ("imsi", "001010123456789", "00101"),
        ("iccid", "8999900000000000006", "8999900"),
        ("msisdn", "+4790000001", "+47"),
        ("mac-address", "00:00:5e:00:53:01", "00:00:5e"),
        ("email-address", "kari.nordmann@post.example", ""),
        ("android-id", "9774d56d682e549c", ""),
        ("person-name", "Kari Nordmann", ""),
    ],
)
def test_a_stand_in_has_the_form_of_its_value_and_is_another(identifier, value, kept) -> None:
    made = Replacer(SECRET).value(identifier, value)
    assert made != value
    assert made.startswith(kept)
    assert len(made) == len(value)
    sort = [("d" if c.isdigit() else "a" if c.islower() else "A" if c.isupper() else c) for c in value]
    hexadecimal = identifier in {"mac-address", "android-id"}
    if not hexadecimal:
        assert [
            ("d" if c.isdigit() else "a" if c.islower() else "A" if c.isupper() else c) for c in made
        ] == sort
    else:
        assert set(made) <= set("0123456789abcdef:")


@pytest.mark.parametrize("value", ["490154203237518", "004402990000014"])
def test_check_digits_fit_again(value) -> None:
    made = Replacer(SECRET).value("imei", value)
    assert luhn.check_digit(made[:-1]) == made[-1]


def test_it_is_the_same_each_time_and_another_under_another_secret() -> None:
    one, two = Replacer(SECRET), Replacer(b"another secret!!")
    assert one.value("imei", "490154203237518") == one.value("imei", "490154203237518")
    assert one.value("imei", "490154203237518") != two.value("imei", "490154203237518")


def test_the_tail_is_no_unkeyed_digest_of_the_value() -> None:
    made = Replacer(SECRET).value("android-id", "9774d56d682e549c")
    for name in ("md5", "sha1", "sha256", "sha512"):
        assert made not in hashlib.new(name, b"9774d56d682e549c").hexdigest()


@given(st.text(min_size=5, max_size=40), st.sampled_from(["imei", "person-name", "device-id"]))
def test_any_text_has_a_stand_in_of_its_length(value, identifier) -> None:
    assert len(Replacer(SECRET).value(identifier, value)) == len(value)


def test_a_cell_keeps_its_network_and_its_value_says_its_numbers() -> None:
    seed = Seed(
        identifier="cell-id",
        name="c",
        value="001-01-12345-26713345",
        mcc="001",
        mnc="01",
        area=12345,
        cell=26713345,
    )
    made = Replacer(SECRET).seed(seed)
    assert made.value == f"001-01-{made.area}-{made.cell}"
    assert (made.area, made.cell) != (12345, 26713345)


def test_a_place_keeps_its_degree_and_loses_the_rest() -> None:
    seed = Seed(
        identifier="location",
        name="l",
        value="59.910000,10.750000",
        latitude=59.91,
        longitude=10.75,
        radius_m=100.0,
    )
    made = Replacer(SECRET).seed(seed)
    assert int(made.latitude) == 59
    assert int(made.longitude) == 10
    assert made.value != seed.value


def test_a_spelling_is_replaced_by_the_same_spelling_of_the_stand_in() -> None:
    seed = Seed(identifier="imei", name="i", value="490154203237518")
    pairs = Pairs([seed], Replacer(SECRET))
    other = pairs.stand_ins[0].value
    by_data = {n.data: n for n in pairs.needles}
    digest = hashlib.md5(b"490154203237518").hexdigest().encode()
    assert pairs.stand_in(by_data[digest], digest) == hashlib.md5(other.encode()).hexdigest().encode()
    assert pairs.stand_in(by_data[b"490154203237518"], b"490154203237518") == other.encode()
    assert (
        pairs.stand_in(by_data[digest], digest.upper())
        == hashlib.md5(other.encode()).hexdigest().upper().encode()
    )


def test_bytes_without_a_known_spelling_are_changed_character_by_character() -> None:
    pairs = Pairs([], Replacer(SECRET))
    assert pairs.needles == []
    made = pairs.bytes("device-id", b"AB-12")
    assert made != b"AB-12"
    assert made[2:3] == b"-"
    assert len(pairs.bytes("device-id", b"\xff\xfe\x00\x01\x02")) == 5
