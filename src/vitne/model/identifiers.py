"""Identifiers: the closed list of kinds of personal data, and the grades of proof."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["identifier", "location", "credential", "content", "attribute"]
Grade = Literal["inferred", "declared", "derived", "observed"]

GRADES: tuple[Grade, ...] = get_args(Grade)
"""Grades of proof, weakest first.

observed: the captured bytes equal a seed.  derived: they equal it after named wrappings or hashes.
declared: a documented field of a known sender.  inferred: a pattern only.
"""

IDENTIFIERS: dict[str, tuple[Kind, str]] = {
    "imei": ("identifier", "IMEI, number of the phone's radio (3GPP TS 23.003 6.2.1)"),
    "imeisv": ("identifier", "IMEI with software version (3GPP TS 23.003 6.2.2)"),
    "meid": ("identifier", "MEID, number of a CDMA phone (3GPP2 S.R0048)"),
    "imsi": ("identifier", "IMSI, number of the subscription (3GPP TS 23.003 2.2)"),
    "iccid": ("identifier", "ICCID, number of the SIM card (ITU-T E.118)"),
    "eid": ("identifier", "EID, number of the eSIM chip (GSMA SGP.29)"),
    "msisdn": ("identifier", "telephone number (ITU-T E.164)"),
    "serial-number": ("identifier", "serial number given by the maker"),
    "android-id": ("identifier", "Android ID (SSAID)"),
    "gsf-id": ("identifier", "Google Services Framework id"),
    "advertising-id": ("identifier", "advertising identifier (Android AAID, Apple IDFA)"),
    "oaid": ("identifier", "open anonymous device identifier"),
    "vendor-id": ("identifier", "identifier for one vendor's apps (IDFV)"),
    "install-id": ("identifier", "identifier of one installation of an app"),
    "device-id": ("identifier", "device identifier of an app or service"),
    "push-token": ("identifier", "address for push messages"),
    "mac-address": ("identifier", "hardware address of a network interface (IEEE 802)"),
    "ssid": ("location", "name of a wireless network"),
    "bssid": ("location", "hardware address of a wireless access point"),
    "cell-id": ("location", "identity of the serving mobile cell (3GPP TS 23.003 4.3, 19.6)"),
    "operator": ("attribute", "mobile network code MCC-MNC (ITU-T E.212)"),
    "location": ("location", "coordinates"),
    "time-zone": ("attribute", "time zone"),
    "public-ip": ("identifier", "public network address written in the payload"),
    "local-ip": ("attribute", "local network address written in the payload"),
    "email-address": ("identifier", "e-mail address"),
    "person-name": ("identifier", "name of a person"),
    "account-name": ("identifier", "account name"),
    "password": ("credential", "password"),
    "auth-token": ("credential", "token that opens an account or a session"),
    "session-id": ("identifier", "identifier of a session"),
    "tracking-cookie": ("identifier", "identifier kept in the client by a cookie"),
    "device-name": ("identifier", "name given to the device, often holding the owner's name"),
    "device-model": ("attribute", "model of the device"),
    "os-version": ("attribute", "operating system and its version"),
    "software-version": ("attribute", "version of an app or of firmware"),
    "device-attribute": ("attribute", "further property of the device or its connection"),
    "app-id": ("attribute", "identifier of an app"),
    "message-text": ("content", "text of a message"),
    "contact": ("content", "entry of an address book"),
    "call-log": ("content", "entry of a call log"),
    "app-list": ("content", "list of installed apps"),
    "free-text": ("content", "a word or phrase that the subject file names"),
}
"""Identifier -> (kind, title).  Later work adds; nothing is renamed."""


def kind_of(identifier: str) -> Kind:
    """Give the kind of an identifier of the closed list; raises KeyError for any other word."""
    return IDENTIFIERS[identifier][0]
