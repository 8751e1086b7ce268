"""Reasons are words that a report can say."""

from __future__ import annotations

from vitne.decrypt import quic, reasons, tls
from vitne.report.words import REASON_MEANS


def test_every_reason_has_its_words_for_a_person() -> None:
    own = {value for name, value in vars(reasons).items() if name.isupper()}
    assert {*own, tls.NO_HELLO, quic.NO_HELLO} <= set(REASON_MEANS)
