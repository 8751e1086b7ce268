"""Rules arranged for look-up."""

from __future__ import annotations

from typing import Any

import pytest

from vitne import catalog
from vitne.catalog import Filler, IdentifierFile, Rule
from vitne.identify.rulebook import MOST_REMEMBERED, NEAR, Rulebook, bare, globs, hits, rulebook


def book(*rules: Rule, fillers: tuple[Filler, ...] = ()) -> Rulebook:
    file = IdentifierFile(
        id="imei", licence="CC0-1.0", because="b", rule=rules, example=(), counter_example=()
    )
    return Rulebook((file,), fillers)


def rule(**changes: Any) -> Rule:
    return Rule(**{"prior": 0.5, "reason": "r", **changes})


def test_keys_are_found_exactly_and_by_glob() -> None:
    made = book(rule(keys=("imei",)), rule(keys=("*imei",)), rule(keys=("mac",)))
    assert [len(made.by_key(key)) for key in ("imei", "myimei", "mac", "other")] == [2, 1, 1, 0]


def test_the_memory_of_field_names_is_bounded() -> None:
    made = book(rule(keys=("imei",)))
    for number in range(MOST_REMEMBERED + 10):
        made.by_key(f"k{number}")
        made.by_part(f"header:k{number}")
    assert len(made.by_key("imei")) == 1


def test_parts_are_found_by_glob() -> None:
    made = book(rule(parts=("header:x-*",), pattern="a"))
    assert [len(made.by_part(part)) for part in ("header:x-id", "header:id")] == [1, 0]


def test_only_the_neighbourhood_of_what_a_rule_needs_is_searched() -> None:
    made = book(rule(needs="@", pattern="[a-z]{1,9}@"))
    data = b"." * 2000 + b"a@" + b"." * 2000 + b"b@"
    windows = [window for _, window in made.in_text(data, [(0, len(data))])]
    assert windows == [(2001 - NEAR, 2002 + NEAR), (4003 - NEAR, 4004)]
    assert list(made.in_text(b"nothing", [(0, 7)])) == []


@pytest.mark.parametrize(
    ("changes", "data", "expected"),
    [
        ({"pattern": "[0-9]{3}"}, b"x123y45678", ["123", "456"]),
        ({"pattern": "[0-9]{3}", "edges": "digits"}, b"123 4567", ["123"]),
        ({"pattern": "[0-9]{3}", "edges": "alnum"}, b"a123 456", ["456"]),
        ({"pattern": "[0-9]{3}", "edges": "hex"}, b"f123 x456", ["456"]),
        ({"pattern": "[0-9]{3}", "edges": "number"}, b"0.123 1234 a.567 89.012x", ["567"]),
        ({"pattern": "[0-9]{2}-[0-9]{2}", "edges": "octets"}, b"11-22-33 44-55", ["44-55"]),
        ({"pattern": "[0-9]{3}", "whole": True}, b"1234", []),
        ({"pattern": "[0-9]{3}", "distinct": 2}, b"111 112", ["112"]),
        ({"pattern": "[0-9]{3}", "reject": ("12.",)}, b"123 456", ["456"]),
        ({"pattern": "k([A-F]{2})", "group": 1, "canonical": "lower"}, b"kAB", ["ab"]),
        ({"pattern": "[a-f-]{5}", "canonical": "hex"}, b"ab-cd", ["abcd"]),
        ({"pattern": "[a-f]{2}", "canonical": "upper"}, b"ab", ["AB"]),
        ({"pattern": "[0-9-]{15}", "check": "imei"}, b"490154203237518", ["490154203237518"]),
        ({"pattern": "[0-9-]{15}", "check": "imei"}, b"490154203237519", []),
        ({"pattern": "[0-9]{19}", "check": "iccid", "strict": True}, b"8999900000000000007", []),
    ],
)
def test_each_condition_of_a_rule_holds(changes: dict[str, Any], data: bytes, expected: list[str]) -> None:
    (bound,) = book(rule(keys=("k",), **{"whole": False, **changes})).by_key("k")
    assert [hit.value for hit in hits(bound, data, (0, len(data)))] == expected


def test_a_lowered_value_keeps_its_digits_and_loses_rank() -> None:
    (bound,) = book(rule(keys=("k",), check="imei", failing="lower")).by_key("k")
    (hit,) = hits(bound, b"49-015420-323751-9", (0, 18))
    assert hit.value == "490154203237519"
    assert hit.prior < 0.5


def test_a_filler_is_told_whatever_its_separators_and_case() -> None:
    filler = Filler(identifiers=("imei",), values=("AB-12",), meaning="m", because="b")
    every = Filler(identifiers=(), pattern="0{1,20}", meaning="zeros", because="b")
    made = book(rule(keys=("k",)), fillers=(filler, every))
    assert made.filler("imei", "ab:12") == "m"
    assert made.filler("imsi", "ab:12") == ""
    assert made.filler("imsi", "00-00") == "zeros"


def test_the_projects_own_rules_are_there() -> None:
    made = rulebook()
    assert made is rulebook()
    assert {bound.identifier for bound in made.by_key("imei")} >= {"imei", "imeisv"}
    assert made.quiet_part("header:if-none-match")
    assert made.quiet_key("csrftoken")
    assert made.quiet_type("image/png")
    assert not made.quiet_type("application/json")
    assert len(catalog.identifiers()) > 30


def test_no_globs_match_nothing() -> None:
    assert globs(()).match("") is None
    assert bare("A-b_1") == "ab1"


def test_rules_of_a_field_are_those_of_its_name_and_its_part() -> None:
    book = rulebook()
    assert book.of_field("device.IMEI", "body") == book.by_key("imei") != ()
    assert book.of_field("User-Agent", "header:User-Agent") == (
        *book.by_key("useragent"), *book.by_part("header:user-agent"),
    )  # fmt: skip
    assert book.of_field("imei", "header:Accept") == (), "the part has another purpose"
    assert book.of_field("etag", "header:Cookie") == book.by_key("etag"), "the name has another purpose"


def test_digits_are_looked_at_alone_by_the_rules_that_can_take_them_without_more() -> None:
    with_at = Rule(pattern="([0-9]{14})@ims", needs="[0-9]{14}", group=1, edges="none", reason="r", prior=0.5)
    alone = Rule(pattern="35[0-9]{13}", needs="[0-9]{14}", edges="alnum", reason="r", prior=0.5)
    assert not book(with_at).may_match_number(b"12345678901234")
    assert book(with_at, alone).may_match_number(b"1.5\n351234567890123\n7")
    assert not book(alone).may_match_number(b"3512345678901234")
    assert not book().may_match_number(b"351234567890123")


def test_what_is_remembered_of_texts_is_bounded() -> None:
    own = book(Rule(pattern="35[0-9]{13}", needs="[0-9]{14}", edges="alnum", reason="r", prior=0.5))
    for number in range(MOST_REMEMBERED + 2):
        assert own.may_stand_in(b"%014d" % number)
        assert not own.may_stand_in(b"%d" % number)
    assert len(own._standing) <= MOST_REMEMBERED
