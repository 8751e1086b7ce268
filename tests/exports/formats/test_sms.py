from __future__ import annotations

import pytest

from tests.exports.samples import RECORD, SMS, SMS_PDU, SMS_ROW
from vitne.exports import Exchange
from vitne.exports.formats.sms import fit, prefix, read, spans
from vitne.model import Fit, Gap, Malformed, Oddity

TEXT = f"{RECORD}0a1b2c3d".encode()


def _all(data: bytes) -> list[Exchange]:
    found = []
    for span in spans(data):
        assert not isinstance(span, Gap)
        found += [one for one in read(prefix(data) + data[slice(*span)]) if isinstance(one, Exchange)]
    return found


@pytest.mark.parametrize("data", [SMS, SMS_ROW])
def test_messages_are_read_from_xml_and_from_rows(data: bytes) -> None:
    assert fit(data[:4096]) == Fit.CERTAIN
    [one] = _all(data)
    assert (one.transport, one.protocol, one.host) == ("sms", "sms", "10659401")
    [unit] = one.units
    assert (unit.side, unit.kind, unit.data) == (0, "message", TEXT)
    assert unit.time_ns == 1_700_000_000_250_000_000


def test_transfer_units_are_read_a_line_each() -> None:
    assert fit(SMS_PDU) == Fit.LIKELY
    found = _all(SMS_PDU + b"\r\n" + SMS_PDU)
    assert [(one.host, one.units[0].data, one.answered) for one in found] == [
        ("+46708251358", b"hellohello", False)
    ] * 2


def test_a_message_received_is_of_the_other_side() -> None:
    [one] = _all(SMS_ROW.replace(b"type=2", b"type=1"))
    assert one.units[0].side == 1


def test_a_row_may_go_over_several_lines() -> None:
    rows = SMS_ROW.replace(b"<a1>", b"first\nsecond <a1>") + SMS_ROW.replace(b"Row: 0", b"Row: 1")
    first, second = _all(rows)
    assert first.units[0].data.startswith(b"first\nsecond ")
    assert second.units[0].data == TEXT


def test_a_checksum_that_does_not_hold_is_told() -> None:
    octets = bytes([2, 3, 1, 0]) + b"x" + b"00000000"
    pdu = bytes.fromhex("0001000B916407281553F80004") + bytes([len(octets)]) + octets
    odd = [one for one in read(pdu.hex().encode()) if isinstance(one, Oddity)]
    assert [one.name for one in odd] == ["sms-checksum"]


@pytest.mark.parametrize("entry", [b"<sms/>", b"Row: 0 a=1", b"zz", b"ff" * 20, b"<sms"])
def test_what_is_no_message_is_malformed(entry: bytes) -> None:
    with pytest.raises(Malformed):
        list(read(entry))


@pytest.mark.parametrize("data", [b"deadbeef" * 10, b"0" * 23, b"Row: 0 a=1"])
def test_other_texts_are_none(data: bytes) -> None:
    assert fit(data) == Fit.NO


MMS = (
    b'<?xml version="1.0" encoding="UTF-8"?><smses count="2"><sms address="1" date="1" type="2" body="a"/>'
    b'<mms date="1700000000250" msg_box="%d" address="+47 99999999"><parts>'
    b'<part seq="0" ct="text/plain" text="imei=490154203237518" data="null"/>'
    b'<part seq="1" ct="application/octet-stream" text="null" data="AAEC"/></parts>'
    b'<addrs><addr address="+4788888888" type="151"/></addrs></mms></smses>'
)


def test_a_multimedia_message_gives_its_parts() -> None:
    first, second = _all(MMS % 2)
    assert first.units[0].data == b"a"
    assert [(unit.side, unit.data) for unit in second.units] == [
        (0, b"imei=490154203237518"),
        (0, b"\0\1\2"),
    ]
    assert (second.host, second.units[0].time_ns) == ("+4799999999", 1_700_000_000_250_000_000)
    _, received = _all(MMS % 1)
    assert received.units[0].side == 1


def test_a_multimedia_message_without_parts_is_malformed() -> None:
    with pytest.raises(Malformed):
        list(read(b'<mms date="1" msg_box="2"><parts/></mms>'))


def test_transfer_units_are_read_between_the_lines_of_a_modem() -> None:
    log = b"AT+CMGL=4\r\n+CMGL: 1,1,,31\r\n" + SMS_PDU + b"\r\n+CMGL: 2,1,,31\r\n" + SMS_PDU + b"\r\nOK\r\n"
    assert fit(log) == Fit.LIKELY
    assert [one.units[0].data for one in _all(log)] == [b"hellohello"] * 2
