"""Flows as nouns and as columns, and the way back to frames."""

from __future__ import annotations

import numpy as np
import pytest

from vitne.lab import packets
from vitne.lab.packets import ACK, SYN, Ends

A, B = "00:00:5e:00:53:01", "00:00:5e:00:53:02"


@pytest.fixture
def traffic(read, speaker, udp):
    """Give a TCP flow of four frames with one copy, and a UDP flow between them."""
    second = Ends("2001:db8::1", "2001:db8::2")
    frames = [
        (speaker.say(b"", 99, flags=SYN), 0x800),
        (udp(b"v6", ends=second), 0x86DD),
        (speaker.say(b"", 499, server=True, ack=100, flags=SYN | ACK), 0x800),
        (speaker.say(b"abc", 100, ack=500), 0x800),
    ]
    frames.append(frames[-1])
    frames.append((speaker.say(b"", 500, server=True, ack=103), 0x800))
    wire = [packets.ethernet(packet, A, B, kind=kind) for packet, kind in frames]
    return read(wire, link=1, times=[10, 20, 30, 40, 50, 35]).traffic


def test_flows_are_numbered_in_the_order_of_their_first_packets(traffic):
    first, second = traffic.flow(0), traffic.flow(1)
    assert (first.number, first.transport, first.client_ip, first.server_ip) == (
        0,
        "tcp",
        "192.0.2.1",
        "198.51.100.2",
    )
    assert (first.client_mac, first.server_mac, first.packets, first.acked) == (A, B, 5, (3, 0))
    assert (second.number, second.transport, second.client_ip, second.server_ip) == (
        1,
        "udp",
        "2001:db8::1",
        "2001:db8::2",
    )
    assert (second.handshake, second.answered, second.acked) == (False, False, (None, None))
    with pytest.raises(IndexError):
        traffic.flow(2)


def test_the_columns_say_the_same_as_the_nouns(traffic):
    columns = traffic.flow_columns()
    assert all(len(column) == 2 for column in columns.values())
    for number in range(2):
        flow = traffic.flow(number)
        assert columns["packets"][number] == flow.packets
        assert columns["port"][number].tolist() == [flow.client_port, flow.server_port]
        assert columns["mac"][number, 0].tobytes().hex(":") == flow.client_mac
        assert columns["protocol"][number] == {"tcp": 6, "udp": 17}[flow.transport]
    assert columns["payload"].tolist() == [[3, 0], [2, 0]]
    assert columns["first_row"].tolist() == [0, 1]
    assert columns["last_row"].tolist() == [5, 1]
    assert columns["first_ns"].tolist() == [10, 20]
    assert columns["last_ns"].tolist() == [35, 20]
    assert columns["acked"].tolist() == [[3, 0], [-1, -1]]
    assert columns["family"].tolist() == [4, 6]


def test_rows_lead_back_to_frames_and_times(traffic):
    assert traffic.row_times(np.array([0, 5])).tolist() == [10, 35]
    assert traffic.frame_of(np.array([0, 5])).tolist() == [1, 6]
    assert traffic.capture_of(np.array([0, 5])).tolist() == [0, 0]
    assert traffic.frames_of(3) == [3]
    (place,) = traffic.place(np.array([5, 1, 5]))
    assert (place.capture, place.frames, place.time_ns) == (0, (2, 6), 20)
    assert traffic.place(np.array([], np.int64)) == []


def test_a_flow_is_read_as_the_kernel_lays_it_out() -> None:
    from vitne.kernel.walk import FLOW
    from vitne.reassemble.traffic import _ENTRY

    assert _ENTRY.size == FLOW.itemsize
    before = {"address": 0, "port": 32, "mac": 36, "protocol": 40, "family": 41, "tunnel": 42, "side": 44}
    fields = FLOW.fields or {}
    assert {name: fields[name][1] for name in before} == before
    assert [fields[name][1] for name in ("low", "range", "acked")] == [48, 56, 72]


def test_ends_and_payload_say_what_the_flows_and_columns_say(traffic):
    walked = traffic
    columns = walked.flow_columns()
    every = [walked.flow(number) for number in range(walked.flow_count)]
    keys = [(one.client_ip, one.server_ip, one.client_mac, one.server_mac, one.answered) for one in every]
    first = sorted({key: number for number, key in reversed(list(enumerate(keys)))}.values())
    assert walked.distinct(0, walked.flow_count).tolist() == first
    assert walked.distinct(1, walked.flow_count)[:1].tolist() == [1][: walked.flow_count - 1]
    ips, macs, ip, mac, answered = walked.ends_of(np.arange(walked.flow_count))
    told = zip(ip.tolist(), mac.tolist(), answered.tolist(), strict=True)
    assert [(ips[a], ips[b], macs[c], macs[d], e) for (a, b), (c, d), e in told] == keys
    assert len(set(ips)) == len(ips)
    assert walked.payload_bytes() == int(columns["payload"].sum()) > 0
