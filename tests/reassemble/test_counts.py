"""Counts: every reason the kernel knows has words, and each count becomes a Gap or an Oddity."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import numpy as np

from vitne.kernel import walk as kernel
from vitne.model import Gap, GapKind, Oddity
from vitne.reassemble.counts import LAYERS, OTHERS, REASONS, counted, note_of

HEADER = Path(kernel.__file__).with_name("walk.h").read_text()


def _tallies(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array([(kind, value, count, 3, 0) for kind, value, count in rows], kernel.TALLY)


def test_every_reason_of_the_kernel_has_words():
    names = re.findall(r"^    (TALLY_\w+)\b", HEADER, re.MULTILINE)
    assert len(names) == len(REASONS) == max(REASONS)
    layers = re.findall(r"\bLAYER_\w+", HEADER.split("/* Layers, as values")[1].split("};")[0])
    assert len(layers) == len(LAYERS) - 1


def test_every_gap_has_a_kind_of_the_closed_list():
    assert {reason.gap for reason in REASONS.values()} - {None} <= set(get_args(GapKind))


def test_counts_come_most_frequent_first_and_become_gaps_or_oddities():
    counts = counted(_tallies((11, 0, 2), (1, 147, 9), (2, 0x0806, 2)))
    assert [(count.reason, count.value, count.count) for count in counts] == [
        ("unknown-link-type", 147, 9),
        ("duplicate-frame", 0, 2),
        ("non-ip-frame", 0x0806, 2),
    ]
    gap, oddity = note_of(counts[0], 1, 7), note_of(counts[2], 1, 7)
    assert isinstance(gap, Gap)
    assert (gap.kind, gap.capture, gap.frame, gap.count) == ("unknown-link-type", 1, 7, 9)
    assert "147" in gap.why
    assert isinstance(oddity, Oddity)
    assert (oddity.name, oddity.count) == ("non-ip-frame", 2)
    assert "0x0806" in oddity.note


def test_values_beyond_the_table_are_counted_together(read):
    frames = [
        bytes(12) + bytes([0x90 + number // 256, number % 256]) + bytes(46) for number in range(1, 6000)
    ]
    counts = read(frames, link=1).traffic.counts
    assert sum(count.count for count in counts) == 5999
    assert {count.reason for count in counts if count.value == OTHERS} == {"non-ip-frame"}


def test_layers_are_named_in_words():
    (count,) = counted(_tallies((6, 7, 1)))
    assert count.note == "the TCP header breaks its format"
