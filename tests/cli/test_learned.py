"""Twin of vitne.cli.learned: what is printed for a person, inert and with every number's assumption."""

from __future__ import annotations

from typing import Any

from vitne.cli.learned import print_learned
from vitne.consequence.following import Fix, Miss, follow
from vitne.consequence.joins import Bridge
from vitne.consequence.learned import Learned


def _told(capsys: Any, **more: Any) -> str:
    said: dict[str, Any] = {
        "recipient": "Evil \x1b[2J \u202e", "destinations": ("x\x07.example",), "findings": 2,
        "identifiers": (), "joins": (), "bridges": (), "hashes": (), "unhidden": (), "following": None,
    }  # fmt: skip
    fixes = more.pop("fixes", [])
    print_learned(Learned(**(said | more)), fixes)
    told: str = capsys.readouterr().out
    return " ".join(told.split())


def test_foreign_names_are_inert_and_the_unknown_is_said(capsys: Any) -> None:
    told = _told(capsys)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "It got no cell, coordinate or wireless network" in told


def test_real_time_track_and_assumptions_are_told(capsys: Any) -> None:
    fixes = [
        Fix(time_ns=at * 10**9, label="cell-id#1", kind="cell-id", radius_m=500.0) for at in (0, 100, 400)
    ]
    miss = Miss(moments=9, median_m=191.4, nine_tenths_m=312.0, worst_m=397.0)
    told = _told(capsys, following=follow(fixes), miss=miss, fixes=fixes)
    assert "the newest fix was 100 s old in the middle, 300 s at most" in told
    assert "the track lies 191 m from the true one in the middle" in told
    assert "assumed: the phone moves at 1.4 m/s at most" in told


def test_a_request_that_ties_is_named(capsys: Any) -> None:
    tie = Bridge(
        resettable="advertising-id", permanent="imei", values=("a#1", "imei#1"), frames=(3, 4), capture="a.pcap",
        time="2019-02-03T00:00:00Z", count=2,
    )  # fmt: skip
    assert "advertising-id is tied to imei for ever, 2 times, first in frames 3 to 4" in _told(
        capsys, bridges=(tie,)
    )
