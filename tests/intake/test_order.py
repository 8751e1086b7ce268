"""Twin of vitne.intake.order."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

from vitne.intake.order import arrange
from vitne.model import Capture

SECOND = 10**9


def reader(name: str, first: int | None, last: int | None):
    capture = Capture(
        number=0, name=name, path=name, size=1, sha256=name, format="pcap", first_ns=first, last_ns=last
    )
    return SimpleNamespace(capture=capture)


def names(groups) -> list[list[str]]:
    return [[one.capture.name for one in group] for group in groups]


def every_order(readers) -> list[list[str]]:
    results = {str(names(arrange(order))): names(arrange(order)) for order in itertools.permutations(readers)}
    assert len(results) == 1
    return next(iter(results.values()))


def test_the_files_of_a_ring_are_one_group_in_the_order_of_time():
    ring = [reader(f"ring_0000{n}_2026.pcap", n * SECOND, (n + 1) * SECOND) for n in range(4)]
    assert every_order(ring) == [[f"ring_0000{n}_2026.pcap" for n in range(4)]]


def test_files_that_overlap_in_time_stand_apart():
    both = [reader("a.pcap", 0, 10 * SECOND), reader("b.pcap", 5 * SECOND, 15 * SECOND)]
    assert every_order(both) == [["a.pcap"], ["b.pcap"]]


def test_two_rings_at_the_same_time_are_told_apart_by_their_names():
    files = [
        reader(f"{ring}{n}.pcap", n * 10 * SECOND + shift, (n * 10 + 9) * SECOND + shift)
        for n in range(2)
        for ring, shift in (("wlan", 0), ("usb", 2 * SECOND))
    ]
    assert every_order(files) == [["wlan0.pcap", "wlan1.pcap"], ["usb0.pcap", "usb1.pcap"]]


def test_files_of_a_ring_may_overlap_a_little():
    ring = [reader("r0.pcap", 0, 100 * SECOND), reader("r1.pcap", 100 * SECOND - 300_000, 200 * SECOND)]
    assert every_order(ring) == [["r0.pcap", "r1.pcap"]]
    others = [reader("x.pcap", 0, 100 * SECOND), reader("y.pcap", 100 * SECOND - 300_000, 200 * SECOND)]
    assert every_order(others) == [["x.pcap"], ["y.pcap"]]


def test_a_file_inside_the_span_of_another_does_not_end_its_group_early():
    files = [reader("a.pcap", 0, 10), reader("b.pcap", 10, 10), reader("c.pcap", 11, 12)]
    assert every_order(files) == [["a.pcap", "b.pcap", "c.pcap"]]


def test_times_before_1970_are_times():
    assert every_order([reader("a.pcap", -20, -10), reader("b.pcap", -10, -5), reader("c.pcap", -7, 3)]) == [
        ["a.pcap", "b.pcap"],
        ["c.pcap"],
    ]


def test_files_without_a_packet_stand_alone_behind_the_others():
    assert every_order(
        [reader("e.pcap", None, None), reader("d.pcap", None, None), reader("z.pcap", 1, 2)]
    ) == [["z.pcap"], ["d.pcap"], ["e.pcap"]]


def test_the_same_file_twice_is_two_groups():
    assert every_order([reader("a.pcap", 0, 5), reader("a.pcap", 0, 5)]) == [["a.pcap"], ["a.pcap"]]
