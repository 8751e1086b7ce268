"""Interview: asks a person for what is known, one identifier after the other, and checks as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.identify.values import check_value
from vitne.model import Seed, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 5  # wrong answers to one question before it is left out
REPEATS = 16  # values of one identifier


class Question(msgspec.Struct, frozen=True):
    """One thing to ask for."""

    identifier: str  # word of the closed list
    title: str  # what a person calls it
    where: str  # where to find it on the phone


QUESTIONS = (
    Question("imei", "IMEI", "dial *#06# on the phone; two SIM places have two numbers"),
    Question("imsi", "IMSI", "Settings, About phone, SIM status; or ask the operator"),
    Question("iccid", "ICCID", "printed on the SIM card, 18 to 20 digits that begin with 89"),
    Question("msisdn", "telephone number", "with + and the country code"),
    Question("mac-address", "hardware address of Wi-Fi or Bluetooth", "Settings, About phone, Status"),
    Question("serial-number", "serial number", "Settings, About phone; or on the box"),
    Question("android-id", "Android ID", "adb shell settings get secure android_id"),
    Question("advertising-id", "advertising identifier", "Settings, Google, Ads; or Privacy, Tracking"),
    Question("email-address", "e-mail address", "each account on the phone"),
    Question("person-name", "name", "as the accounts on the phone have it"),
    Question("account-name", "account name", "user names other than e-mail addresses"),
    Question("ssid", "name of a wireless network at home or at work", "Settings, Wi-Fi"),
    Question("bssid", "hardware address of a wireless access point", "on the label of the router"),
    Question("device-name", "name of the phone", "Settings, About phone, Device name"),
    Question("free-text", "any other word or phrase to look for", "e.g. what was typed in the test"),
)
PLACE = "latitude and longitude of a place, e.g. 59.913, 10.752 (from a map: hold a finger on the spot)"
CELL = "serving cell as MCC MNC area cell, e.g. 001 01 30001 26713345 (dial *#*#4636#*#*)"


def ask(prompt: Callable[[str], str], say: Callable[[str], None] = lambda _line: None) -> Subject:
    """Ask for all that is known; an empty answer goes on to the next question.

    ``prompt`` shows a text and gives the answer; ``say`` shows a line.  The end of input (EOFError) ends it.
    """
    seeds: list[Seed] = []
    try:
        for question in QUESTIONS:
            _ask_values(question, seeds, prompt, say=say)
        _ask_numbers(PLACE, _place, seeds, prompt=prompt, say=say)
        _ask_numbers(CELL, _cell, seeds, prompt=prompt, say=say)
    except EOFError:
        say("That was the end of the answers.")
    return Subject(seeds=tuple(seeds))


def _ask_values(
    question: Question, seeds: list[Seed], prompt: Callable[[str], str], *, say: Callable[[str], None]
) -> None:
    say(f"{question.title}: {question.where}")
    count = wrong = 0
    while count < REPEATS and wrong < TRIES:
        more = "another " if count else ""
        answer = prompt(f"{more}{question.title} (empty: next): ").strip()
        if not answer:
            return
        result = check_value(question.identifier, answer)
        if not result.ok:
            wrong += 1
            say(f"  {result.why}")
            continue
        for warning in result.warnings:
            say(f"  note: {warning}")
        count, wrong = count + 1, 0
        name = f"{question.identifier}#{count}"
        seeds.append(Seed(identifier=question.identifier, name=name, value=result.canonical))


def _ask_numbers(
    title: str,
    read: Callable[[list[str], int], Seed | None],
    seeds: list[Seed],
    *,
    prompt: Callable[[str], str],
    say: Callable[[str], None],
) -> None:
    count = wrong = 0
    while count < REPEATS and wrong < TRIES:
        answer = prompt(f"{title} (empty: next): ").strip()
        if not answer:
            return
        seed = read(answer.replace(",", " ").replace("-", " -").split(), count + 1)
        if seed is None:
            wrong += 1
            say("  that could not be read")
            continue
        count, wrong = count + 1, 0
        seeds.append(seed)


def _place(words: list[str], number: int) -> Seed | None:
    try:
        latitude, longitude = (float(word) for word in words)
    except ValueError:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Seed(
        identifier="location",
        name=f"location#{number}",
        value=f"{latitude:.6f},{longitude:.6f}",
        latitude=latitude,
        longitude=longitude,
        radius_m=100.0,
    )


def _cell(words: list[str], number: int) -> Seed | None:
    words = [word.lstrip("-") for word in words]
    if len(words) != 4 or not all(word.isascii() and word.isdigit() for word in words):
        return None
    mcc, mnc, area, cell = words[0], words[1], int(words[2][:9]), int(words[3][:12])
    if len(mcc) != 3 or len(mnc) not in {2, 3} or area >> 24 or cell >> 36:
        return None
    return Seed(
        identifier="cell-id",
        name=f"cell-id#{number}",
        value=f"{mcc}-{mnc}-{area}-{cell}",
        mcc=mcc,
        mnc=mnc,
        area=area,
        cell=cell,
    )
