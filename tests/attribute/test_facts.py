from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.attribute.facts import NameFacts, RangeFacts, marked, registrant_class
from vitne.attribute.table import shipped_table
from vitne.knowledge import Knowledge, shipped
from vitne.model.attribution import Fact

if TYPE_CHECKING:
    from vitne.model.attribution import FactKind


@pytest.mark.parametrize(
    ("kind", "value", "trapped"),
    [
        ("registry-contact", "China Internet Network Information Center (CNNIC)", True),
        ("domain-registrant", "CNNIC", True),
        ("block-holder", "CNNIC, Beijing", True),
        ("domain-registrant", "REDACTED FOR PRIVACY", True),
        ("domain-registrant", "Domains By Proxy, LLC", True),
        ("block-holder", "RIPE NCC", True),
        ("block-holder", "STUB-43-225-112SLASH22", True),
        ("stated-owner", "CNNIC", False),
        ("domain-registrant", "Cnnicolas AS", False),
        ("block-holder", "Marine Shipping", False),
        ("domain-registrant", "Arinbjørn AS", False),
    ],
)
def test_a_name_that_registers_show_for_others_is_a_trap_in_its_place(
    kind: str, value: str, trapped: bool
) -> None:
    fact = marked(Fact(kind=kind, value=value, source="x"))  # type: ignore[arg-type]
    assert bool(fact.trap) is trapped
    assert fact.value == value


def test_a_front_is_a_limit_and_not_an_owner() -> None:
    facts = RangeFacts(Knowledge([shipped()]), "", shipped_table())
    rows = [column[0] for column in facts.rows(["1.1.1.1"])]
    found, limits = facts.of(rows, "1.1.1.1")
    kinds = [fact.kind for fact in found]
    assert kinds.count("country-by-table") == 2
    assert {"country-by-registry", "network", "hosting-provider"} <= set(kinds)
    assert "stated-owner" not in kinds
    assert any("content delivery" in limit for limit in limits)
    assert facts.of([-1] * len(rows), "192.0.2.1") == ((), ())


def test_a_table_of_another_time_says_so() -> None:
    facts = RangeFacts(Knowledge([shipped()]), "2019-02-03", shipped_table())
    rows = [column[0] for column in facts.rows(["1.1.1.1"])]
    assert any("later than 2019-02-03" in limit for limit in facts.of(rows, "1.1.1.1")[1])


def test_facts_of_a_name_keep_who_said_so_and_where() -> None:
    of = NameFacts(shipped_table()).of("zzhc.vnet.cn")
    assert of.domain == "vnet.cn"
    owners = {fact.value: fact for fact in of.facts if fact.kind == "stated-owner"}
    assert set(owners) == {"China Telecom", "HMD Global"}
    assert all(fact.said_by and fact.date and fact.place for fact in owners.values())
    [contact] = [fact for fact in of.facts if fact.kind == "registry-contact"]
    assert contact.trap
    assert of.recipients == ("china-telecom",)


def test_cloud_names_are_limits() -> None:
    of = NameFacts(shipped_table()).of("d111.cloudfront.net")
    assert any("content delivery" in limit for limit in of.limits)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ([("domain-registrant", "Example AS")], "a name of its own"),
        ([("domain-registrant", "Domains By Proxy, LLC")], "a proxy or privacy service"),
        ([("domain-registrant", "REDACTED FOR PRIVACY")], "withheld"),
        ([("domain-registrant", "CNNIC")], "a registry"),
        ([("registry-contact", "CNNIC")], "a registry"),
        ([("domain-registrant", "Example AS"), ("registry-contact", "CNNIC")], "a name of its own"),
        ([("registry-contact", "Example AS")], ""),
        ([("block-holder", "CNNIC")], ""),
        ([], ""),
    ],
)
def test_the_class_of_a_registrant_follows_from_what_the_register_shows(
    facts: list[tuple[FactKind, str]], says: str
) -> None:
    told = [marked(Fact(kind=kind, value=value, source="whois")) for kind, value in facts]
    found = [fact.value for fact in registrant_class(told)]
    assert len(found) == bool(says)
    assert all(value.startswith(says) for value in found)
