from __future__ import annotations

import hashlib

from bench.leakbench.cargo import Cargo
from bench.leakbench.layers.digests import sm3

from bench.leakbench.layers import LAYERS

IMEI = b"004402990000014"


def _digest(name, chance, words):
    return LAYERS[name](Cargo(IMEI, 0, len(IMEI)), chance, words).data


def test_digests_of_a_known_value_are_those_of_the_notes(chance, words):
    assert _digest("md5", chance, words) == b"133c4c1986bb26996120403e2458f4f2"
    assert _digest("sha1", chance, words) == b"5b5cc83137494093aefa6337d13876408e75fd53"
    assert _digest("md5-middle", chance, words) == b"86bb26996120403e"
    assert _digest("md5-raw", chance, words).hex() == "133c4c1986bb26996120403e2458f4f2"


def test_sm3_gives_the_published_value():
    """GB/T 32905-2016 example 1."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_digest_of_a_digest_is_over_its_text(chance, words):
    first = hashlib.md5(IMEI).hexdigest().encode()
    assert _digest("md5-twice", chance, words) == hashlib.md5(first).hexdigest().encode()


def test_a_package_as_salt_is_told_beside(chance, words):
    made = LAYERS["md5-package-salt"](Cargo(IMEI, 0, len(IMEI)), chance, words)
    [(_, package)] = made.beside
    assert made.data == hashlib.md5(IMEI + package.encode()).hexdigest().encode()
