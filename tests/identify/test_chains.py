"""Chains of codecs give what each codec gives in turn, and write nothing twice."""

from __future__ import annotations

import hashlib

import pytest

from vitne.identify.chains import Chains

CALLS: list[str] = []


def _md5(text, _params):
    CALLS.append("md5")
    return hashlib.md5(text).digest()


def _hex(text, params):
    CALLS.append("hex")
    return (text.hex().upper() if params.get("upper") else text.hex()).encode()


CODECS = {"md5": _md5, "hex": _hex}
MD5, HEX, GREAT = ("md5", ()), ("hex", ()), ("hex", (("upper", True),))


def test_chains_come_in_their_order_each_with_its_word():
    chains = Chains([((MD5, HEX), "a"), ((MD5,), "b"), ((HEX,), "c"), ((MD5, HEX), "d")], CODECS)
    raw = hashlib.md5(b"text").digest()
    told = [(data, word) for data, _, word in chains.written(b"text")]
    assert told == [(raw.hex().encode(), "a"), (raw, "b"), (b"74657874", "c"), (raw.hex().encode(), "d")]
    assert [layers for _, layers, _ in chains.written(b"text")][1] == (MD5,)


def test_what_chains_begin_with_is_written_once():
    chains = Chains([((MD5, HEX), 0), ((MD5, GREAT), 0), ((MD5, HEX, MD5, HEX), 0)], CODECS)
    CALLS.clear()
    list(chains.written(b"x"))
    assert sorted(CALLS) == ["hex", "hex", "hex", "md5", "md5"]


def test_no_chains_give_nothing_and_an_unknown_codec_is_an_error():
    assert list(Chains([], CODECS).written(b"x")) == []
    with pytest.raises(KeyError):
        Chains([((("rot99", ()),), 0)], CODECS)
