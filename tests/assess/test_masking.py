"""Masking: labels by place, and no value of a person left in any text beside it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.assess.masking import hide_mac, labels, mask, scrubber
from vitne.lab.samples import destination, finding
from vitne.model import Seed

IMEI = "490154203237518"


def _label(text: str) -> str:
    return f"[{len(text)}]"


def masked(*findings: object) -> list:
    return mask(findings, scrubber(findings, []), _label)  # type: ignore[arg-type]


def test_equal_values_get_equal_labels_in_the_order_of_place() -> None:
    found = [finding(identifier="imei", value=value, kind="identifier") for value in ("b", "a", "b")]
    assert list(labels(found).values()) == ["imei#1", "imei#2"]
    assert [one.value for one in masked(*found)] == ["imei#1", "imei#2", "imei#1"]


def test_a_value_inside_a_host_a_field_a_path_or_a_reason_is_replaced() -> None:
    found = finding(
        identifier="imei", kind="identifier", value=IMEI, spelling=IMEI, field=f"x_{IMEI}", reasons=(f"seen {IMEI}",),
        destination=destination(host=f"{IMEI}.track.example"), layers=({"codec": "json", "path": f"a.{IMEI}", "range": [0, 9]},),
    )  # fmt: skip
    [one] = masked(found)
    assert IMEI not in repr(one)
    assert one.destination.host == "imei#1.track.example"
    assert one.layers[0]["path"] == "a.imei#1"


def test_a_value_that_is_part_of_the_name_of_a_field_leaves_the_name_as_it_is() -> None:
    login = finding(
        identifier="password",
        kind="credential",
        value="pass",
        spelling="pass",
        field="password",
        reasons=("a name, an @ and a domain",),
        layers=({"codec": "http", "path": "header:X-Pass-pass", "range": [0, 4]},),
    )
    account = finding(identifier="account-name", kind="identifier", value="name", spelling="name")
    [one, other] = masked(login, account)
    assert one.value == "password#1"
    assert one.field == "password"
    assert one.reasons == ("a name, an @ and a domain",)
    assert one.layers[0]["path"] == "header:X-password#1-password#1"
    assert other.value == "account-name#1"


def test_an_attribute_is_shown_unless_it_holds_a_value_of_a_person() -> None:
    serial = finding(
        identifier="mac-address", kind="identifier", value="00:00:5e:00:53:17", spelling="00005E005317"
    )
    model = finding(
        identifier="device-model",
        kind="attribute",
        value="Hub-00005E005317",
        spelling="Hub-00005E005317",
        seed=None,
    )
    plain = finding(identifier="device-model", kind="attribute", value="Hub 7", spelling="Hub 7", seed=None)
    _, held, shown = masked(serial, model, plain)
    assert "00005e005317" not in held.value.lower()
    assert shown.value == "Hub 7"


def test_a_known_attribute_is_a_value_of_the_person() -> None:
    [one] = masked(
        finding(
            identifier="device-model", kind="attribute", value="TA-0000", spelling="TA-0000", seed="my phone"
        )
    )
    assert "TA-0000" not in repr(one.value + one.spelling)


def test_values_of_the_subject_file_are_hidden_even_where_no_finding_is() -> None:
    found = finding(
        identifier="imei", kind="identifier", value=IMEI, destination=destination(host="kari.example")
    )
    seeds = [Seed(identifier="person-name", name="me", value="Kari")]
    [one] = mask([found], scrubber([found], seeds), _label)
    assert "kari" not in one.destination.host


def test_of_a_link_address_the_makers_half_stays() -> None:
    assert hide_mac("from 00:00:5E:00:53:01.") == "from 00:00:5E:••:••:••."


@given(st.text(min_size=4, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_no_value_survives_scrubbing_whatever_stands_around_it(value: str, before: str, behind: str) -> None:
    found = finding(identifier="free-text", kind="content", value=value, spelling=value)
    scrub = scrubber([found], [])
    if value.lower() not in "free-text#1":
        assert value.lower() not in scrub(before + value + behind).lower().replace("free-text#1", "")
