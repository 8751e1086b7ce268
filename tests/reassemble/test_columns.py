"""Columns of flows: each made when it is asked for, and none kept."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from vitne.lab import packets
from vitne.lab.packets import SYN, Ends

A, B = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
MADE = (
    "mac",
    "has_mac",
    "packets",
    "payload",
    "first_ns",
    "last_ns",
    "handshake",
    "answered",
    "acked",
    "tunnel",
)


@pytest.fixture
def traffic(read, speaker, udp):
    """Give a TCP flow and many UDP flows."""
    frames = [(speaker.say(b"", 99, flags=SYN), 0x800), (speaker.say(b"abc", 100), 0x800)]
    frames += [(udp(b"v6", ends=Ends(f"2001:db8::{n:x}", "2001:db8::ffff")), 0x86DD) for n in range(1, 300)]
    wire = [packets.ethernet(packet, A, B, kind=kind) for packet, kind in frames]
    return read(wire, link=1, times=list(range(len(wire)))).traffic


def test_a_column_says_for_each_flow_what_the_noun_says(traffic):
    columns = traffic.flow_columns()
    for number in range(traffic.flow_count):
        flow = traffic.flow(number)
        assert columns["packets"][number] == flow.packets
        assert columns["has_mac"][number].tolist() == [flow.client_mac != "", flow.server_mac != ""]
        assert columns["handshake"][number] == flow.handshake
        assert columns["answered"][number] == flow.answered
        assert columns["tunnel"][number] == flow.tunnel
        assert [None if one < 0 else one for one in columns["acked"][number].tolist()] == list(flow.acked)


def test_a_column_is_made_anew_and_not_kept(traffic):
    columns = traffic.flow_columns()
    for name in MADE:
        one, other = columns[name], columns[name]
        assert np.array_equal(one, other), name
        assert sys.getrefcount(one) == 2, name


def test_a_column_that_there_is_not_is_refused_and_all_others_are_listed(traffic):
    columns = traffic.flow_columns()
    assert "address" in columns
    assert "colour" not in columns
    with pytest.raises(KeyError):
        columns["colour"]
    assert len(columns) == len(list(columns)) == 17
