"""Flat records without anything between key and value."""

from __future__ import annotations

from vitne.identify.flat import MOST_ENTRIES, entries

KEYS = ("I", "M", "FSIM1S", "FSIM1N", "P", "FPSN")


def read(data: bytes, prefix: bytes = b"I") -> list[tuple[str, bytes]]:
    return [(key, data[start:end]) for key, start, end in entries(data, KEYS, prefix)]


def test_the_longest_key_that_fits_is_taken() -> None:
    assert read(b"I004402990000014;FPSNSYN1;PTA-0000;M00101;FSIM1NLTE;") == [
        ("I", b"004402990000014"),
        ("FPSN", b"SYN1"),
        ("P", b"TA-0000"),
        ("M", b"00101"),
        ("FSIM1N", b"LTE"),
    ]


def test_unknown_keys_empty_values_and_a_cut_last_entry_are_passed_over() -> None:
    assert read(b"I1;XYZ2;M;P3;FPSN4") == [("I", b"1"), ("P", b"3")]


def test_without_the_beginning_nothing_is_read() -> None:
    assert read(b"M00101;P1;") == []
    assert read(b"I004402990000014") == []


def test_the_number_of_entries_is_bounded() -> None:
    assert len(read(b"I1;" * (MOST_ENTRIES + 50))) == MOST_ENTRIES
