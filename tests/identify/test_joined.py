from __future__ import annotations

import hashlib

import pytest

from vitne.identify.joined import joined
from vitne.identify.search import Searcher
from vitne.model import Node, Part, Seed

IMEI = Seed(identifier="imei", name="imei#1", value="004402990000014")
MAC = Seed(identifier="mac-address", name="wifi", value="00:00:5e:00:53:01")


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("00440299000001400:00:5e:00:53:01", "md5"),
        ("004402990000014|00005E005301", "sha1"),
        ("00005e005301_004402990000014", "sha256"),
    ],
)
def test_a_digest_of_two_values_names_both(text: str, digest: str):
    data = b'{"fp":"' + hashlib.new(digest, text.encode()).hexdigest().encode() + b'"}'
    node = Node(data, part=Part(path="body", start=0, end=len(data)))
    found = list(Searcher([IMEI, MAC]).nodes([node]))
    assert {one.identifier for one in found} == {"imei", "mac-address"}
    assert all(one.grade == "derived" and one.spelling_verified for one in found)
    assert any("before wifi" in reason or "behind wifi" in reason for one in found for reason in one.reasons)


def test_two_values_are_joined_in_either_order():
    pairs = list(joined([IMEI, MAC]))
    assert {(pair.first, pair.second) for pair in pairs} == {(0, 1), (1, 0)}
    names = {(pair.before, pair.behind) for pair in pairs if b"|" in pair.text}
    assert names == {
        ("before wifi and |", "behind imei#1 and |"),
        ("before imei#1 and |", "behind wifi and |"),
    }


def test_one_value_alone_is_joined_with_nothing():
    assert list(joined([IMEI])) == []
