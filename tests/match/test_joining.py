"""Who was seen and is there, who is there and was not seen, who was seen and is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.match.made import case, finding, opaque

from vitne.firmware import Firmware, read_images
from vitne.lab import firmware as lab
from vitne.match import match
from vitne.model import App
from vitne.store import read_case

if TYPE_CHECKING:
    from pathlib import Path

_CLIENT = "com.example.autoregistration"


@pytest.fixture(scope="module")
def firmwares(tmp_path_factory: pytest.TempPathFactory) -> tuple[Firmware, Firmware]:
    files = lab.make(tmp_path_factory.mktemp("firmware"))
    return read_images([files.with_client]), read_images([files.without_client])


def test_the_demonstration_and_the_firmware_with_the_client_are_joined(
    demonstration: Path, firmwares: tuple[Firmware, Firmware]
) -> None:
    found = match(read_case(demonstration / "case"), firmwares[0])
    [joined] = [each for each in found.joined if each.sending.sender]
    assert joined.verdict == "seen sending and present"
    part = joined.parts[0]
    assert (part.unit, part.strength) == (_CLIENT, "likely")
    assert {link.by for link in part.links} == {"known sender", "host", "field names"}
    assert all(link.spots for link in part.links)
    assert _CLIENT not in {each.unit for each in found.silent}


def test_without_the_client_the_same_sending_comes_from_nothing_that_was_found(
    demonstration: Path, firmwares: tuple[Firmware, Firmware]
) -> None:
    found = match(read_case(demonstration / "case"), firmwares[1])
    [joined] = [each for each in found.joined if each.sending.sender]
    assert joined.verdict == "sending from nothing we found"
    assert "registration.carrier.example" in joined.why
    assert "IMEI1" in joined.why
    assert any("known sender" in note for note in found.notes)


def test_a_package_that_the_case_names_is_certain_and_no_other_fits(
    firmwares: tuple[Firmware, Firmware],
) -> None:
    app = App(package=_CLIENT, uid=1001, source="pcapdroid-trailer")
    [joined] = match(case(finding(app=app, host="elsewhere.example")), firmwares[0]).joined
    assert joined.parts[0].strength == "certain"
    assert {link.by for link in joined.parts[0].links} == {"app", "user"}
    other = App(package="com.example.unknown", uid=10200)
    [joined] = match(case(finding(app=other, sender="self-registration")), firmwares[0]).joined
    assert joined.verdict == "sending from nothing we found"
    assert "package com.example.unknown" in joined.why
    assert "user 10200" in joined.why


def test_a_user_alone_joins_nothing(firmwares: tuple[Firmware, Firmware]) -> None:
    found = finding(app=App(uid=1001), host="elsewhere.example", field="x")
    [joined] = match(case(found), firmwares[0]).joined
    assert joined.verdict == "sending from nothing we found"


def test_names_of_fields_alone_are_possible_at_most(firmwares: tuple[Firmware, Firmware]) -> None:
    findings = [
        finding(host="new.example", field=field, identifier=word)
        for field, word in (("IMEI1", "imei"), ("SIM1ICCID", "iccid"), ("MACID", "mac-address"))
    ]
    [joined] = match(case(*findings), firmwares[0]).joined
    assert joined.parts[0].unit == _CLIENT
    assert joined.parts[0].strength == "possible"


def test_a_part_that_was_not_seen_says_when_unreadable_bytes_went_to_its_host(
    firmwares: tuple[Firmware, Firmware],
) -> None:
    found = match(case(opaque=(opaque("api.vaer.example"),)), firmwares[0])
    silent = {each.unit: each for each in found.silent}
    assert silent["com.example.vaer"].unreadable == ("api.vaer.example",)
    assert silent[_CLIENT].unreadable == ()
    assert silent[_CLIENT].wakes == ("boot", "connectivity", "service-state", "sim-state")
    assert "com.example.kalkulator" not in silent
    assert found.joined == ()
    assert any("could not be read" in note for note in found.notes)


def test_the_same_gives_the_same(demonstration: Path, firmwares: tuple[Firmware, Firmware]) -> None:
    held = read_case(demonstration / "case")
    assert match(held, firmwares[0]) == match(held, firmwares[0])
