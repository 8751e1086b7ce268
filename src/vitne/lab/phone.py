"""An invented phone: every value from a range that nobody owns, drawn from a seed.

summary: the values of an invented phone and its SIM card
specification: 3GPP TS 23.003 6.2.1 and 2.2 (test PLMN 001/01); ITU-T E.118; RFC 9542 (documentation MACs)
"""

from __future__ import annotations

from random import Random

import msgspec

DEFAULT_SEED = 2019
TEST_TYPE = "00440299"  # a type allocation code for tests
_GIVEN_NAMES = ("Kari", "Ola", "Ingrid", "Nils", "Astrid", "Leif", "Ragnhild", "Torstein")


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """One invented phone with one SIM card in two slots.  The defaults are those of the fixture F1."""

    mac: str = "00:00:5E:00:53:01"  # Wi-Fi address
    imei1: str = "004402990000014"  # of the first slot, with check digit
    imei2: str = "004402990000022"  # of the second slot
    iccid: str = "8999900000000000006"  # of the SIM card in the first slot
    imsi: str = "001010000000001"  # of the same subscription
    cell: int = 26713345  # LTE cell identity: eNB 104349, cell 1
    area: int = 12345  # tracking area code
    maker: str = "HMD"  # in the sender's spelling
    model: str = "TA 0000"
    build: str = "00WW_0_00X_SP00"
    release: str = "8.1.0"  # of Android
    host_name: str = "Kari-sin-telefon"  # what it calls itself in the home network
    owner: str = "Kari Nordmann"
    email: str = "kari.nordmann@post.example"


def luhn_digit(digits: str) -> str:
    """Give the check digit that belongs behind some digits (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def invent(seed: int = DEFAULT_SEED) -> Phone:
    """Give the phone of a seed; the default seed gives the values of the fixture F1."""
    if seed == DEFAULT_SEED:
        return Phone()
    chance = Random(f"phone {seed}")
    imei1, imei2 = (TEST_TYPE + digits(chance, 6) for _ in range(2))
    iccid = "8999" + digits(chance, 14)
    name = chance.choice(_GIVEN_NAMES)
    return Phone(
        mac=f"00:00:5E:00:53:{chance.randrange(1, 0xF0):02X}",
        imei1=imei1 + luhn_digit(imei1),
        imei2=imei2 + luhn_digit(imei2),
        iccid=iccid + luhn_digit(iccid),
        imsi="00101" + digits(chance, 10),
        cell=chance.randrange(1000, 1 << 20) << 8 | chance.randrange(1, 60),
        area=chance.randrange(1000, 65000),
        model=f"TA {digits(chance, 4)}",
        build=f"00WW_{chance.randrange(10)}_{digits(chance, 2)}X_SP{digits(chance, 2)}",
        host_name=f"{name}-sin-telefon",
        owner=f"{name} Nordmann",
        email=f"{name.lower()}.nordmann@post.example",
    )


def digits(chance: Random, count: int) -> str:
    """Give some decimal digits."""
    return "".join(str(chance.randrange(10)) for _ in range(count))


def subject_file(phone: Phone) -> str:
    """Give the subject file (TOML) of the phone's owner: what they could read off their own phone."""
    text = [
        "# What is known of an invented person and phone.  No value here belongs to anybody.",
        "# Keep a file like this to yourself: readable by its owner alone, never inside a case.",
    ]
    known = (
        ("imei", phone.imei1, "imei slot 1"),
        ("imei", phone.imei2, "imei slot 2"),
        ("imsi", phone.imsi, ""),
        ("iccid", phone.iccid, ""),
        ("mac-address", phone.mac.lower(), "wi-fi"),
        ("device-name", phone.host_name, ""),
        ("person-name", phone.owner, ""),
        ("email-address", phone.email, ""),
    )
    for identifier, value, name in known:
        text += ["", "[[known]]", f'identifier = "{identifier}"', f'value = "{value}"']
        text += [f'name = "{name}"'] if name else []
    text += [
        "",
        "[[known]]",
        'identifier = "cell-id"',
        f'mcc = "{phone.imsi[:3]}"',
        f'mnc = "{phone.imsi[3:5]}"',
    ]
    text += [f"tac = {phone.area}", f"ci = {phone.cell}", 'name = "serving cell"']
    return "\n".join(text) + "\n"
