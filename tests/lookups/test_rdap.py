from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lookups.servers import DIALECTS, DOMAIN
from vitne.lookups.rdap import rdap_facts, servers_for
from vitne.model import Malformed

BOOTSTRAP = {
    "dns": {
        "services": [
            [["example", "test"], ["http://a.example/", "https://b.example/"]],
            [["x.example"], ["https://c.example/"]],
        ]
    },
    "ipv4": {
        "services": [[["192.0.0.0/8"], ["https://d.example/"]], [["192.0.2.0/24"], ["https://e.example/"]]]
    },
    "ipv6": {"services": [[["2001:db8::/32", "nonsense"], ["https://f.example/"]]]},
}


def test_a_domain_gives_registrant_registrar_contacts_and_name_servers() -> None:
    facts = [(fact.kind, fact.value) for fact in rdap_facts(json.dumps(DOMAIN).encode(), "x.example")]
    assert facts == [
        ("registrar", "Example Registrar"),
        ("domain-registrant", "Example Holder AS"),
        ("registry-contact", "Abuse Desk"),
        ("dns-operator", "ns1.host.example, ns2.host.example"),
    ]


@pytest.mark.parametrize("registry", sorted(DIALECTS))
def test_the_holder_is_found_in_the_dialect_of_each_registry(registry: str) -> None:
    answer, holder = DIALECTS[registry]
    facts = list(rdap_facts(json.dumps(answer).encode(), "192.0.2.1"))
    assert [fact.value for fact in facts if fact.kind == "block-holder"] == [holder]
    countries = [fact.value for fact in facts if fact.kind == "country-by-registry"]
    assert countries == ([str(answer["country"]).upper()] if "country" in answer else [])


def test_the_contact_of_a_registry_is_not_taken_for_the_holder() -> None:
    facts = list(rdap_facts(json.dumps(DIALECTS["apnic"][0]).encode(), "192.0.2.1"))
    assert ("registry-contact", "China Internet Network Information Center") in [
        (f.kind, f.value) for f in facts
    ]


@pytest.mark.parametrize(
    ("subject", "servers"),
    [
        ("a.b.example", ["https://b.example/", "http://a.example/"]),
        ("a.x.example", ["https://c.example/"]),
        ("192.0.2.9", ["https://e.example/"]),
        ("192.9.0.1", ["https://d.example/"]),
        ("2001:db8::1", ["https://f.example/"]),
        ("8.8.8.8", []),
        ("a.cn", []),
    ],
)
def test_the_most_particular_service_is_asked_encrypted_first(subject: str, servers: list[str]) -> None:
    assert servers_for(BOOTSTRAP, subject) == servers


def test_a_list_of_servers_of_another_shape_gives_none() -> None:
    for content in ({}, {"dns": []}, {"dns": {"services": [[1], ["a"], [["example"], ["ftp://x"]]]}}):
        assert servers_for(content, "a.example") == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"objectClassName": "entity"}', b"\xff", b'{"a":' * 5000]
)
def test_what_is_no_answer_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        list(rdap_facts(raw, "x.example"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "entities",
                    "roles",
                    "vcardArray",
                    "remarks",
                    "title",
                    "description",
                    "nameservers",
                    "ldhName",
                    "jscard",
                    "name",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["entities", "remarks", "nameservers", "name", "country"]), _JSON, max_size=5
    ),
    st.sampled_from(["domain", "ip network"]),
)
def test_answers_of_any_shape_raise_nothing_but_malformed(content: dict[str, object], kind: str) -> None:
    raw = json.dumps({**content, "objectClassName": kind}).encode()
    try:
        list(rdap_facts(raw, "x.example"))
    except Malformed:
        return
