"""How far a message came, as the capture shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitne.model import Flow, Message
    from vitne.model.findings import Delivery

_OWN_STACK_LINKS = {12, 14, 101, 228, 229}
"""Raw IP link types: made on the phone itself or by a VPN, where the capturing stack acknowledges."""


def own_stack(link_types: frozenset[int], message: Message) -> bool:
    """Say whether acknowledgements come from the capturing stack: on the phone itself, VPN, proxy."""
    return bool(link_types & _OWN_STACK_LINKS) or ("proxy", "yes") in message.facts


def delivery_of(
    flow: Flow, message: Message, *, response: Message | None, accepted: bool | None, own_acks: bool
) -> Delivery:
    """Give the last step that the capture proves; a refusal still proves receipt.

    ``response`` is the paired answer, ``accepted`` the application's own word where a known sender tells it.
    """
    if response is not None:
        if accepted is not None:
            return "accepted" if accepted else "refused"
        if response.status is not None and message.protocol in {"http", "sip", "coap"}:
            return by_status(response.protocol, response.status)
        return "acknowledged"
    if ("unanswered", "yes") in message.facts:
        return "attempted"  # an export tells what was asked; that it arrived, only an answer shows
    if flow.transport != "tcp":
        return "sent"
    acked = flow.acked[message.side]
    if acked is not None and acked >= message.end and not own_acks:
        return "acknowledged"
    if not flow.answered and message.side == 0:
        return "attempted" if message.end <= message.start else "sent"
    return "sent"


def by_status(protocol: str, status: int) -> Delivery:
    """Give the step that the response code of a protocol proves."""
    if protocol == "coap":
        status = status * 100 if status < 10 else status
    if 100 <= status < 400:
        return "accepted" if status >= 200 else "acknowledged"
    return "refused" if status >= 400 else "acknowledged"
