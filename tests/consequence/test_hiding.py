from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from vitne.consequence.hiding import hashed, luhn, reverse, spaces


def test_check_digits_are_those_of_known_test_numbers() -> None:
    # the numbers that 3GPP and GSMA texts use for tests
    assert luhn("49015420323751") == "8"
    assert luhn("00440299000001") == "4"


@pytest.mark.parametrize(
    ("identifier", "value", "size"),
    [
        ("imei", "004402990000014", 10**6),
        ("mac-address", "00:00:5e:00:53:01", 1 << 24),
        ("msisdn", "+4799999999", 10**8),
        ("imsi", "001010000000001", 10**10),
    ],
)
def test_search_spaces_are_counted_from_what_everybody_knows(identifier: str, value: str, size: int) -> None:
    [space] = spaces(identifier, value)
    assert space.size == size
    assert "known" in space.assumes


def test_a_value_too_random_to_try_has_no_space() -> None:
    assert spaces("android-id", "9774d56d682e549c") == []
    assert reverse("android-id", "9774d56d682e549c", "md5", clock=time.perf_counter) is None
    assert reverse("imei", "004402990000014", "crc32", clock=time.perf_counter) is None


def test_a_hashed_number_is_found_again() -> None:
    trial = reverse("imei", "004402990000014", "sha256", clock=time.perf_counter)
    assert trial is not None
    assert trial.found
    assert trial.tried == 2  # the serial number 000001 is the second that is tried
    assert trial.whole_s > 0


def test_separators_and_case_are_kept_in_the_trial() -> None:
    trial = reverse("mac-address", "00:00:5E:00:53:01", "md5", clock=time.perf_counter)
    assert trial is not None
    assert trial.found
    assert trial.tried == 0x5301 + 1


def test_a_trial_that_takes_too_long_says_that_it_was_not_run_to_its_end() -> None:
    ticks = iter(range(10_000))
    trial = reverse("imsi", "001019999999999", "md5", clock=lambda: float(next(ticks)), budget=0.5)
    assert trial is not None
    assert not trial.found
    assert trial.tried < 10**6
    assert trial.whole_s > trial.seconds


def test_findings_whose_value_stood_as_a_digest_are_found_once_each() -> None:
    def finding(value: str, *codecs: str) -> SimpleNamespace:
        return SimpleNamespace(identifier="imei", value=value, layers=[{"codec": codec} for codec in codecs])

    found = hashed(
        [finding("a", "json", "md5"), finding("a", "md5"), finding("a", "sha1"), finding("b", "json")]
    )  # type: ignore[list-item]
    assert [(one.value, digest) for one, digest in found] == [("a", "md5"), ("a", "sha1")]
