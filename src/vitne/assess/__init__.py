"""Findings: a sighting, its proof, its destination, its delivery and its grade put together."""

from vitne.assess.delivery import delivery_of, own_stack
from vitne.assess.drafts import Draft, Setting, draft, restated
from vitne.assess.masking import hide_mac, mask, scrubber
from vitne.assess.settling import Settling

__all__ = [
    "Draft",
    "Setting",
    "Settling",
    "delivery_of",
    "draft",
    "hide_mac",
    "mask",
    "own_stack",
    "restated",
    "scrubber",
]
