from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.lab import day
from vitne.model import EVENT_KINDS, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_day_comes_from_its_seed_and_holds_only_known_events() -> None:
    drawn = day.drawn(5, 6.0)
    assert drawn == day.drawn(5, 6.0) != day.drawn(6, 6.0)
    assert {each.kind for each in drawn} <= set(EVENT_KINDS)
    assert [each.at for each in drawn] == sorted(each.at for each in drawn)
    kinds = [each.kind for each in drawn]
    assert kinds.count("boot") == 2
    assert kinds.count("keyguard-gone") >= 25


def test_a_plan_is_read_in_the_order_of_its_times(tmp_path: Path) -> None:
    place = tmp_path / "day.toml"
    place.write_text(
        '[[event]]\nat = 9\nkind = "keyguard-gone"\n[[event]]\nat = 0\nkind = "boot"\n', encoding="utf-8"
    )
    assert [each.kind for each in day.read(place)] == ["boot", "keyguard-gone"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[event]]\nat = 1\n",
        '[[event]]\nat = 1\nkind = "dance"\n',
        '[[event]]\nat = -1\nkind = "boot"\n',
        '[[event]]\nat = nan\nkind = "boot"\n',
        '[[event]]\nat = inf\nkind = "boot"\n',
        "x = ",
        "x = " + "[" * 50_000,
        "\ud800",
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "day.toml"
    place.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(UsageError):
        day.read(place)


def test_a_long_day_has_a_sim_change_roaming_updates_and_a_lost_network() -> None:
    drawn = day.drawn(2019, 6.0)
    kinds = [each.kind for each in drawn]
    wanted = {"sim-changed", "roaming-on", "roaming-off", "system-updated", "app-updated", "network-lost"}
    assert wanted | {"charging-on", "charging-off", "out-of-service", "shutdown", "app-foreground"} <= set(
        kinds
    )
    lost = [each.at for each in drawn if each.kind == "network-lost"]
    assert all(
        any(0 < each.at - at <= 240 for each in drawn if each.kind == "network-connected") for at in lost
    )
    update = next(each.at for each in drawn if each.kind == "system-updated")
    assert min(abs(each.at - update) for each in drawn if each.kind == "boot") <= 5
    assert "sim-changed" not in {each.kind for each in day.drawn(2019, 1.2)}


def test_a_short_day_has_no_moment_before_its_beginning() -> None:
    assert min(each.at for hours in (0.1, 0.2, 0.5) for each in day.drawn(3, hours)) >= 0
