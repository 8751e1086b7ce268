"""Destinations: names by the time they were told, registrable domains by the list, scopes by the RFCs."""

from __future__ import annotations

import pytest

from vitne.attribute.destinations import Names, destination, domain_of, scope_of


@pytest.mark.parametrize(
    ("ip", "scope"),
    [
        ("10.1.2.3", "local-network"),  # RFC 1918
        ("172.16.0.1", "local-network"),
        ("172.32.0.1", "internet"),  # just behind 172.16/12
        ("192.168.255.255", "local-network"),
        ("169.254.7.7", "local-network"),  # RFC 3927
        ("fe80::1", "local-network"),  # RFC 4291 2.5.6
        ("fd00::1", "local-network"),  # RFC 4193
        ("100.64.0.1", "operator-core"),  # RFC 6598
        ("100.128.0.1", "internet"),
        ("224.0.0.251", "multicast"),
        ("ff02::fb", "multicast"),
        ("255.255.255.255", "multicast"),
        ("127.0.0.1", "this-device"),
        ("::1", "this-device"),
        ("198.51.100.1", "internet"),
        ("2001:db8::1", "internet"),
        ("not an address", "internet"),
    ],
)
def test_the_scope_of_an_address_follows_the_registries(ip: str, scope: str) -> None:
    assert scope_of(ip) == scope


def test_a_local_address_inside_a_gtp_tunnel_lies_in_the_core_of_the_operator() -> None:
    assert scope_of("10.0.0.1", "gtp-u") == "operator-core"
    assert scope_of("10.0.0.1", "gre") == "local-network"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.com", "example.com"),
        ("www.example.co.uk", "example.co.uk"),
        ("co.uk", ""),
        ("a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn"),  # a suffix that the list writes in its own script
        ("EXAMPLE.COM.", "example.com"),
        ("localhost", ""),
        ("192.0.2.1", ""),
        ("", ""),
        ("x." * 200 + "example.com", ""),
    ],
)
def test_the_registrable_domain_is_one_label_below_a_public_suffix(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_a_name_counts_from_the_answer_on_and_for_the_asker_alone() -> None:
    names = Names()
    names.learn("phone", "198.51.100.1", name="late.example.", time_ns=20)
    names.learn("phone", "198.51.100.1", name="Early.example", time_ns=10)
    assert names.name("phone", "198.51.100.1", time_ns=9) == ""
    assert names.name("phone", "198.51.100.1", time_ns=10) == "early.example"
    assert names.name("phone", "198.51.100.1", time_ns=25) == "late.example"
    assert names.name("tablet", "198.51.100.1", time_ns=25) == ""


def test_a_destination_without_a_name_says_so() -> None:
    assert destination("192.0.2.1", 80, host="", host_source="dns").host_source == "none"
    named = destination("192.0.2.1", 80, host="Www.Example.com.", host_source="sni")
    assert (named.host, named.domain, named.host_source) == ("www.example.com", "example.com", "sni")


def test_what_shares_the_devices_own_network_is_local() -> None:
    assert scope_of("198.51.100.1", "", "198.51.100.77") == "local-network"
    assert scope_of("198.51.101.1", "", "198.51.100.77") == "internet"
    assert scope_of("2001:db8:1::1", "", "2001:db8:1::77") == "local-network"
    assert scope_of("2001:db8:2::1", "", "2001:db8:1::77") == "internet"
