from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lookups.servers import self_signed
from vitne.lookups.tls import certificate_facts
from vitne.model import Malformed


def test_subject_and_issuer_are_told_as_they_stand() -> None:
    raw = ssl.PEM_cert_to_DER_cert(self_signed("Example Org")[0].decode())
    facts = {fact.kind: fact.value for fact in certificate_facts(raw, "x.example")}
    assert facts == {
        "certificate-subject": "Example Org, x.example",
        "certificate-issuer": "Example Org, x.example",
    }


@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    with pytest.raises(Malformed):
        list(certificate_facts(noise, "x"))


def test_what_is_larger_than_a_certificate_is_refused() -> None:
    with pytest.raises(Malformed):
        list(certificate_facts(bytes(1 << 20), "x"))
