"""The list's own rules are asked of another reader of the same list, and of examples that its makers publish."""

from __future__ import annotations

import random
from importlib import resources

import publicsuffixlist
import pytest

from vitne.attribute.suffixes import Suffixes, suffixes

RULES = [
    line.split(" ")[0].strip().lower()
    for line in (resources.files("publicsuffixlist") / "public_suffix_list.dat").read_text().splitlines()
    if line and not line.startswith("//")
]


@pytest.mark.parametrize("encoded", [False, True])
def test_every_rule_says_what_another_reader_of_the_list_says(encoded: bool) -> None:
    other = publicsuffixlist.PublicSuffixList(accept_encoded_idn=encoded)
    own = suffixes(encoded=encoded)
    chosen = random.Random(1).sample(RULES, 3000) + [rule for rule in RULES if rule[0] in "!*"]
    for rule in chosen:
        name = rule.lstrip("!").replace("*", "star")
        forms = [name, name.encode("idna").decode()] if encoded else [name]
        for form in forms:
            for host in (form, f"a.{form}", f"b.a.{form}", f"x.b.a.{form}"):
                assert own.registrable(host) == (other.privatesuffix(host) or ""), host


@pytest.mark.parametrize(
    "host",
    ["", ".", "a..b", ".com", "com.", "com", "*.ck", "!www.ck", "// ===end icann domains===", "x." * 126],
)
def test_odd_names_say_what_another_reader_says(host: str) -> None:
    other = publicsuffixlist.PublicSuffixList(accept_encoded_idn=False)
    if not host.endswith("."):
        assert suffixes(encoded=False).registrable(host) == (other.privatesuffix(host) or "")
    else:
        assert suffixes(encoded=False).registrable(host) == ""


def test_exceptions_go_before_wildcards_and_wildcards_before_rules() -> None:
    own = Suffixes(["jp", "kobe.jp", "*.kobe.jp", "!city.kobe.jp"])
    assert own.registrable("a.b.c.kobe.jp") == "b.c.kobe.jp"
    assert own.registrable("c.kobe.jp") == ""
    assert own.registrable("www.city.kobe.jp") == "city.kobe.jp"
    assert own.registrable("a.example.jp") == "example.jp"
    assert own.registrable("a.unlisted") == "a.unlisted"
