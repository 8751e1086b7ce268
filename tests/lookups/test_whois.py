from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.lookups.whois import refers_to, says_nothing, whois_facts
from vitne.model import Malformed

CN = """Domain Name: x.cn
ROID: 20190203s10001s00000001-cn
Registrant: 例子公司
Registrant Contact Email: a@x.example
Sponsoring Registrar: Example Registrar
Name Server: ns1.host.example
Name Server: ns2.host.example
""".encode()
BLOCK = b"""% a remark: nothing
inetnum: 192.0.2.0 - 192.0.2.255
netname: EXAMPLE
descr: Example Org
descr: Street 1
country: CN
role: CNNIC hostmaster
"""
ROOT = b"% IANA WHOIS server\ndomain: CN\norganisation: X\nwhois: whois.cnnic.example\n"


def test_a_domain_of_a_zone_without_rdap_gives_its_registrant() -> None:
    facts = [(fact.kind, fact.value) for fact in whois_facts(CN, "x.cn")]
    assert facts == [
        ("domain-registrant", "例子公司"),
        ("registrar", "Example Registrar"),
        ("dns-operator", "ns1.host.example, ns2.host.example"),
    ]


def test_a_block_gives_the_first_line_of_its_description_and_its_contact() -> None:
    facts = [(fact.kind, fact.value) for fact in whois_facts(BLOCK, "192.0.2.1")]
    assert facts == [
        ("block-holder", "Example Org"),
        ("registry-contact", "CNNIC hostmaster"),
        ("country-by-registry", "CN"),
    ]


def test_the_root_refers_to_the_server_of_a_zone() -> None:
    assert refers_to(ROOT) == "whois.cnnic.example"
    assert refers_to(b"refer: whois://Whois.Example/x\n") == "whois.example"
    assert refers_to(CN) == ""


def test_no_record_is_told_from_a_record() -> None:
    assert says_nothing(b"No match for domain X\n")
    assert not says_nothing(CN)


@pytest.mark.parametrize("raw", [b"", b"no key here\n", b"\0\0\0"])
def test_what_is_no_answer_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        list(whois_facts(raw, "x.cn"))


@given(st.binary(max_size=400))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    try:
        list(whois_facts(noise, "x"))
        refers_to(noise)
    except Malformed:
        return
