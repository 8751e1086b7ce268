"""Results of single captures: kept by digest and rules, whole or not at all, without a value of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from vitne.fleet.results import keep, kept, key_of, place_of, read_capture, unreadable
from vitne.lab.handsets import capture, fleet
from vitne.lab.phone import invent
from vitne.model import StoreError
from vitne.pipeline import Options

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("result") / "bad.pcap"
    place.write_bytes(capture(next(each for each in fleet(30) if each.bad)))
    return place


def _read(place: Path) -> Any:
    key, digest, size = key_of(str(place), "rules")
    return read_capture(str(place), key, digest, size=size, options=Options(jobs=1))


def test_a_key_hangs_on_the_bytes_and_the_rules_and_not_on_the_name(bad: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pcap"
    other.write_bytes(bad.read_bytes())
    assert key_of(str(bad), "rules") == key_of(str(other), "rules")
    assert key_of(str(bad), "rules")[0] != key_of(str(bad), "new rules")[0]


def test_a_result_sums_up_and_holds_no_value(bad: Path) -> None:
    result = _read(bad)
    assert result.state == "read"
    assert {each.recipient for each in result.sendings} == {"carrier.example", "maker.example"} or {
        each.recipient for each in result.sendings
    } == {"carrier.example"}
    assert {"imei", "iccid", "imsi"} <= {each.identifier for each in result.sendings}
    written = msgspec.json.encode(result).decode()
    phone = invent(10_000)
    assert not [each for each in (phone.imei1, phone.iccid, phone.imsi, phone.mac) if each in written]


def test_a_result_is_there_as_a_whole_or_not(bad: Path, tmp_path: Path) -> None:
    result = _read(bad)
    assert kept(tmp_path, result.key) is None
    keep(tmp_path, result)
    assert kept(tmp_path, result.key) == result
    place = place_of(tmp_path, result.key)
    before = place.read_bytes()
    keep(tmp_path, _read(bad))
    assert place.read_bytes() == before
    assert [each.name for each in place.parent.iterdir()] == [place.name]
    place.write_bytes(before[: len(before) // 2])
    assert kept(tmp_path, result.key) is None


def test_a_damaged_capture_has_a_result_that_says_so(tmp_path: Path) -> None:
    place = tmp_path / "zeros.pcap"
    place.write_bytes(bytes(4096))
    result = _read(place)
    assert (result.state, result.sendings) == ("unreadable", ())
    assert result.error
    assert unreadable("k", "killed").partial


def test_a_folder_that_cannot_be_written_is_told(bad: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError):
        keep(blocked, _read(bad))
