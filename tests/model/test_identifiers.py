"""The closed list is a contract: words may come, none may go or change its kind."""

from __future__ import annotations

import pytest

from vitne.model import GRADES, IDENTIFIERS, kind_of

CONTRACT = [
    "imei",
    "imeisv",
    "meid",
    "imsi",
    "iccid",
    "eid",
    "msisdn",
    "serial-number",
    "android-id",
    "gsf-id",
    "advertising-id",
    "oaid",
    "vendor-id",
    "install-id",
    "device-id",
    "push-token",
    "mac-address",
    "ssid",
    "bssid",
    "cell-id",
    "operator",
    "location",
    "time-zone",
    "public-ip",
    "local-ip",
    "email-address",
    "person-name",
    "account-name",
    "password",
    "auth-token",
    "session-id",
    "tracking-cookie",
    "device-name",
    "device-model",
    "os-version",
    "software-version",
    "app-id",
    "message-text",
    "contact",
    "call-log",
    "app-list",
    "free-text",
]


def test_every_word_of_the_contract_is_there_in_its_order() -> None:
    assert [word for word in IDENTIFIERS if word in CONTRACT] == CONTRACT


def test_every_kind_is_one_of_five() -> None:
    assert {kind for kind, _ in IDENTIFIERS.values()} == {
        "identifier",
        "location",
        "credential",
        "content",
        "attribute",
    }


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("imei", "identifier"),
        ("cell-id", "location"),
        ("password", "credential"),
        ("contact", "content"),
        ("device-model", "attribute"),
    ],
)
def test_kinds_say_what_a_value_is(word: str, kind: str) -> None:
    assert kind_of(word) == kind


def test_grades_rise_from_pattern_to_proof() -> None:
    assert GRADES == ("inferred", "declared", "derived", "observed")


def test_another_word_is_no_identifier() -> None:
    with pytest.raises(KeyError):
        kind_of("phone-number")
