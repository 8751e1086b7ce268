from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.attribute.names import looks_like, nowhere_on_the_internet, shown_name, suffixes, translated


def test_a_plain_name_is_shown_as_it_is() -> None:
    assert shown_name("www.avisa.example").text == "www.avisa.example"
    assert shown_name("_dns.resolver.example.").text == "_dns.resolver.example"
    assert shown_name("www.avisa.example").oddities == ()


def test_controls_are_shown_as_escapes() -> None:
    shown = shown_name("a\x1b[31mb\u202e.example\n")
    assert "\x1b" not in shown.text
    assert "\u202e" not in shown.text
    assert "\\u{1b}" in shown.text
    assert any("no host name has" in odd for odd in shown.oddities)


def test_other_scripts_are_shown_as_punycode_and_mixed_ones_are_named() -> None:
    assert shown_name("blåbær.example").text == "blåbær".encode("idna").decode() + ".example"
    mixed = shown_name("p\u0430ypal.example")  # a Cyrillic letter among Latin ones
    assert mixed.text.startswith("xn--")
    assert any("CYRILLIC, LATIN" in odd for odd in mixed.oddities)
    same = shown_name("p\u0430ypal".encode("idna").decode() + ".example")
    assert any("CYRILLIC, LATIN" in odd for odd in same.oddities)


def test_too_many_labels_and_too_long_ones_are_told_and_cut() -> None:
    many = shown_name(".".join(["a"] * 255))
    assert any("255 labels" in odd for odd in many.oddities)
    assert len(many.text) < 100
    long = shown_name("b" * 5000 + ".example")
    assert len(long.text) < 400
    assert any("more than 63" in odd for odd in long.oddities)


def test_a_label_that_claims_to_be_punycode_and_is_none_is_told() -> None:
    assert any(
        "punycode" in odd
        for odd in shown_name("xn--\xff.example").oddities or shown_name("xn--9.example").oddities
    )


@given(st.text(max_size=300))
def test_whatever_stands_in_a_name_it_is_shown_in_printable_ascii(host: str) -> None:
    text = shown_name(host).text
    assert text.isascii()
    assert text.isprintable()
    suffixes(host)
    looks_like(host, {"vnet.cn"})


def test_only_the_end_of_a_name_counts() -> None:
    assert looks_like("vnet.cn.example.org", {"vnet.cn"}) == ("vnet.cn",)
    assert looks_like("a.zzhc.vnet.cn.example.org", {"vnet.cn", "zzhc.vnet.cn"}) == (
        "vnet.cn",
        "zzhc.vnet.cn",
    )
    assert looks_like("zzhc.vnet.cn", {"vnet.cn"}) == ()
    assert looks_like("notvnet.cn.example.org", {"vnet.cn"}) == ()


def test_names_above_a_name_are_given_longest_first() -> None:
    assert suffixes("a.b.example.") == ("a.b.example", "b.example", "example")
    assert suffixes("192.0.2.1") == suffixes("2001:db8::1") == suffixes("") == suffixes("x." * 200) == ()


@pytest.mark.parametrize(
    ("ip", "behind"),
    [
        ("64:ff9b::c633:6414", "198.51.100.20"),  # RFC 6052 section 2.4 has the form
        ("64:ff9b::808:808", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2002:808:808::1", "8.8.8.8"),
        ("64:ff9b::a00:1", ""),
        ("64:ff9b:1::1", ""),
        ("192.0.0.4", ""),
    ],
)
def test_what_stands_behind_a_translator_is_told(ip: str, behind: str) -> None:
    found = translated(ip)
    assert found is not None
    expected = "" if behind.startswith("198.51.100") else behind  # documentation ranges count as private
    assert found.address == expected


def test_a_prefix_that_the_capture_told_of_counts_too() -> None:
    assert translated("2001:db8:64::808:808") is None
    found = translated("2001:db8:64::808:808", ["2001:db8:64::/96", "nonsense"])
    assert found is not None
    assert found.address == "8.8.8.8"


def test_an_address_that_is_itself_is_left_alone() -> None:
    assert translated("8.8.8.8") is None
    assert translated("2606:4700::1111") is None
    assert translated("no address") is None


@pytest.mark.parametrize(
    "ip",
    [
        "192.168.1.1",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "fe80::1",
        "fd00::1",
        "224.0.0.251",
        "0.0.0.0",
        "192.0.2.1",
        "203.0.113.5",
        "2001:db8::1",
        "",
        "x",
    ],
)
def test_addresses_without_a_place_on_the_internet_say_why(ip: str) -> None:
    assert nowhere_on_the_internet(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "198.41.0.4", "203.119.1.1"])
def test_addresses_of_the_internet_pass(ip: str) -> None:
    assert nowhere_on_the_internet(ip) == ""


def test_hostile_names_cost_no_time() -> None:
    begun = time.process_time()
    for number in range(20):
        host = f"{number}." * 20_000
        shown_name(host)
        suffixes(host)
        looks_like(host, {"vnet.cn"})
    assert time.process_time() - begun < 5
