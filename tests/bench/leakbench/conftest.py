"""A source of chance, the words, a person: what most tests of the bench begin with."""

from __future__ import annotations

from random import Random

import pytest
from bench.leakbench.cargo import Cargo, Words, read_words
from bench.leakbench.people import Person, invent

VALUE = b"004402990000014"


@pytest.fixture
def chance() -> Random:
    return Random(7)


@pytest.fixture(scope="session")
def words() -> Words:
    return read_words()


@pytest.fixture(scope="session")
def person(words: Words) -> Person:
    return invent(Random(11), words)


@pytest.fixture
def cargo() -> Cargo:
    """A record with a value in its middle, long enough to repeat itself."""
    data = b'{"evt":"open open open open","imei":"' + VALUE + b'","ts":1549174542}'
    low = data.index(VALUE)
    return Cargo(data, low, low + len(VALUE))
