from __future__ import annotations

import pytest

from tests.exports.samples import ZEEK, ZEEK_DNS
from vitne.exports import Exchange
from vitne.exports.formats.zeek import prefix, read, spans
from vitne.model import Gap, Malformed


def _all(data: bytes) -> list[Exchange]:
    found = []
    for span in spans(data):
        assert not isinstance(span, Gap)
        found += [one for one in read(prefix(data) + data[slice(*span)]) if isinstance(one, Exchange)]
    return found


def test_a_connection_has_ends_a_time_and_no_bytes() -> None:
    [one] = _all(ZEEK)
    assert (one.transport, one.client_ip, one.client_port) == ("tcp", "192.168.1.20", 40000)
    assert (one.server_ip, one.server_port) == ("198.51.100.20", 443)
    assert one.unseen == (1200, 3400)
    assert one.answered
    assert [(unit.side, unit.data, unit.time_ns) for unit in one.units] == [
        (0, b"", 1_700_000_000_250_000_000),
        (1, b"", 1_700_000_000_250_000_000),
    ]


def test_what_a_log_leaves_open_is_not_known() -> None:
    [one] = _all(ZEEK.replace(b"1200\t3400", b"-\t-"))
    assert one.unseen == (0, 0)
    assert not one.answered


def test_names_are_learned_from_the_log_of_dns() -> None:
    [one] = _all(ZEEK_DNS)
    assert one.names == (("198.51.100.20", "collect.example"),)


def test_the_host_of_the_log_of_http_and_tls_is_the_host() -> None:
    for name in (b"host", b"server_name"):
        [one] = _all(ZEEK_DNS.replace(b'"query": "Collect', b'"%s": "Collect' % name))
        assert one.host == "collect.example"


def test_other_transports_are_passed_over() -> None:
    assert _all(ZEEK.replace(b"\ttcp\t", b"\ticmp\t")) == []


@pytest.mark.parametrize("line", [b"1\t2\n", b"\xff\xfe\n", b'{"ts": 1}\n', b'{"ts"\n'])
def test_a_line_without_a_responder_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        list(read(prefix(ZEEK) + line))
