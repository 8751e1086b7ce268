"""Fields of captures read again: their ways, names and values as the sender wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.lab.several import capture
from vitne.model import CaptureError
from vitne.pipeline import fieldvalues
from vitne.pipeline.fieldvalues import field_values

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model.fields import FieldValue


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("values") / "several.pcapng"
    place.write_bytes(capture((1, 2)))
    return place


def _of(values: list[FieldValue], name: str) -> list[FieldValue]:
    return [each for each in values if each.name == name]


def test_every_field_has_its_way_its_layers_and_its_value(file: Path) -> None:
    values = list(field_values([file]))
    found = _of(values, "SIM1ICCID")
    assert len(found) == 26
    assert {each.path for each in found} == {"body > base64 > json: SIM1ICCID"}
    assert {each.layers for each in found} == {("base64", "json")}
    assert {each.host for each in found} == {"registration.carrier.example"}
    assert {each.message for each in found} == {"request POST /"}
    assert len({each.value for each in found}) == 4
    assert all(each.value.startswith(b"8999") and each.sent for each in found)


def test_what_was_unwrapped_further_is_not_given_twice(file: Path) -> None:
    paths = {each.path for each in field_values([file]) if each.protocol == "http" and each.sent}
    assert "body" not in paths
    assert "body > base64" not in paths


def test_answers_are_told_as_received(file: Path) -> None:
    codes = _of(list(field_values([file])), "resultCode")
    assert codes
    assert not any(each.sent for each in codes)


def test_only_the_flows_asked_for_are_read_and_hosts_may_be_told(file: Path) -> None:
    first = next(each.flow for each in field_values([file]) if each.protocol == "http")
    values = list(field_values([file], flows={first}))
    assert {each.flow for each in values} == {first}
    assert list(field_values([file], flows=set())) == []
    dhcp = [each for each in field_values([file], hosts=lambda _: "named") if each.protocol == "dhcp"]
    assert {each.host for each in dhcp} == {"named"}


def test_there_is_a_bound_on_values(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(fieldvalues, "MOST_VALUES", 7)
    assert len(list(field_values([file], tell=told.append))) == 7
    monkeypatch.setattr(fieldvalues, "MOST_VALUES", 1 << 20)
    monkeypatch.setattr(fieldvalues, "MOST_TOTAL", 100)
    values = list(field_values([file], tell=told.append))
    assert sum(len(each.value) for each in values) <= 100
    assert len(told) == 2
    assert "left out" in told[0]


def test_no_capture_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError):
        list(field_values([tmp_path / "none.pcap"]))
