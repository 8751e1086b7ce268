"""Delivery: the last step that the capture proves, and no more."""

from __future__ import annotations

import pytest

from vitne.assess.delivery import delivery_of, own_stack
from vitne.model import Flow, Message


def flow(**changes: object) -> Flow:
    plain: dict = {
        "number": 0, "transport": "tcp", "client_ip": "192.0.2.1", "client_port": 1, "client_mac": "", "server_ip": "198.51.100.1",
        "server_port": 80, "server_mac": "", "packets": 3, "handshake": True, "answered": True, "acked": (None, None),
    }  # fmt: skip
    return Flow(**{**plain, **changes})


def message(**changes: object) -> Message:
    plain: dict = {"protocol": "http", "kind": "request", "side": 0, "start": 0, "end": 100}
    return Message(**{**plain, **changes})


def answer(status: int | None, protocol: str = "http") -> Message:
    return message(protocol=protocol, kind="response", side=1, status=status, answers=0)


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (200, "accepted"),
        (204, "accepted"),
        (302, "accepted"),
        (100, "acknowledged"),
        (403, "refused"),
        (500, "refused"),
        (None, "acknowledged"),
    ],
)
def test_a_status_tells_whether_it_was_taken(status: int | None, step: str) -> None:
    assert delivery_of(flow(), message(), response=answer(status), accepted=None, own_acks=False) == step


@pytest.mark.parametrize(("accepted", "step"), [(True, "accepted"), (False, "refused")])
def test_the_applications_own_word_goes_before_the_status(accepted: bool, step: str) -> None:
    assert delivery_of(flow(), message(), response=answer(200), accepted=accepted, own_acks=False) == step


def test_an_acknowledgement_proves_receipt_only_up_to_its_number() -> None:
    assert (
        delivery_of(flow(acked=(100, None)), message(), response=None, accepted=None, own_acks=False)
        == "acknowledged"
    )
    assert (
        delivery_of(flow(acked=(99, None)), message(), response=None, accepted=None, own_acks=False) == "sent"
    )


def test_acknowledgements_of_the_capturing_stack_prove_nothing() -> None:
    assert (
        delivery_of(flow(acked=(100, None)), message(), response=None, accepted=None, own_acks=True) == "sent"
    )
    assert own_stack(frozenset({101}), message())
    assert own_stack(frozenset({1}), message(facts=(("proxy", "yes"),)))
    assert not own_stack(frozenset({1}), message())


def test_a_datagram_without_an_answer_was_sent() -> None:
    assert (
        delivery_of(
            flow(transport="udp"), message(protocol="dns"), response=None, accepted=None, own_acks=False
        )
        == "sent"
    )
