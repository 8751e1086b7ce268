"""Spellings: the plain forms in which senders write a known value.

What codecs make of a spelling (base64, hashes, integers...) is the business of ``variants``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.checks import luhn
from vitne.identify.needles import Border

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.model import Seed

STRONG_DIGITS = 8  # shorter runs of digits turn up by chance (measured: one in 500 texts at six digits)
STRONG_WORD = 12  # shorter words are often words of a language
LETTERS = str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "đ": "d", "ł": "l", "ß": "ss", "þ": "th"})
NORDIC = str.maketrans(
    {"ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa", "ä": "ae", "Ä": "Ae", "ö": "oe", "Ö": "Oe"}
)
UUIDS = frozenset({"advertising-id", "oaid", "vendor-id", "install-id", "device-id"})
ADDRESSES = frozenset({"mac-address", "bssid"})
EXACT = frozenset({"password", "auth-token", "session-id", "push-token", "tracking-cookie"})  # case matters


class Spelling(msgspec.Struct, frozen=True, kw_only=True):
    """One plain form of a value."""

    name: str  # what is special about it, for a person; "" for the canonical one
    text: str  # the form itself
    border: Border = "word"  # what may not stand beside it: a digit, a hexadecimal digit, a letter or digit
    fold: bool = False  # letters may be in either case
    tail: int = 0  # so many decimal digits must follow
    weak: bool = False  # only whole and with a key or company
    coded: bool = True  # senders also encode this form
    hashed: bool = True  # ... and hash it

    def cases(self) -> Iterator[tuple[str, str]]:
        """Give the form and its name in every case a sender may hash or encode: as it is, lower, upper."""
        yield self.name, self.text
        if self.fold:
            seen = {self.text}
            for case, text in (("lower case", self.text.lower()), ("upper case", self.text.upper())):
                if text not in seen:
                    seen.add(text)
                    yield f"{self.name}, {case}" if self.name else case, text


def spell(seed: Seed) -> list[Spelling]:
    """Give all plain forms of a seed, the canonical one first; none for a place."""
    if seed.identifier == "location":
        return []
    found = list(_speller(seed.identifier)(seed))
    unique: dict[tuple[str, int], Spelling] = {}
    for spelling in found:
        text = spelling.text.lower() if spelling.fold else spelling.text
        if len(text.encode()) >= 3:
            unique.setdefault((text, spelling.tail), spelling)
    return list(unique.values())


def _speller(identifier: str) -> Callable[[Seed], Iterator[Spelling]]:
    if identifier in ADDRESSES:
        return _mac
    if identifier in UUIDS:
        return _uuid
    return _SPELLERS.get(identifier, _words)


def _digits(name: str, text: str, *, tail: int = 0) -> Spelling:
    return Spelling(
        name=name, text=text, border="digit", tail=tail, weak=len(text) < STRONG_DIGITS, coded=not tail
    )


def _imei(seed: Seed) -> Iterator[Spelling]:
    """3GPP TS 23.003 6.2.1: the check digit is not sent on the radio, 0 stands in its place."""
    imei = seed.value
    yield _digits("", imei)
    yield _digits("without check digit", imei[:14])
    yield _digits("check digit sent as 0", imei[:14] + "0")
    for mark, word in (("-", "dashes"), (" ", "spaces")):
        yield _digits(f"{word} 2-6-6-1", mark.join((imei[:2], imei[2:8], imei[8:14], imei[14:])))
        yield _digits(f"{word} 6-2-6-1", mark.join((imei[:6], imei[6:8], imei[8:14], imei[14:])))
        yield _digits(f"{word} 8-6-1", mark.join((imei[:8], imei[8:14], imei[14:])))
    yield _digits("in an IMEISV", imei[:14], tail=2)


def _imeisv(seed: Seed) -> Iterator[Spelling]:
    body = seed.value[:14]
    yield _digits("", seed.value)
    yield _digits("as IMEI", body + luhn.check_digit(body))
    yield _digits("as IMEI without check digit", body)


def _imsi(seed: Seed) -> Iterator[Spelling]:
    """RFC 4187 4.1.1.6 and RFC 5448 put a digit before the IMSI when it is a user name."""
    yield _digits("", seed.value)
    for lead in "016":
        yield _digits(f"user name with {lead} before it", f"{lead}{seed.value}@")
    for cut in (5, 6):
        yield _digits(
            f"dashes 3-{cut - 3}-{len(seed.value) - cut}",
            f"{seed.value[:3]}-{seed.value[3:cut]}-{seed.value[cut:]}",
        )


def _iccid(seed: Seed) -> Iterator[Spelling]:
    """ITU-T E.118; 19 digits are padded with F in the file of the card (TS 102 221 13.2)."""
    value = seed.value
    plain = luhn.only_digits(value)
    border: Border = "digit" if plain else "hex"
    yield Spelling(name="", text=value, border=border, fold=not plain)
    if len(value) % 2:
        yield Spelling(name="padded with F", text=value + "F", border="hex", fold=True)
    if plain and luhn.check(value).ok:
        yield _digits("without check digit", value[:-1])
    elif plain and len(value) < 20:
        yield _digits("with check digit", value + luhn.check_digit(value))
    yield Spelling(
        name="spaces by four",
        text=" ".join(value[index : index + 4] for index in range(0, len(value), 4)),
        border=border,
        fold=not plain,
    )


def _msisdn(seed: Seed) -> Iterator[Spelling]:
    """ITU-T E.164 and E.123: international, with 00, national, and as people group the digits."""
    import phonenumbers  # large: only who knows a number pays for it

    value = seed.value
    yield _digits("", value)
    yield _digits("international with +", "+" + value)
    yield _digits("international with 00", "00" + value)
    try:
        number = phonenumbers.parse("+" + value, None)
    except phonenumbers.NumberParseException:
        return
    national = phonenumbers.national_significant_number(number)
    written = {
        "international, grouped": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        "national, grouped": phonenumbers.PhoneNumberFormat.NATIONAL,
    }
    yield _digits("national", national)
    for name, style in written.items():
        text = phonenumbers.format_number(number, style)
        compact = re.sub(r"[^0-9+]", "", text)
        if compact not in {"+" + value, national}:
            yield _digits("national with trunk prefix", compact)
        yield _digits(name, text)
        yield _digits(f"{name} by dashes", re.sub(r"[ ()]+", "-", text).strip("-"))


def _mac(seed: Seed) -> Iterator[Spelling]:
    pairs = seed.value.split(":")
    glued = "".join(pairs)
    for name, text in (
        ("", seed.value),
        ("no separators", glued),
        ("dashes", "-".join(pairs)),
        ("dots", ".".join((glued[:4], glued[4:8], glued[8:]))),
        ("spaces", " ".join(pairs)),
        ("without leading zeros", ":".join(f"{int(pair, 16):x}" for pair in pairs)),
    ):
        yield Spelling(name=name, text=text, border="hex", fold=True)
    first = int(pairs[0], 16) ^ 2  # RFC 4291 appendix A: the universal bit is turned over
    tail = [f"{first:02x}{pairs[1]}", f"{pairs[2]}ff", f"fe{pairs[3]}", f"{pairs[4]}{pairs[5]}"]
    text = ":".join(f"{int(four, 16):x}" for four in tail)
    yield Spelling(name="inside an IPv6 address", text=text, border="hex", fold=True)
    wide = "".join(tail)
    eight = [wide[at : at + 2] for at in range(0, 16, 2)]
    for mark, fours in ((":", tail), (":", eight), ("-", eight), ("", eight)):
        name = "EUI-64" if fours is eight else "inside an IPv6 address, in full"
        name += ", dashes" if mark == "-" else ", no separators" if not mark else ""
        yield Spelling(name=name, text=mark.join(fours), border="hex", fold=True, coded=False)


def _uuid(seed: Seed) -> Iterator[Spelling]:
    glued = seed.value.replace("-", "")
    if len(glued) != 32 or not re.fullmatch("[0-9a-fA-F]{32}", glued):
        yield from _words(seed)
        return
    yield Spelling(name="", text=seed.value, border="hex", fold=True)
    yield Spelling(name="without dashes", text=glued, border="hex", fold=True)


def _meid(seed: Seed) -> Iterator[Spelling]:
    """3GPP2 C.S0072: 18 decimal digits are the first 32 bits and the other 24."""
    yield Spelling(name="", text=seed.value, border="hex", fold=True)
    yield _digits("decimal", f"{int(seed.value[:8], 16):010d}{int(seed.value[8:], 16):08d}")
    digest = hashlib.sha1(bytes.fromhex(seed.value), usedforsecurity=False).hexdigest()
    yield Spelling(name="pseudo ESN", text="80" + digest[-6:], border="hex", fold=True, weak=True)


def _sixty_four_bits(seed: Seed) -> Iterator[Spelling]:
    """Android ID and GSF id: hexadecimal, and the decimal of the same number, with a sign or without."""
    number = int(seed.value, 16)
    yield Spelling(name="", text=seed.value, border="hex", fold=True)
    short = f"{number:x}"
    if short != seed.value:
        yield Spelling(name="without leading zeros", text=short, border="hex", fold=True, weak=len(short) < 8)
    yield _digits("decimal", str(number))
    if number >> 63:
        yield _digits("signed decimal", str(number - (1 << 64)))


def _email(seed: Seed) -> Iterator[Spelling]:
    yield Spelling(name="", text=seed.value, fold=True)
    yield Spelling(name="with mailto:", text="mailto:" + seed.value, fold=True, coded=False)


def _name(seed: Seed) -> Iterator[Spelling]:
    """Put the parts in both orders, joined as in user names, in ASCII too; a part alone is weak."""
    for name, text in _ascii_too(seed.value):
        parts = text.split()
        yield _word(name, text)
        if len(parts) < 2:
            continue
        last_first = [parts[-1], *parts[:-1]]
        lead = f"{name}, " if name else ""
        yield _word(f"{lead}last name first", " ".join(last_first))
        yield _word(f"{lead}last name first, comma", f"{parts[-1]}, {' '.join(parts[:-1])}")
        for mark, word in (
            (".", "dots"),
            ("_", "underscores"),
            ("-", "dashes"),
            ("+", "plus"),
            ("", "glued"),
        ):
            yield _word(f"{lead}{word}", mark.join(parts), hashed=mark in {".", ""})
            yield _word(f"{lead}last name first, {word}", mark.join(last_first), hashed=False)
        yield _word(f"{lead}last name", parts[-1], weak=True)
        yield _word(f"{lead}first name", parts[0], weak=True)


def _ascii_too(text: str) -> Iterator[tuple[str, str]]:
    composed = unicodedata.normalize("NFC", text)
    yield "", composed
    yield "decomposed", unicodedata.normalize("NFD", composed)
    if not composed.isascii():
        for name, table in (("in ASCII", LETTERS), ("in ASCII with digraphs", NORDIC)):
            bare = unicodedata.normalize("NFKD", composed.translate(table)).encode("ascii", "ignore").decode()
            yield name, bare


def _word(name: str, text: str, *, weak: bool = False, hashed: bool = True) -> Spelling:
    return Spelling(name=name, text=text, fold=True, weak=weak or len(text) < STRONG_WORD, hashed=hashed)


def _words(seed: Seed) -> Iterator[Spelling]:
    fold = seed.identifier not in EXACT
    weak = len(seed.value) < (STRONG_DIGITS if seed.value.isdigit() else STRONG_WORD)
    for name, text in _ascii_too(seed.value) if fold else (("", seed.value),):
        yield Spelling(name=name, text=text, fold=fold, weak=weak)


def _entry(seed: Seed) -> Iterator[Spelling]:
    """Spell an entry of an address book or a call log as what it is: a number, an address or a name."""
    value = seed.value
    digits = re.sub(r"[ ()\-./]", "", value)
    if "@" in value:
        yield from _email(seed)
    elif re.fullmatch(r"(?:\+|00)[0-9]{7,15}", digits):
        yield from _msisdn(msgspec.structs.replace(seed, value=digits.lstrip("+0")))
    else:
        yield from _name(seed)


def _device_name(seed: Seed) -> Iterator[Spelling]:
    """As written, and as the host name a phone makes of it (RFC 1123: letters, digits, dashes)."""
    yield from _words(seed)
    host = re.sub(r"[^0-9A-Za-z]+", "-", re.sub(r"['’]", "", seed.value)).strip("-")
    yield _word("as host name", host)
    yield _word("with typographic apostrophe", seed.value.replace("'", "’"))


def _operator(seed: Seed) -> Iterator[Spelling]:
    mcc, _, mnc = seed.value.partition("-")
    for name, text in (("", f"{mcc}-{mnc}"), ("glued", mcc + mnc), ("slash", f"{mcc}/{mnc}")):
        yield Spelling(name=name, text=text, border="digit", weak=True)
    padded = f"mnc{int(mnc):03d}.mcc{mcc}"  # TS 23.003 19.2: the operator's home domain
    yield Spelling(name="in a network's domain name", text=padded, fold=True)


def _cell(seed: Seed) -> Iterator[Spelling]:
    """Network, area and cell joined as apps do; area and cell glued by five digits; parts of an LTE cell."""
    cell, area = seed.cell or 0, seed.area
    yield Spelling(name="", text=str(cell), border="digit", weak=True)
    yield Spelling(name="hexadecimal", text=f"{cell:x}", border="hex", fold=True, weak=True)
    yield Spelling(name="hexadecimal, padded", text=f"{cell:08x}", border="hex", fold=True, weak=True)
    if cell >> 16:
        yield from _cell_parts(cell)
    if area is None:
        return
    if seed.mcc and seed.mnc:
        yield from _cell_in_one(seed, area, cell)
    yield Spelling(
        name="area and cell glued", text=f"{area:05d}{cell % 100000:05d}", border="digit", weak=True
    )
    if not cell >> 32 and not area >> 16:  # as numbers of two and four bytes, beside each other
        for name, text in (
            ("area and cell", f"{area:04x}{cell:08x}"),
            ("cell and area", f"{cell:08x}{area:04x}"),
        ):
            yield Spelling(name=f"{name} packed", text=text, border="hex", fold=True, hashed=False)
    networks = {(seed.mcc or "", mnc) for mnc in (seed.mnc or "", (seed.mnc or "").lstrip("0"))}
    for mark in "-_:|,./;":
        yield Spelling(name=f"area{mark}cell", text=f"{area}{mark}{cell}", border="digit", weak=True)
        if not seed.mcc or not seed.mnc:
            continue
        for mcc, mnc in sorted(networks):
            short = "" if mnc == seed.mnc else ", short mnc"
            joined = mark.join((mcc, mnc, str(area), str(cell)))
            yield _joined(f"mcc{mark}mnc{mark}area{mark}cell{short}", joined)
        network = f"{seed.mcc}{seed.mnc}"
        yield _joined(f"network{mark}area{mark}cell", f"{network}{mark}{area}{mark}{cell}")
        if cell >> 16:
            yield _joined(f"network{mark}cell", f"{network}{mark}{cell}")
            yield _joined(f"mcc{mark}mnc{mark}cell", f"{seed.mcc}{mark}{seed.mnc}{mark}{cell}")
            yield _joined(f"area{mark}base station{mark}sector", mark.join(map(str, (area, *_station(cell)))))


def _station(cell: int) -> tuple[int, int]:
    """Give base station and sector (TS 23.003 19.6; TS 38.413 9.3.1.6, where 24 bits of 36 are the usual)."""
    return (cell >> 8, cell & 0xFF) if cell >> 28 == 0 else (cell >> 12, cell & 0xFFF)


def _cell_parts(cell: int) -> Iterator[Spelling]:
    """Give parts of a long identity that senders put into fields of their own, or cut it down to."""
    station, sector = _station(cell)
    short = cell & 0xFFFF
    yield Spelling(name="base station and sector", text=f"{station}-{sector}", border="digit", weak=True)
    yield Spelling(name="base station without its sector", text=str(station), border="digit", weak=True)
    yield Spelling(name="without its upper bits", text=str(short), border="digit", weak=True)
    digits = f"{short:x}"
    yield Spelling(
        name="without its upper bits, hexadecimal", text=digits, border="hex", fold=True, weak=True
    )


def _cell_in_one(seed: Seed, area: int, cell: int) -> Iterator[Spelling]:
    """Give network, area and cell as one: as in headers (TS 24.229 7.2A.4), packed (TS 36.413), glued."""
    mcc, mnc = seed.mcc or "", seed.mnc or ""
    third = mnc[2] if len(mnc) > 2 else "f"
    packed = f"{mcc[1]}{mcc[0]}{third}{mcc[2]}{mnc[1]}{mnc[0]}"  # TS 24.008 10.5.1.3
    widths = (4, 4) if not cell >> 16 else (4, 7) if not cell >> 28 else (6, 9)
    both = f"{area:0{widths[0]}x}{cell:0{widths[1]}x}"
    width = {4: 4, 7: 8, 9: 10}[widths[1]]
    yield Spelling(name="in a header of the network", text=f"{mcc}{mnc}{both}", border="hex", fold=True)
    if width > 4:
        yield Spelling(name="global identity", text=f"{packed}{cell:0{width}x}", border="hex", fold=True)
    else:
        yield Spelling(name="global identity", text=f"{packed}{both}", border="hex", fold=True)
    glued = f"{mcc}{mnc}{area:04x}{cell:08x}"
    name = "network, area and cell glued, hexadecimal"
    yield Spelling(name=name, text=glued, border="hex", fold=True, coded=False)
    yield _joined("network and cell glued", f"{mcc}{mnc}{cell}")
    yield _joined("network, area and cell glued", f"{mcc}{mnc}{area}{cell}")


def _joined(name: str, text: str) -> Spelling:
    return Spelling(name=name, text=text, border="digit", hashed=False)


_SPELLERS: dict[str, Callable[[Seed], Iterator[Spelling]]] = {
    "imei": _imei,
    "imeisv": _imeisv,
    "imsi": _imsi,
    "iccid": _iccid,
    "eid": lambda seed: iter([_digits("", seed.value)]),
    "msisdn": _msisdn,
    "meid": _meid,
    "android-id": _sixty_four_bits,
    "gsf-id": _sixty_four_bits,
    "email-address": _email,
    "person-name": _name,
    "device-name": _device_name,
    "contact": _entry,
    "call-log": _entry,
    "operator": _operator,
    "cell-id": _cell,
}
