"""The documents of this room as ``--json`` prints them and the published schemas describe them."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from vitne.model import DeviceEvent, Verdict
from vitne.triggers.beacon import Beacon
from vitne.triggers.protocol import Plan

SCHEMA = "vitne-triggers/1"
PROTOCOL, EVENT = "vitne-protocol/1", "vitne-event/1"


class CapturedIn(msgspec.Struct, frozen=True, kw_only=True):
    """One capture file of the case."""

    name: str  # base name of the file
    sha256: str  # digest of the file


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """The stretch in which both the capture and the logs ran, and what lies in it."""

    begin_ns: int  # nanoseconds UTC by the capture's clock
    end_ns: int  # nanoseconds UTC by the capture's clock
    events: dict[str, int]  # kind of event, with its detail where it is tested alone -> number tested
    left_out: dict[str, int]  # why events were left out -> number
    sessions: int | None  # stretches with a lit screen, null where no log tells them
    destinations: int  # to which something was sent in this stretch


class ComparedClock(msgspec.Struct, frozen=True, kw_only=True):
    """The device's clock beside the capture's."""

    offset_s: float  # the device's clock less the capture's, seconds
    bound_s: float  # it lies within so much of that, with 95 %
    how: str  # for a person: from what it is known
    anchors: int  # events or comparisons that it rests on
    zone_s: float  # of the offset, so much is a time zone that the log does not tell


class LogRemark(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a log that a reader of a verdict has to know."""

    name: str  # kebab-case word
    note: str  # for a person
    record: int | None  # first line or record it is about, from 1
    count: int  # how many alike it stands for


class ReadLog(msgspec.Struct, frozen=True, kw_only=True):
    """One log of the device, read."""

    name: str  # base name of the file
    sha256: str  # digest of the file
    format: str  # reader that read it
    records: int  # lines or records read
    events: int  # events in it
    first_ns: int | None  # earliest time by the log's own clock
    last_ns: int | None  # latest time by the log's own clock
    remarks: list[LogRemark]  # what is doubtful about it


class CoupledTest(msgspec.Struct, frozen=True, kw_only=True):
    """First test: are events followed more often than other moments of their strata."""

    p: float  # probability of so great a count if nothing linked the two
    p_holm: float  # after Holm's correction for all pairs
    q: float  # after Benjamini and Hochberg's
    window_s: float  # window with the greatest score, seconds


class SpecificTest(msgspec.Struct, frozen=True, kw_only=True):
    """Second test: does this destination follow more than the phone's others do."""

    p: float  # after the correction for the windows
    p_holm: float  # after Holm's correction for all pairs
    q: float  # after Benjamini and Hochberg's
    window_s: float  # seconds
    table: tuple[int, int, int, int]  # bursts: this soon, this not, others soon, others not
    odds_ratio: float | None  # Mantel-Haenszel, null where it is not finite
    odds_low: float | None  # 95 % interval
    odds_high: float | None  # 95 % interval


class CausedTest(msgspec.Struct, frozen=True, kw_only=True):
    """Third test: what a randomised trial says."""

    p: float  # share of all orders of the slots that fit as well
    p_holm: float  # after Holm's correction for all pairs
    q: float  # after Benjamini and Hochberg's
    least_p: float  # the least p these slots could have given
    window_s: float  # seconds
    stimuli: int  # slots with the stimulus
    shams: int  # slots without
    stimulus_hits: int  # slots with it that were answered within the window
    sham_hits: int  # slots without it that were
    effect: float  # difference of the shares
    effect_low: float  # 95 % interval
    effect_high: float  # 95 % interval
    latency_s: tuple[float, float, float] | None  # quartiles over the answered slots with the stimulus
    exact: bool  # all orders were gone through


class Tests(msgspec.Struct, frozen=True, kw_only=True):
    """The tests that were made of one pair."""

    coupled: CoupledTest | UnsetType = UNSET  # absent where it was not made
    specific: SpecificTest | UnsetType = UNSET  # absent where there is nothing to compare with
    caused: CausedTest | UnsetType = UNSET  # absent without a randomised trial


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """How large it is, with intervals."""

    window_s: float  # seconds
    responses: int  # events answered within the window
    expected: float  # of them by chance
    share_interval: tuple[float, float]  # 95 % interval of the share answered
    excess: float  # share answered beyond chance
    excess_interval: tuple[float, float]  # 95 % interval
    lift: float | None  # answered over expected, null where nothing is expected
    attributable: float  # share of all bursts that the excess makes up
    next_median_s: float | None  # median wait until the next burst, whatever the window
    latency_median_s: float | None  # median wait of the answered
    latency_quartiles_s: tuple[float, float] | None  # lower and upper quartile of them


class Rival(msgspec.Struct, frozen=True, kw_only=True):
    """Another explanation."""

    name: str  # timer, through …, beside …, observer, clock
    standing: Literal["excluded", "not excluded", "explains it"]  # how it stands
    because: str  # the counts behind that


class TestedPair(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of event and one destination."""

    event: str  # kind of event, with the detail behind a colon where it was split
    destination: str  # host, or address without one
    verdict: Verdict  # the strongest that holds after correction for many tests
    sentence: str  # the verdict in one plain sentence
    events: int  # events that could be tested
    transmissions: int  # bursts to the destination
    tests: Tests  # those that were made
    effect: Effect  # sizes with their intervals
    rivals: list[Rival]  # other explanations, each with its standing
    through: str  # kind of event that stands between, "" for none
    more_events: int | None  # so many more events would tell, where that can be said
    latencies_s: list[float | None]  # per event seconds to the next burst, null for none


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a log that repeats in clear what a message holds."""

    log: str  # base name of the log
    record: int  # its line, from 1
    frames: tuple[int, int]  # first and last frame of the message
    message_ns: int  # nanoseconds UTC
    destination: str  # host, or address without one
    equal: list[str]  # fields of both that are equal
    fields: int  # known fields of the line
    sentence: str  # the same for a person


class Triggers(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was tested, and what that rests on."""

    format: str  # version of this document
    captures: list[CapturedIn]  # of the case
    device: str  # whose transmissions were tested
    other_devices: int  # in the case, not tested
    observation: Observed  # what lay in it
    clock: ComparedClock | None  # null where it cannot be bounded: then nothing is claimed
    logs: list[ReadLog]  # of the device
    tested: int  # pairs in the family
    left_out: int  # pairs beyond the bound
    blocked: str  # why nothing at all can be claimed, else ""
    beacons: dict[str, Beacon]  # destination -> steady period among its contacts
    triggers: list[TestedPair]  # strongest verdict first
    proofs: list[Proof]  # log lines matched with packets


__all__ = ["EVENT", "PROTOCOL", "SCHEMA", "DeviceEvent", "Plan", "Triggers"]
