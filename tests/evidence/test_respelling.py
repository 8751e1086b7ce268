"""Twin of vitne.evidence.respelling: the layers that a finding tells lead the stand-in to its place."""

from __future__ import annotations

import hashlib
import hmac
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from vitne.evidence.edits import applied
from vitne.evidence.pairs import Pairs
from vitne.evidence.replacing import Replacer
from vitne.evidence.respelling import Respelling
from vitne.model import Node, Part, Salt, Seed

IMEI = "490154203237518"
REPLACER = Replacer(b"0123456789abcdef0123")
OTHER = REPLACER.value("imei", IMEI)
HEX = {"codec": "hex", "path": "", "range": [0, 32], "params": {"case": "lower"}}
MD5 = {"codec": "md5", "path": "", "range": [0, 32]}


def respelled(data: bytes, layers: list[dict[str, Any]], beside: tuple[bytes, ...] = ()) -> bytes:
    pairs = Pairs([Seed(identifier="imei", name="imei#1", value=IMEI)], REPLACER)
    root = {"codec": "http", "path": "body", "range": [0, len(data)]}
    finding: Any = SimpleNamespace(
        identifier="imei", seed="imei#1", value=IMEI, protocol="http",
        layers=(root, *layers), value_range=(0, len(data)),
    )  # fmt: skip
    node = Node(data, part=Part(path="body", start=0, end=len(data)))
    return applied(data, Respelling(pairs, [Salt(name="s", data=b"k1")]).edits(finding, node, beside))


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()


def test_digests_with_salts_of_the_user_and_of_the_message() -> None:
    one = {"codec": "salted", "path": "", "range": [0, 32], "params": {"salt": "s", "at": "before"}}
    assert respelled(md5(b"k1" + IMEI.encode()), [HEX, MD5, one]) == md5(b"k1" + OTHER.encode())
    two = {**one, "params": {"salt": "told by the message", "at": "behind"}}
    made = respelled(md5(IMEI.encode() + b"app"), [HEX, MD5, two], (b"", b"no", b"app"))
    assert made == md5(OTHER.encode() + b"app")


def test_keyed_digests_and_capital_letters() -> None:
    layer = {"codec": "hmac", "path": "", "range": [0, 64], "params": {"salt": "s", "digest": "sha256"}}
    was, made = (hmac.new(b"k1", text.encode(), "sha256").hexdigest().encode() for text in (IMEI, OTHER))
    assert respelled(was, [HEX, layer]) == made
    assert respelled(was.upper(), [HEX, layer]) == made.upper()
    assert respelled(was[:20], [HEX, layer]) == made[:20]


@pytest.mark.parametrize("cut", [(5, 10), (8,), (3, 6, 9)])
def test_a_value_that_is_shared_out_is_shared_out_again(cut: tuple[int, ...]) -> None:
    def parts(text: str) -> bytes:
        ends = (0, *cut, len(text))
        return b'","p":"'.join(text[a:b].encode() for a, b in pairwise(ends))

    layer = {"codec": "split", "path": "", "range": [0, 9], "params": {"pieces": len(cut) + 1}}
    assert respelled(parts(IMEI), [layer]) == parts(OTHER)


def test_what_the_layers_do_not_lead_to_is_still_replaced() -> None:
    made = respelled(b"0123456789abcdef0123456789abcdef", [HEX, MD5])
    assert made != b"0123456789abcdef0123456789abcdef"
    assert len(made) == 32
