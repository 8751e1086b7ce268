"""Values: which check belongs to which identifier, and the one way to write its values."""

from __future__ import annotations

import difflib
import ipaddress
from typing import TYPE_CHECKING

import msgspec

from vitne.identify import checks
from vitne.identify.checks import CheckResult, bad, good, luhn
from vitne.model import IDENTIFIERS, UsageError

if TYPE_CHECKING:
    from vitne.model import Seed

CHECKS = {
    "imei": "imei",
    "imeisv": "imeisv",
    "meid": "meid",
    "imsi": "imsi",
    "iccid": "iccid",
    "eid": "eid",
    "msisdn": "msisdn",
    "android-id": "android_id",
    "advertising-id": "uuid",
    "vendor-id": "uuid",
    "mac-address": "mac",
    "bssid": "mac",
    "email-address": "email",
    "operator": "operator",
}
MAYBE_UUID = frozenset({"oaid", "install-id", "device-id"})  # a UUID with some makers, any text with others
LONGEST = 4096  # characters of a value: tokens are long, nothing else is


def check_value(identifier: str, value: str) -> CheckResult:
    """Check a value of an identifier and give its canonical spelling.

    Raises KeyError for a word that is not of the closed list.  Places and cells are numbers, not one value:
    they are refused here.
    """
    if identifier not in IDENTIFIERS:
        raise KeyError(identifier)
    if identifier in {"location", "cell-id"}:
        return bad("it has no single value")
    if not value.strip():
        return bad("it is empty")
    if len(value) > LONGEST:
        return bad(f"it is longer than {LONGEST} characters")
    if any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in value):
        return bad("it holds a control character, e.g. a tab or a line break")
    return _checked(identifier, value)


def _checked(identifier: str, value: str) -> CheckResult:
    if identifier == "gsf-id":
        return _gsf(value.strip())
    if identifier in {"public-ip", "local-ip"}:
        return _address(value.strip())
    if identifier in CHECKS:
        return checks.find(CHECKS[identifier]).check(value.strip())
    if identifier in MAYBE_UUID:
        found = checks.find("uuid").check(value.strip())
        if found.ok:
            return found
    return _words(value)


def nearest(word: str) -> str:
    """Give the identifier whose name is nearest to a word; "" where none is near."""
    asked = word.lower().replace("_", "-").replace(" ", "-")
    close = difflib.get_close_matches(asked, sorted(IDENTIFIERS), n=3, cutoff=0.5)
    swapped = [known for known in close if sorted(known) == sorted(asked)]  # two letters changed places
    inside = [known for known in sorted(IDENTIFIERS) if len(asked) > 2 and asked in known]
    return next(iter([*swapped, *close, *inside]), "")


def _words(value: str) -> CheckResult:
    trimmed = value.strip()
    warnings = []
    if trimmed != value:
        warnings.append("spaces at its ends were dropped")
    if len(trimmed.encode()) < 3:
        warnings.append("it is too short to be searched: everything holds it")
    elif len(trimmed) < 5:
        warnings.append("it is short: it counts only as a whole word under a fitting name")
    return good(trimmed, *warnings)


def _gsf(value: str) -> CheckResult:
    """Google Services Framework id: 64 bits, in hexadecimal or in decimal (longer than 16 digits)."""
    if luhn.only_digits(value) and 17 <= len(value) <= 20:
        number = int(value)
        return good(f"{number:016x}") if number < 1 << 64 else bad("the number has more than 64 bits")
    return checks.find("android_id").check(value)


def _address(value: str) -> CheckResult:
    try:
        return good(str(ipaddress.ip_address(value)))
    except ValueError:
        return bad("an address is written like 192.0.2.7 or 2001:db8::7")


def canonical(seed: Seed) -> Seed:
    """Write a seed that did not come through the subject file in the canonical spelling.

    Raises UsageError for a value that cannot be.
    """
    if seed.origin != "subject" or seed.identifier in {"location", "cell-id"}:
        return seed
    result = check_value(seed.identifier, seed.value)
    if not result.ok:
        raise UsageError(result.why, where=f"known value {seed.name!r}", next_step="correct the subject")
    return seed if result.canonical == seed.value else msgspec.structs.replace(seed, value=result.canonical)
