from __future__ import annotations

import math
from random import Random

import pytest
from bench.leakbench.capture import OTHER, PHONE, PRINTER
from bench.leakbench.people import IDENTIFIERS, invent, luhn
from bench.leakbench.wire import CLIENT

from bench.leakbench import decoys, fixed


@pytest.fixture
def scene(person, words, chance):
    others = [invent(Random(at), words) for at in range(20, 25)]
    return decoys.Scene(chance, words, fixed.templates(), person=person, others=others)


def _stream(staged):
    return b"".join(turn.data for turn in staged.load.turns if turn.side == staged.side)


def test_a_positive_has_three_decoys_two_of_its_own_chain(scene):
    [recipe] = fixed.parse("x", "y", "json base64 for imei")
    made = decoys.three(recipe, scene)
    assert len(made) == 3
    assert sum(each.case.decoy in decoys.BY_RECIPE for each in made) == 2


def test_neighbours_have_right_check_digits_and_are_not_the_value(scene):
    for identifier in ("imei", "iccid"):
        other = decoys.neighbour(scene.person, scene.others, identifier, scene.chance).values[identifier]
        assert other != scene.person.values[identifier]
        assert other[-1] == luhn(other[:-1])


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_every_identifier_has_a_neighbour(identifier, scene):
    other = decoys.neighbour(scene.person, scene.others, identifier, scene.chance)
    assert other != scene.person


def test_a_place_is_moved_as_far_as_asked(chance):
    north, east = decoys.moved((60.0, 10.0), 1000, chance)
    metres = math.hypot((north - 60) * 111320, (east - 10) * 111320 * math.cos(math.radians(60)))
    assert 995 < metres < 1005


def test_no_decoy_that_is_sent_by_the_phone_holds_a_value_of_the_person(scene):
    """Decoys that hold one are received, local, or of another device."""
    [recipe] = fixed.parse("x", "y", "json for imei")
    values = [value.encode() for value in scene.person.values.values()]
    for _ in range(150):
        for each in decoys.three(recipe, scene):
            if each.client == PHONE and each.server is None and each.side == CLIENT:
                assert not any(value in _stream(each) for value in values), each.case.decoy
            elif each.case.decoy == "other-device":
                assert each.client == OTHER
            elif each.case.decoy == "local":
                assert each.server == PRINTER


def test_each_kind_gives_bytes_and_names_what_it_resembles(scene):
    for kind, make in decoys.KINDS.items():
        identifier, data = make(scene)
        assert data, kind
        assert identifier in IDENTIFIERS
