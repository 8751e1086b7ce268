"""Runs that stand alone."""

from __future__ import annotations

from vitne.encodings._tokens import tokens

RUN = b"0123456789abcdefXYZ"


def test_runs_stand_between_marks_and_in_paths():
    data = b"a=" + RUN + b"&/v1/" + RUN + b"/x " + RUN + b"=="
    assert [data[start:end] for start, end in tokens(data)] == [RUN] * 3
    assert tokens(data) is tokens(data)


def test_parts_of_longer_tokens_and_short_runs_are_left_out():
    assert tokens(RUN + b"_" + RUN + b" +" + RUN + b" short") == []
    assert tokens(b" " * 5000 + RUN + b"/" + RUN) == []


def test_their_number_is_bounded():
    assert len(tokens((RUN + b" ") * 70_000)) == 65536
