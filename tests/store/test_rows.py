from __future__ import annotations

import msgspec
import pytest

from vitne.lab import samples
from vitne.store.rows import OpaqueTotal, Transmission


def test_a_transmission_that_nobody_answered_is_of_unknown_delivery():
    row = dict(samples.transmissions()[0])
    del row["delivery"]
    read = msgspec.convert(row, Transmission)
    assert (read.delivery, read.readable) == ("unknown", True)


def test_a_word_outside_the_closed_lists_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(samples.transmissions()[0] | {"delivery": "lost"}, Transmission)


def test_rows_are_frozen():
    row = msgspec.convert(samples.opaque()[0], OpaqueTotal)
    with pytest.raises(AttributeError):
        row.bytes = 1
