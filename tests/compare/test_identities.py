"""Runs with different identities from hand-made fields: proof, pattern, length, noise, what the far end said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.learn.test_roles import value

from vitne.compare.identities import Identities, Moved, RunSeen, compare_identities

if TYPE_CHECKING:
    from vitne.model.fields import FieldValue

PROFILES = [{"imei": a, "imsi": b} for a, b in ("AA", "BA", "AB") * 2]


def _sent(content: bytes, *, minute: int = 1, **changes: Any) -> FieldValue:
    return msgspec.structs.replace(value("a", minute, content), **({"path": "body > json: f"} | changes))


def _runs(*fields: list[list[bytes]], verified: Any = None, answers: Any = None) -> list[RunSeen]:
    runs = []
    for number, profile in enumerate(PROFILES):
        values = [
            _sent(content, path=f"body > json: f{place}", name=f"f{place}", minute=minute + 1)
            for place, field in enumerate(fields)
            for minute, content in enumerate(field[number])
        ]
        values += [_sent(content, sent=False, minute=0) for content in (answers or {}).get(number, [])]
        found = {} if verified is None else verified(number, values)
        runs.append(
            RunSeen(name=f"{number}", sha256="5d" * 32, profile=profile, values=values, verified=found)
        )
    return runs


def _by_imei(first: bytes, second: bytes) -> list[list[bytes]]:
    return [[second if profile["imei"] == "B" else first] for profile in PROFILES]


def _only(compared: Identities) -> Moved:
    [one] = compared.moved
    return one


def test_a_pattern_names_the_identifier_with_its_chance() -> None:
    compared = compare_identities(_runs(_by_imei(b"0044aa01", b"0044aa77"), [[b"same"]] * 6))
    one = _only(compared)
    assert (one.how, one.movers) == ("pattern", (("imei",),))
    assert one.p == pytest.approx(1 / 15)
    assert one.corrected == pytest.approx(2 / 15)
    assert "first 6 bytes equal" in one.note
    assert (compared.looked_at, compared.constant) == (2, 1)
    assert compared.words == (1, 2, 3, 1, 2, 3)


def test_a_transform_that_two_values_verify_is_proof() -> None:
    def verified(number: int, values: list[FieldValue]) -> Any:
        return {(each.flow, each.frame, each.name): frozenset({("imei", ("http", "md5"))}) for each in values}

    one = _only(compare_identities(_runs(_by_imei(b"x" * 16, b"y" * 16), verified=verified)))
    assert (one.how, one.movers, one.transform) == ("verified", (("imei",),), ("http", "md5"))


def test_a_transform_seen_with_one_value_alone_is_no_proof() -> None:
    def verified(number: int, values: list[FieldValue]) -> Any:
        if number not in {1, 4}:
            return {}
        return {(each.flow, each.frame, each.name): frozenset({("imei", ("http",))}) for each in values}

    assert _only(compare_identities(_runs(_by_imei(b"x", b"y"), verified=verified))).how == "pattern"


def test_what_the_far_end_said_before_is_not_attributed() -> None:
    answers = {number: [b"token-1" if number not in {1, 4} else b"token-2"] for number in range(6)}
    compared = compare_identities(_runs(_by_imei(b"token-1", b"token-2"), answers=answers))
    assert _only(compared).how == "server-assigned"


def test_what_varies_within_a_run_is_noise_unless_its_length_goes_with_an_identity() -> None:
    noise = [[bytes([number, n]) for n in range(3)] for number in range(6)]
    assert _only(compare_identities(_runs(noise))).how == "varies"
    sized = [
        [bytes([number, n]) * (9 if profile["imei"] == "B" else 8) for n in range(3)]
        for number, profile in enumerate(PROFILES)
    ]
    one = _only(compare_identities(_runs(sized)))
    assert (one.how, one.movers) == ("length", (("imei",),))


def test_a_field_of_every_install_is_unexplained() -> None:
    install = [[bytes([number]) * 8] for number in range(6)]
    assert _only(compare_identities(_runs(install))).how == "unexplained"


def test_no_value_is_in_the_document() -> None:
    written = msgspec.json.encode(compare_identities(_runs(_by_imei(b"0044aa01", b"0044aa77"))))
    assert b"0044aa" not in written


def test_runs_that_cannot_tell_say_so() -> None:
    runs = _runs(_by_imei(b"x", b"y"))[:2]
    both = [msgspec.structs.replace(run, profile={"imei": n, "imsi": n}) for n, run in enumerate(runs)]
    compared = compare_identities(both)
    assert compared.inseparable == (("imei", "imsi"),)
    assert _only(compared).movers == (("imei",), ("imsi",))
