"""What texts say together: fields, known senders, markets; and what is too little."""

from __future__ import annotations

from vitne.firmware.gathering import Harvest, knowledge
from vitne.firmware.shape import Spot

_FIELDS = ("REGVER", "MEID", "MODEL", "SWVER", "SIM1ICCID", "IMEI1", "MACID", "SIM1LTEIMSI")


def _harvest(*texts: str) -> Harvest:
    harvest = Harvest()
    for number, text in enumerate(texts):
        harvest.take(text.encode(), "a.dex", 100 + number, f"string {number}")
    return harvest


def test_names_alone_tell_a_sender_without_hosts_of_its_own() -> None:
    [sender] = _harvest(*_FIELDS).senders(None)
    assert (sender.id, sender.grade, sender.found) == ("self-registration", "field names only", 8)
    assert {each.text for each in sender.evidence} == set(_FIELDS)
    assert sender.evidence[0].spot.path == "a.dex"


def test_without_the_name_that_it_needs_or_with_too_few_nothing_is_told() -> None:
    assert _harvest(*_FIELDS[1:]).senders(None) == ()
    assert _harvest("REGVER", "MODEL", "MEID").senders(None) == ()


def test_names_in_one_text_of_a_format_count_with_their_places() -> None:
    harvest = Harvest()
    text = b'{"REGVER":"%s","MEID":"%s","SIM1ICCID":"%s","SIM1LTEIMSI":"%s","SWVER":"%s"}'
    harvest.take(text, "lib.so", 1000)
    [sender] = harvest.senders(None)
    [imsi] = [each for each in sender.evidence if each.text == "SIM1LTEIMSI"]
    assert imsi.spot.offset == 1000 + text.index(b"SIM1LTEIMSI")


def test_a_sender_with_hosts_needs_one_of_them_and_two_names() -> None:
    names = ("branch_key", "device_fingerprint_id", "identity_id", "hardware_id")
    assert _harvest(*names).senders(None) == ()
    [sender] = _harvest(*names, "https://api2.branch.io/v1/open").senders(None)
    assert (sender.id, sender.grade) == ("branch", "certain marks")
    assert _harvest("https://api2.branch.io/").senders(None) == ()


def test_a_package_of_a_client_tells_its_sender_and_its_market() -> None:
    spot = Spot(path="a.apk!/AndroidManifest.xml", offset=8)
    harvest = _harvest("nothing")
    senders = harvest.senders(("com.mediatek.selfregister", spot))
    assert {each.id for each in senders} == {"self-registration", "self-registration-sms"}
    assert senders[0].evidence[0].spot == spot
    assert {mark.market for mark in harvest.markets(senders)} == {"CN"}


def test_marks_of_a_market_are_texts_and_hosts() -> None:
    marks = list(_harvest("898603", "http://dm.wo.com.cn:6001/register", "1898603").markets(()))
    assert sorted((mark.market, mark.evidence.text) for mark in marks) == [
        ("CN", "898603"),
        ("CN", "dm.wo.com.cn"),
    ]


def test_fields_say_what_they_may_hold() -> None:
    fields = {
        each.name: each.identifiers for each in _harvest("IMEI1", "androidId", "wifi_mac_address").fields()
    }
    assert fields["IMEI1"][0] == "imei"
    assert fields["androidId"][0] == "android-id"


def test_hosts_that_are_mere_names_are_counted_apart() -> None:
    harvest = _harvest(
        "http://schemas.android.com/apk/res/android", "http://a.example/1", "http://a.example/2"
    )
    assert [(each.host, each.count) for each in harvest.endpoints()] == [("a.example", 2)]
    assert harvest.names_only() == 1


def test_what_a_part_says_is_taken_in() -> None:
    one, other = (
        _harvest("REGVER", "http://a.example/"),
        _harvest(*_FIELDS, "http://b.example/", "http://a.example/"),
    )
    one.take_in(other)
    assert [(each.host, each.count) for each in one.endpoints()] == [("a.example", 2), ("b.example", 1)]
    assert one.senders(None)[0].found == 8


def test_a_flood_of_hosts_and_of_pairs_is_bounded() -> None:
    harvest = Harvest()
    for number in range(20_100):
        harvest.take(b"http://h%d.example" % number, "a", number)
    harvest.take(b"IMEI1=1&" * 100_000, "a", 0)
    assert len(harvest.endpoints()) == 20_000
    assert harvest.fields()[0].count == 256


def test_what_texts_are_compared_with_comes_from_the_data_files() -> None:
    known = knowledge()
    assert "REGVER" in known.names
    assert known.fields["imei"][0] == "imei"
    assert "application/encrypted-json" in known.texts
