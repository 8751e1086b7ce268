from __future__ import annotations

import tomllib
from random import Random

from bench.leakbench.people import IDENTIFIERS, invent, luhn
from bench.leakbench.spellings import spell, usual


def test_check_digits_are_those_of_the_published_examples():
    """IMEI 49015420323751 has 8; ISO 7812's 7992739871 has 3."""
    assert luhn("49015420323751") == "8"
    assert luhn("7992739871") == "3"


def test_the_subject_file_is_toml_with_every_identifier(person):
    known = tomllib.loads(person.toml())["known"]
    assert {entry["identifier"] for entry in known} == set(IDENTIFIERS)


def test_one_source_of_chance_gives_one_person(words):
    assert invent(Random(3), words) == invent(Random(3), words)
    assert invent(Random(3), words) != invent(Random(4), words)


def test_numbers_are_of_ranges_that_nobody_has(person):
    assert person.values["imsi"].startswith("99970")
    assert person.values["iccid"].startswith("8999")
    assert person.values["msisdn"].startswith("+447700900")
    assert int(person.values["mac-address"][:2], 16) & 3 == 2
    assert person.values["email-address"].endswith(".example")


def test_every_usual_spelling_can_be_written(person):
    for identifier in IDENTIFIERS:
        for how in usual(identifier):
            assert spell(person, identifier, how)


def test_spellings_of_an_imei(person):
    imei = person.values["imei"]
    assert spell(person, "imei", "imei-14").decode() == imei[:14]
    assert spell(person, "imei", "dashes-2-6-6-1").decode().replace("-", "") == imei
    assert int.from_bytes(spell(person, "imei", "uint64-be"), "big") == int(imei)
    swapped = spell(person, "imei", "bcd-swapped").hex()
    assert "".join(swapped[at + 1] + swapped[at] for at in range(0, 16, 2)) == imei + "f"
