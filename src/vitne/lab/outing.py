"""One run of the lab: networks, capture, collector, handset; afterwards capture, event log and truth.

Nothing that is sent can leave: the namespaces have no link to the machine's own network.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from vitne.lab import collector, handset, nets, recipient
from vitne.lab.day import START_NS, Happening
from vitne.lab.phone import invent, subject_file
from vitne.lab.sender import HOST as REGISTRATION
from vitne.lab.senders import beacon, coap_registration, follower, ordinary, screen_on, senders, tls_kit
from vitne.lab.stretch import stretched
from vitne.model import UsageError

AHEAD_S, ZONE_S = 1.6, 3600  # the phone's clock runs ahead; its zone is an hour east
_HOSTS = (
    REGISTRATION,
    screen_on.HOST,
    beacon.HOST,
    follower.HOST,
    tls_kit.HOST,
    coap_registration.HOST,
    ordinary.CHECK,
    ordinary.CLOCK,
    ordinary.PUSH,
    *sorted(host for host, _ in ordinary.PAGES.values()),
)


class Outing(msgspec.Struct, frozen=True, kw_only=True):
    """What a run left."""

    capture: Path
    events: Path
    truth: Path
    subject: Path
    packets: int
    dhcp: bool  # the address was lent by real DHCP
    recipients: list[dict[str, Any]] = []  # what the collector knows now, per host


def names() -> dict[str, str]:
    """Give the address of each server; all stand in the collector."""
    return {host: f"198.51.100.{21 + number}" for number, host in enumerate(_HOSTS)}


def run(  # noqa: PLR0913  (what a run may differ in)
    folder: Path, day: list[Happening], *, seed: int, speed: float, answer: str, only: list[str]
) -> Outing:
    """Let a phone live through a day; raises UsageError where the lab cannot run here."""
    unknown = sorted(set(only) - set(senders()))
    if unknown or not 1 <= speed <= 5000:
        raise UsageError(
            "there is no such sender" if unknown else "the speed lies between 1 and 5000",
            where=", ".join(unknown),
            expected=", ".join(senders()),
        )
    nets.check()
    folder.mkdir(parents=True, exist_ok=True)
    for old in ("begun", "serving", "collector.jsonl", "handset.jsonl"):
        (folder / old).unlink(missing_ok=True)
    for path in (folder / "raw").glob("capture-*.pcapng"):
        path.unlink()
    told = handset.Orders(
        seed=seed,
        start_ns=START_NS,
        speed=speed,
        ahead_s=AHEAD_S,
        zone_s=ZONE_S,
        day=day,
        senders=only or list(senders()),
        resolver=nets.ROUTER_IN,
        folder=str(folder),
    )
    with nets.Nets(folder, mac=invent(seed).mac, names=names()) as net:
        _go(net, folder, told, answer)
        dhcp = net.dhcp
    return _settle(folder, told, answer, dhcp=dhcp)


def _go(net: nets.Nets, folder: Path, told: handset.Orders, answer: str) -> None:
    """Start everything in order, wait for the day to end, and stop it in order."""
    quiet = subprocess.DEVNULL
    words = ("-m", "vitne.cli", "capture", "-i", "r0", "--out", str(folder / "raw"), "--buffer", "16")
    capture = net.start("r", sys.executable, *words, stderr=quiet)
    how = collector.Orders(
        answer=answer, speed=told.speed, folder=str(folder), certificate=_certificate(folder)
    )
    _write(folder / "collector.json", how)
    net.start("c", sys.executable, "-m", "vitne.lab.collector", str(folder / "collector.json"))
    _wait(folder / "serving", 30)
    _wait(folder / "raw", 30)
    time.sleep(0.5)
    net.join()
    _write(folder / "handset.json", told)
    phone = net.start("h", sys.executable, "-m", "vitne.lab.handset", str(folder / "handset.json"))
    long = told.day[-1].at / told.speed
    try:
        code = phone.wait(long + 120)
    except subprocess.TimeoutExpired as error:
        raise UsageError("the phone of the lab did not come to the end of its day") from error
    if code:
        raise UsageError(f"the phone of the lab ended with {code}", where=str(folder))
    time.sleep(0.3)
    capture.send_signal(signal.SIGTERM)
    capture.wait(20)


def _wait(place: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not place.exists():
        if time.monotonic() > until:
            raise UsageError("a part of the lab did not start", where=place.name)
        time.sleep(0.05)


def _write(place: Path, orders: Any) -> None:
    place.write_bytes(msgspec.json.encode(orders))


def _certificate(folder: Path) -> str:
    """Make a certificate that nobody trusts, as PEM with its key; "" where the tool is missing."""
    place = folder / "collector.pem"
    tool = nets._tool("openssl")  # noqa: SLF001  (the same search path)
    if tool is None:
        return ""
    words = [
        tool,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-subj",
        f"/CN={tls_kit.HOST}",
    ]
    done = subprocess.run(  # noqa: S603  (our own words)
        [*words, "-keyout", str(place), "-out", f"{place}.crt"], capture_output=True, check=False
    )
    if done.returncode:
        return ""
    place.write_bytes(place.read_bytes() + (folder / "collector.pem.crt").read_bytes())
    return str(place)


def _settle(folder: Path, told: handset.Orders, answer: str, *, dhcp: bool) -> Outing:
    """Put capture and truth on the clock of the day, and write what a person needs."""
    begun = int((folder / "begun").read_text(encoding="ascii"))

    def moved(time_ns: int) -> int:
        return told.start_ns + round((time_ns - begun) * told.speed)

    raw = sorted((folder / "raw").glob("capture-*.pcapng"))
    packets = stretched(raw, folder / "capture.pcapng", moved)
    received = [msgspec.json.decode(line) for line in (folder / "collector.jsonl").read_bytes().splitlines()]
    for row in received:
        row["time_ns"] = moved(row["time_ns"])
    sent = [msgspec.json.decode(line) for line in (folder / "handset.jsonl").read_bytes().splitlines()]
    for row in sent:
        row["time_ns"] = told.start_ns + round(row["at_s"] * 1e9)
    truth = {
        "seed": told.seed,
        "speed": told.speed,
        "answer": answer,
        "start_ns": told.start_ns,
        "clock_ahead_s": told.ahead_s,
        "zone_s": told.zone_s,
        "dhcp": dhcp,
        "senders": told.senders,
        "day": msgspec.to_builtins(told.day),
        "sent": sent,
        "received": received,
        "recipients": recipient.view(received),
    }
    (folder / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1))
    subject = folder / "subject.toml"
    subject.write_text(subject_file(invent(told.seed)), encoding="utf-8")
    subject.chmod(0o600)
    return Outing(
        capture=folder / "capture.pcapng",
        events=folder / "events.log",
        truth=folder / "truth.json",
        subject=subject,
        packets=packets,
        dhcp=dhcp,
        recipients=truth["recipients"],
    )
