"""Sessions of Charles, after the documentation: none of a real Charles was at hand."""

from __future__ import annotations

import pytest

from tests.exports.samples import CHARLES_XML
from vitne.exports import Exchange
from vitne.exports.formats.charles_xml import prefix, read, spans
from vitne.model import Gap, Malformed


def _one(data: bytes) -> Exchange:
    [span] = spans(data)
    assert not isinstance(span, Gap)
    [one] = read(prefix(data) + data[slice(*span)])
    assert isinstance(one, Exchange)
    return one


def test_client_and_times_are_read() -> None:
    one = _one(CHARLES_XML)
    assert (one.client_ip, one.client_port) == ("192.168.1.20", 40000)
    assert [unit.time_ns for unit in one.units] == [1_700_000_000_250_000_000, 1_700_000_000_500_000_000]


def test_a_body_may_be_encoded() -> None:
    assert _one(CHARLES_XML).units[1].data.endswith(b"\r\n\r\n\x00ok")


def test_times_may_be_written_out() -> None:
    data = CHARLES_XML.replace(
        b'startTimeMillis="1700000000250"', b'startTime="2023-11-14T23:13:20.250+01:00"'
    )
    assert _one(data).units[0].time_ns == 1_700_000_000_250_000_000


def test_a_transaction_without_a_host_is_malformed() -> None:
    with pytest.raises(Malformed):
        _one(CHARLES_XML.replace(b'host="collect.example"', b""))
