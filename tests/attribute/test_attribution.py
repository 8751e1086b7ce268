from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from vitne.attribute.attribution import Asked, Attributor, disagreements, domains
from vitne.knowledge import Knowledge, shipped
from vitne.knowledge.adding import Told, add
from vitne.model.attribution import Attribution, Fact

if TYPE_CHECKING:
    from pathlib import Path

KNOWLEDGE = Knowledge([shipped()])


def _one(ip: str, host: str, **asked: object) -> Attribution:
    [found] = Attributor(KNOWLEDGE, Asked(**asked)).attribute([(ip, host)])  # type: ignore[arg-type]
    return found


def _facts(one: Attribution, kind: str) -> list[Fact]:
    return [fact for fact in one.facts if fact.kind == kind]


def test_the_demonstrations_host_gives_holder_and_trap_each_with_its_source() -> None:
    one = _one("203.0.113.80", "registration.carrier.example")
    assert [fact.value for fact in _facts(one, "stands-for")] == ["zzhc.vnet.cn"]
    said = {fact.value: fact.said_by for fact in _facts(one, "stated-owner")}
    assert "CNNIC" in said["China Telecom"]
    [contact] = _facts(one, "registry-contact")
    assert "CNNIC" in contact.value
    assert contact.trap
    [shown] = _facts(one, "registrant-class")
    assert shown.value == "a registry in the registrant's place: the registrant itself is not shown"
    assert shown.trap == contact.trap
    assert {each.about for each in one.disagreements} == {"owner", "holder"}
    assert one.recipients == ("china-telecom",)
    assert all(fact.source and fact.date for fact in one.facts if fact.kind != "registrable-domain")
    assert any("documentation" in limit for limit in one.limits)
    assert "domain-registrant" in one.unknown


def test_a_name_that_only_looks_like_the_recipient_gets_none_of_its_facts() -> None:
    one = _one("1.1.1.1", "vnet.cn.example.org")
    assert one.recipients == ()
    assert not _facts(one, "stated-owner")
    assert any("only looks like vnet.cn" in limit for limit in one.limits)


def test_sources_that_name_different_countries_are_a_result() -> None:
    facts = [
        Fact(kind="country-by-registry", value="CN", source="a"),
        Fact(kind="country-by-table", value="SG", source="b"),
        Fact(kind="country-by-table", value="SG", source="c"),
    ]
    [found] = disagreements(facts)
    assert found.about == "country"
    assert [source for _, source in found.values] == ["a", "b", "c"]
    assert disagreements(facts[1:]) == []


def test_a_handshake_faster_than_light_refutes_a_country() -> None:
    place = ("1.1.1.1", "x.example")
    one = _one(*place, vantage=(59.91, 10.75), handshakes_ms={place: 4.0})
    assert [fact.knowing for fact in _facts(one, "country-by-physics")] == ["measured"]
    assert any("faster than light" in each.note for each in one.disagreements)  # tables say Australia
    slow = _one(*place, vantage=(59.91, 10.75), handshakes_ms={place: 300.0})
    assert not any("faster than light" in each.note for each in slow.disagreements)


@pytest.mark.parametrize(
    "asked", [{}, {"vantage": (59.9, 10.7)}, {"vantage": (59.9, 10.7), "answered_near": True}]
)
def test_without_a_vantage_or_behind_a_box_that_answers_physics_says_nothing(
    asked: dict[str, object],
) -> None:
    place = ("1.1.1.1", "x.example")
    handshakes = {place: 4.0} if "answered_near" in asked else {}
    assert not _facts(_one(*place, handshakes_ms=handshakes, **asked), "country-by-physics")


def test_an_address_behind_a_translator_is_looked_up_as_what_it_stands_for() -> None:
    one = _one("64:ff9b::808:808", "")
    assert one.looked_up == "8.8.8.8"
    assert any("Google" in fact.value for fact in _facts(one, "network"))
    assert any("NAT64" in limit for limit in one.limits)


@pytest.mark.parametrize("ip", ["192.168.1.1", "10.9.9.9", "192.0.0.4", "fd00::1", ""])
def test_private_addresses_are_not_looked_up(ip: str) -> None:
    one = _one(ip, "")
    assert not _facts(one, "network")
    assert one.limits


def test_answers_of_live_look_ups_stand_beside_the_rest_and_fall_into_traps_too() -> None:
    fact = Fact(kind="domain-registrant", value="CNNIC", source="whois whois.example", knowing="registry")
    one = _one("192.0.2.1", "a.x.example", answers={"x.example": [fact]})
    [registrant] = _facts(one, "domain-registrant")
    assert registrant.trap


def test_domains_are_asked_for_once() -> None:
    assert domains([("1.1.1.1", "a.x.example"), ("1.1.1.2", "b.x.example"), ("1.1.1.3", "")]) == ["x.example"]


def test_many_destinations_take_little_time() -> None:
    attributor = Attributor(KNOWLEDGE, Asked())
    places = [(f"{1 + n % 220}.{n % 250}.{n % 13}.7", f"h{n}.site{n % 700}.example") for n in range(10_000)]
    begun = time.process_time()
    assert len(attributor.attribute(places)) == 10_000
    assert time.process_time() - begun < 5


def test_a_list_that_a_user_added_is_named_with_its_licence(tmp_path: Path) -> None:
    place = tmp_path / "list.json"
    place.write_text(json.dumps({"Acme": {"properties": ["acme.example", "umeng.com"]}}), encoding="utf-8")
    told = Told(series="radar", date="2026-01-02", licence="CC-BY-NC-SA-4.0")
    add(place, tmp_path / "tables", told, [])
    attributor = Attributor(Knowledge([tmp_path / "tables"]), Asked())
    assert attributor.used == ["radar@2026-01-02"]
    assert attributor.credited == ["radar@2026-01-02 (user's own, CC-BY-NC-SA-4.0)"]
    acme, umeng, none = attributor.attribute(
        [("", "t.acme.example"), ("", "alog.umeng.com"), ("", "acme.example.org")]
    )
    [fact] = [fact for fact in acme.facts if fact.kind == "listed-under"]
    assert (fact.value, fact.source, fact.date) == ("Acme", "radar@2026-01-02", "2026-01-02")
    assert fact.place == "acme.example; added by the user, licence CC-BY-NC-SA-4.0"
    assert acme.recipients == ()
    assert [each.about for each in umeng.disagreements] == ["owner"]
    assert not [fact for fact in none.facts if fact.kind == "listed-under"]


def test_a_name_with_and_without_its_legal_form_is_no_disagreement() -> None:
    def told(*names: str) -> list[str]:
        facts = [Fact(kind="listed-under", value=name, source=f"s{at}") for at, name in enumerate(names)]
        return [each.about for each in disagreements(facts)]

    assert told("Google", "Google LLC", "GOOGLE, Inc.") == []
    assert told("Meta (Facebook)", "Facebook") == []
    assert told("China Telecom", "China Mobile") == ["owner"]
    assert told("Umeng", "Alibaba") == ["owner"]
    assert told("Ltd", "Example") == ["owner"]
