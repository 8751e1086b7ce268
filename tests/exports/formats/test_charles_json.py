"""Sessions of Charles, after the documentation: none of a real Charles was at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.exports.samples import CHARLES
from vitne.exports import Exchange
from vitne.exports.formats.charles_json import read
from vitne.model import Gap, Malformed


def _read(**more: Any) -> list[Any]:
    return list(read(json.dumps({**CHARLES, **more}).encode()))


def test_client_and_times_are_read() -> None:
    [one] = _read()
    assert (one.client_ip, one.client_port) == ("192.168.1.20", 40000)
    assert [unit.time_ns for unit in one.units] == [1_700_000_000_250_000_000, 1_700_000_000_500_000_000]


def test_a_body_that_is_no_text_is_encoded() -> None:
    [one] = _read()
    assert one.units[1].data.endswith(b"\r\n\r\n\x00ok")


def test_a_body_that_is_not_in_the_export_is_a_gap() -> None:
    found = _read(request={"sizes": {"body": 12}})
    assert [(one.kind, one.length) for one in found if isinstance(one, Gap)] == [("not-exported", 12)]
    assert isinstance(found[1], Exchange)


def test_a_transaction_without_a_host_is_malformed() -> None:
    with pytest.raises(Malformed):
        _read(host=None)
