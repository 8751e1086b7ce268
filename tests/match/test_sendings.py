"""What a case saw is put together by host, device, app, user and known sender."""

from __future__ import annotations

from tests.match.made import case, finding, opaque

from vitne.match.sendings import sendings
from vitne.model import App


def test_findings_of_one_app_to_one_host_are_one_sending() -> None:
    [found] = sendings(
        case(
            finding(),
            finding(id="F-2", identifier="os-version", kind="attribute", field="OSVER"),
            finding(id="F-3", message_frames=(9, 9), identifier="imsi", field="SIM1LTEIMSI"),
        )
    )
    assert found.messages == 2
    assert found.identifiers == ("imei", "imsi")
    assert found.fields == ("IMEI1", "OSVER", "SIM1LTEIMSI")
    assert found.findings == ("F-1", "F-3")


def test_apps_and_users_are_kept_apart() -> None:
    one, other = App(package="com.example.a", uid=10123), App(uid=1001)
    found = sendings(case(finding(app=one), finding(app=other)))
    assert [(each.app, each.uid) for each in found] == [("", 1001), ("com.example.a", 10123)]


def test_what_was_received_or_stayed_at_home_is_no_sending() -> None:
    assert sendings(case(finding(direction="received"), finding(scope="local-network"))) == ()


def test_hosts_with_nothing_readable_are_told_as_that() -> None:
    found = sendings(case(finding(), opaque=(opaque("a.example", 7), opaque("a.example", 8))))
    assert [(each.host, each.readable, each.bytes) for each in found] == [
        ("registration.carrier.example", True, 0),
        ("a.example", False, 15),
    ]
