from __future__ import annotations

import time

import pytest

from vitne.catalog.events import event_files
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
        ("connectivity_state_changed", "[1,0,5]", "network-connected"),
        ("connectivity_state_changed", "[1,0,8]", "network-lost"),
        ("wifi_state_changed", "ConnectedState", "network-connected"),
        ("wifi_state_changed", "DisconnectedState", "network-lost"),
        ("am_focused_activity", "[0,com.example.a/.Main]", "app-foreground"),
        ("am_resume_activity", "[0,12345,7,com.example.a/.Main]", "app-foreground"),
        ("am_set_resumed_activity", "[0,com.example.a/.Main,why]", "app-foreground"),
        ("wm_set_resumed_activity", "[0,com.example.a/.Main,why]", "app-foreground"),
        ("uc_finish_user_unlocked_completed", "0", "storage-unlocked"),
        ("uc_finish_user_boot", "0", "boot"),
        ("gsm_service_state_change", "[1,1,0,0]", "in-service"),
        ("gsm_service_state_change", "[0,0,3,3]", "out-of-service"),
        ("cdma_service_state_change", "[1,1,0,0]", "in-service"),
        ("battery_status", "[2,2,1,2,Li-ion]", "charging-on"),
        ("battery_status", "[3,2,1,0,Li-ion]", "charging-off"),
        ("sysui_status_bar_state", "[1,1,0,0,0,1]", "keyguard-shown"),
        ("pm_critical_info", "Upgrading from Example/a:8/x to Example/a:9/y", "system-updated"),
    ],
)
def test_entries_of_each_version_mean_what_their_file_says(tag: str, body: str, kind: str) -> None:
    found = rulebook().entry(tag, split_fields(body))
    assert found is not None
    assert found.kind == kind


def test_values_that_only_look_alike_are_no_event() -> None:
    book = rulebook()
    assert book.entry("pm_critical_info", ["Upgrading from nothing"]) is None
    assert book.entry("connectivity_state_changed", ["1", "0", "2"]) is None  # connecting
    assert book.entry("sysui_status_bar_state", ["1", "1", "1", "0", "0", "1"]) is None  # occluded


@pytest.mark.parametrize(
    ("tag", "text", "kind", "detail"),
    [
        (
            "ConnectivityService",
            "NetworkAgentInfo [MOBILE (LTE) - 100] EVENT_NETWORK_INFO_CHANGED, going from CONNECTED to DISCONNECTED",
            "network-lost",
            "",
        ),
        ("ConnectivityService", "[101 WIFI] validation passed", "network-connected", ""),
        (
            "IccCardProxy",
            "broadcastIccStateChangedIntent intent ACTION_SIM_STATE_CHANGED value=ABSENT reason=null for mPhoneId=0",
            "sim-changed",
            "ABSENT",
        ),
        (
            "UiccController",
            "Broadcasting intent ACTION_SIM_STATE_CHANGED LOADED reason null for phone: 1",
            "sim-changed",
            "LOADED",
        ),
        (
            "SST",
            (
                "[1] Poll ServiceState done:  oldSS=[{registrationState=HOME}] newSS=[{mVoiceRegState=0(IN_SERVICE), "
                "mNetworkRegistrationInfos=[NetworkRegistrationInfo{ domain=CS transportType=WWAN "
                "registrationState=ROAMING roamingType=INTERNATIONAL}]}]"
            ),
            "roaming-on",
            "1",
        ),
        (
            "GsmSST",
            "[GsmSST0] Poll ServiceState done:  oldSS=[0 0 voice roaming data roaming] newSS=[0 0 voice home data home]",
            "roaming-off",
            "GsmSST0",
        ),
        ("PackageManager", "Upgrading from Example/a:8/x to Example/a:9/y", "system-updated", ""),
        (
            "ActivityManager",
            "Force stopping com.example.a appid=10123 user=-1: installPackageLI",
            "app-updated",
            "com.example.a",
        ),
    ],
)
def test_readable_lines_of_each_version_mean_what_their_file_says(
    tag: str, text: str, kind: str, detail: str
) -> None:
    found = rulebook().line("android", tag, text)
    assert found is not None
    assert (found.kind, found.detail) == (kind, detail)


def test_every_rule_for_lines_is_found_by_the_word_it_begins_with() -> None:
    words = rulebook().names("android")
    for file in event_files():
        for line in file.line if file.system == "android" else ():
            assert any(word in f"{line.tag}: {line.example}" for word in words)


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


@pytest.mark.parametrize(
    "text", ["[0] Poll ServiceState done:" + " newSS=[" * 500, "[" + "a]" * 2000, "a." * 2000]
)
def test_hostile_lines_are_read_in_a_moment(text: str) -> None:
    book = rulebook()
    tags = {line.tag for file in event_files() for line in file.line}
    begun = time.process_time()
    for _ in range(20):
        for tag in tags:
            book.line("android", tag, text)
    assert time.process_time() - begun < 0.3
