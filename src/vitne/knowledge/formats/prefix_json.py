"""Tables of prefixes as JSON: makers of hardware addresses, mobile networks, trackers' domains.

summary: {"six hex digits": "name and address"}; [{"mcc", "mnc", "brand", "operator", "countryCode"}]
specification: the layouts of the packages oui-data and mcc-mnc-list, as their README files describe them
"""

from __future__ import annotations

import json
import re
from typing import Any

from vitne.knowledge.formats import Table
from vitne.model import Malformed

_HEX = re.compile(r"[0-9A-Fa-f]{6,9}")


class PrefixJson:
    """An object of prefixes, or a list of mobile networks."""

    name = "prefix-json"

    def fits(self, name: str, head: bytes) -> bool:
        """Look at the name and the first characters."""
        start = head.lstrip()[:400]
        makers = re.match(rb'\{\s*"[0-9A-Fa-f]{6,9}"\s*:\s*"', start) is not None
        return name.endswith(".json") and (makers or (start[:1] == b"[" and b'"mcc"' in head[:4000]))

    def read(self, name: str, data: bytes) -> Table:
        """Read the whole document; raises Malformed."""
        del name
        try:
            content = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Malformed("this is no JSON") from error
        if isinstance(content, dict):
            return Table(about="mac-vendor", content=_makers(content))
        if isinstance(content, list):
            return Table(about="mobile-network", content=_networks(content))
        raise Malformed("this JSON is neither an object of makers nor a list of networks")


def _makers(content: dict[str, Any]) -> dict[str, str]:
    out = {}
    for prefix, text in content.items():
        if not isinstance(text, str) or not _HEX.fullmatch(prefix):
            raise Malformed("an entry is no maker of hardware addresses")
        out[prefix.lower()] = _line(text.split("\n", 1)[0])
    return out


def _networks(content: list[Any]) -> dict[str, str]:
    out = {}
    for each in content:
        if not isinstance(each, dict):
            raise Malformed("an entry is no mobile network")
        mcc, mnc = str(each.get("mcc") or ""), str(each.get("mnc") or "")
        if not (len(mcc) == 3 and mcc.isdigit() and mnc.isdigit() and len(mnc) in {2, 3}):
            continue  # ranges of codes and codes without a network stand in the list too
        name = " / ".join(str(each[key]) for key in ("brand", "operator") if each.get(key))
        out[mcc + mnc] = _line(f"{name} ({each.get('countryCode') or 'no country'})")
    return out


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


form = PrefixJson()
