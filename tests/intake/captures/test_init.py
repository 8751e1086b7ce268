"""Twin of vitne.intake.captures: the formats are found by looking in the folder."""

from __future__ import annotations

from vitne.intake.captures import format_of, formats
from vitne.intake.index import RecordIndex


def test_every_format_in_the_folder_is_found_and_says_what_it_reads():
    names = [module.__name__.rpartition(".")[2] for module in formats()]
    assert names == sorted(names)
    assert {"pcap", "pcapng"} <= set(names)
    for module in formats():
        assert "\nsummary: " in module.__doc__
        assert "\nspecification: " in module.__doc__
        assert issubclass(module.index, RecordIndex)


def test_the_first_bytes_choose_the_format():
    assert format_of(bytes.fromhex("d4c3b2a1")).index.format == "pcap"
    assert format_of(bytes.fromhex("0a0d0d0a1c0000004d3c2b1a")).index.format == "pcapng"
    assert format_of(b"text") is format_of(b"") is None
