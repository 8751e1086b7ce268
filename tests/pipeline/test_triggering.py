"""A case of the demonstration and a log written to fit it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from vitne.cli.main import main
from vitne.events import Hints
from vitne.events.reading import read_log
from vitne.lab import demo
from vitne.model import UsageError
from vitne.pipeline import triggering
from vitne.pipeline.triggering import Asked, document, find_triggers
from vitne.store import Case, read_case
from vitne.triggers.analysis import analyse

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registration.carrier.example"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("triggering")
    files = demo.make(folder)
    assert main(["scan", str(files.capture), "--case", str(folder / "case"), "-q"]) == 0
    return read_case(folder / "case")


def log_of(case: Case, folder: Path, *, ahead_s: float = 0.0, clock: str = "capture") -> Path:
    """Write an unlock half a second before each registration."""
    times = sorted({row.time_ns for row in case.transmissions if row.host == HOST})
    rows = [{"time": (t - 500_000_000) / 1e9 + ahead_s, "kind": "unlock", "clock": clock} for t in times]
    place = folder / "marks.jsonl"
    place.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return place


def verdicts(found: Any) -> dict[str, str]:
    return {each.destination: each.verdict for each in found.outcome.triggers}


def test_the_sender_that_follows_unlocks_is_found_and_the_document_says_on_what_it_rests(
    case: Case, tmp_path: Path
) -> None:
    found = find_triggers(case, [log_of(case, tmp_path)], Asked())
    assert verdicts(found)[HOST] == "coupled"  # at home all else wakes with the screen, too: not specific
    said = document(found)
    assert said["format"] == "vitne-triggers/1"
    assert said["clock"]["how"] == "marks on the capture's own clock"
    assert said["captures"][0]["sha256"] == case.captures[0].sha256
    assert said["observation"]["events"] == {"keyguard-gone": 8}
    assert msgspec.json.decode(msgspec.json.encode(said))["tested"] == said["tested"]


def test_names_servers_and_clocks_of_the_network_are_no_destinations(case: Case, tmp_path: Path) -> None:
    found = find_triggers(case, [log_of(case, tmp_path)], Asked())
    assert not {name for name in found.study.bursts if name.startswith(("192.0.2.", "224.", "time."))}


def test_a_log_far_from_the_capture_claims_nothing(case: Case, tmp_path: Path) -> None:
    found = find_triggers(case, [log_of(case, tmp_path, ahead_s=9e6)], Asked())
    assert found.outcome.triggers == ()
    assert found.outcome.blocked
    assert found.study.observation.left_out == {"more than a day from the capture": 8}


def test_a_clock_that_runs_ahead_is_found_from_all_else_that_wakes_with_the_phone(
    case: Case, tmp_path: Path
) -> None:
    found = find_triggers(case, [log_of(case, tmp_path, ahead_s=40.0, clock="device")], Asked())
    offset = found.study.observation.offset
    assert offset is not None
    assert abs(offset.seconds - 40.0) <= offset.bound_s
    assert verdicts(found)[HOST] == "coupled"


def test_a_clock_known_only_by_the_claimed_destination_itself_blocks_the_claim(
    case: Case, tmp_path: Path
) -> None:
    log = read_log(log_of(case, tmp_path, ahead_s=40.0, clock="device"), Hints())
    alone = np.array([row.time_ns for row in case.transmissions if row.host == HOST], dtype=np.int64)
    columns = ({HOST: alone}, np.zeros(0, dtype=np.int64))
    span = (int(alone.min()) - 10**12, int(alone.max()) + 10**12)
    given = triggering._study([log], *columns, span=span, seed=0)
    outcome = analyse(given)
    assert [each.verdict for each in outcome.triggers] == ["coupled"]
    [taken_back] = triggering._independent(outcome, given, [log], columns, span=span, seed=0).triggers
    assert taken_back.verdict == "cannot-tell"
    assert taken_back.sentence.endswith("cannot tell; the clocks cannot be compared")
    assert taken_back.rivals[0]["name"] == "clock"


def test_looking_up_the_claimed_destination_is_no_independent_anchor(case: Case, tmp_path: Path) -> None:
    log = read_log(log_of(case, tmp_path, ahead_s=40.0, clock="device"), Hints())
    alone = np.sort([row.time_ns for row in case.transmissions if row.host == HOST]).astype(np.int64)
    columns = ({HOST: alone}, alone - 200_000_000)  # a question for its name before each
    span = (int(alone.min()) - 10**12, int(alone.max()) + 10**12)
    given = triggering._study([log], *columns, span=span, seed=0)
    assert given.observation.offset is not None
    outcome = analyse(given)
    [taken_back] = triggering._independent(outcome, given, [log], columns, span=span, seed=0).triggers
    assert taken_back.verdict == "cannot-tell"


def test_a_wrong_zone_is_said_with_the_one_that_would_fit(case: Case, tmp_path: Path) -> None:
    times = sorted({row.time_ns for row in case.transmissions if row.host == HOST})
    lines = ["--------- beginning of events"]
    for each in times:
        at = each - 500_000_000 + 3600 * 10**9
        stamp = time.strftime("%m-%d %H:%M:%S", time.gmtime(at // 10**9))
        lines.append(f"{stamp}.{at % 10**9 // 10**6:03}  1000  1421  1465 I screen_toggled: 2")
    place = tmp_path / "events.log"
    place.write_text("\n".join(lines), encoding="utf-8")
    found = find_triggers(case, [place], Asked(zone_s=-5 * 3600))
    assert found.outcome.triggers == ()
    assert found.outcome.blocked.endswith("with --zone +01:00 the log would fit")
    assert find_triggers(case, [place], Asked(zone_s=3600)).outcome.blocked == ""


def test_a_device_that_is_not_there_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        find_triggers(case, [log_of(case, tmp_path)], Asked(device="nobody"))


def test_a_claim_is_tested_alone(case: Case, tmp_path: Path) -> None:
    found = find_triggers(case, [log_of(case, tmp_path)], Asked(claims=(("keyguard-gone", HOST),)))
    assert found.outcome.tested == 1
    assert np.isclose(
        found.outcome.triggers[0].tests["coupled"]["p_holm"], found.outcome.triggers[0].tests["coupled"]["p"]
    )
