from __future__ import annotations

import pytest

from vitne.events.rulebook import rulebook, split_fields


@pytest.mark.parametrize(
    ("tag", "body", "kind"),
    [
        ("power_screen_state", "[1,2,0,0]", "screen-on"),
        ("power_screen_state", "[0,2,0,0,187]", "screen-off"),
        ("screen_toggled", "2", "keyguard-gone"),
        ("wm_set_keyguard_shown", "[0,0,0,setKeyguardShown]", "keyguard-gone"),
        ("wm_set_keyguard_shown", "[0,0,0,0,setKeyguardShown]", "keyguard-gone"),
        ("wm_set_keyguard_shown", "[0,1,0,0,0,setKeyguardShown]", "keyguard-shown"),
        ("ssm_user_unlocked", "0", "storage-unlocked"),
        ("boot_progress_ams_ready", "14210", "boot"),
        ("connectivity_state_changed", "[1,0,1]", "network-connected"),
    ],
)
def test_entries_of_each_version_mean_what_their_file_says(tag: str, body: str, kind: str) -> None:
    found = rulebook().entry(tag, split_fields(body))
    assert found is not None
    assert found.kind == kind


def test_lit_unlocked_and_opened_storage_are_three_events() -> None:
    book = rulebook()
    kinds = [book.entry(tag, fields) for tag, fields in ((70000, [1]), (70000, [2]), (30085, [0]))]
    assert [each.kind for each in kinds if each] == ["screen-on", "keyguard-gone", "storage-unlocked"]


def test_a_number_that_a_maker_gave_another_shape_means_nothing_and_is_seen() -> None:
    assert rulebook().entry("power_screen_state", ["on", "2", "0", "0"]) is None
    assert rulebook().entry(70000, [1, 2, 3]) is None
    assert rulebook().shape_differs(70000)
    assert not rulebook().shape_differs("am_proc_start")


def test_another_user_of_the_phone_unlocks_no_owners_storage() -> None:
    assert rulebook().entry("ssm_user_unlocked", ["10"]) is None


def test_the_package_alone_is_the_detail() -> None:
    found = rulebook().entry("am_set_resumed_activity", ["0", "com.example.a/.Main", "why"])
    assert found is not None
    assert found.detail == "com.example.a"


def test_lines_and_usage_events_are_known_by_system_and_tag() -> None:
    book = rulebook()
    lit = book.line("android", "PowerManagerService", "Waking up from Asleep (uid=1000, reason=x)...")
    assert lit is not None
    assert lit.kind == "screen-on"
    assert book.line("ios", "PowerManagerService", "Waking up from Asleep") is None
    used = book.used("ACTIVITY_RESUMED", "com.example.a")
    assert used is not None
    assert (used.kind, used.detail) == ("app-foreground", "com.example.a")
    assert book.used("STANDBY_BUCKET_CHANGED", "x") is None


def test_values_come_apart_at_commas() -> None:
    assert split_fields("[1,two,]") == ["1", "two", ""]
    assert split_fields("[]") == split_fields("  ") == []
    assert split_fields("7") == ["7"]
