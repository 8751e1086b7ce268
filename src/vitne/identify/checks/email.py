"""E-mail address.

summary: a local part, an @ and a domain with a dot
specification: RFC 5321 section 4.1.2; RFC 6531
"""

from __future__ import annotations

import re

from vitne.identify.checks import CheckResult, bad, good

LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}\Z")
LABEL = re.compile(r"(?!-)[^\s@<>()\[\],;:\\\"/?#.\x00-\x1f\x7f_]{1,63}(?<!-)\Z")


def check(text: str) -> CheckResult:
    """Accept an address; the canonical spelling has a lower-case domain, the local part as written."""
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    if not at or not LOCAL.match(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return bad("an e-mail address has a name, an @ and a domain, e.g. kari@mail.example")
    if len(labels) < 2 or len(domain) > 253 or not all(LABEL.match(label) for label in labels):
        return bad("the part behind @ is not a domain name, e.g. mail.example")
    return good(f"{local}@{domain.lower()}")
