"""The ways to a capture that the how-to names, each walked in the lab as a user would walk it.

Root, namespaces, dnsmasq and tcpdump are needed; where one is missing the test says so and is skipped.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from vitne.lab import collector, nets, outing
from vitne.lab.phone import invent, subject_file
from vitne.lab.sender import HOST
from vitne.model import UsageError
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from collections.abc import Iterator

VITNE = (sys.executable, "-m", "vitne.cli")
IMEI = invent(2019).imei1
REGISTER = """
import socket, sys, time
from vitne.lab.phone import invent
from vitne.lab.sender import record, request_head, wrapped
for number in range(int(sys.argv[2])):
    body = wrapped(record(invent(2019), "2019-02-03 07:15:3%d" % (number % 10)))
    with socket.create_connection((sys.argv[1], 80), 10) as link:
        link.sendall(request_head(len(body)) + body)
        while link.recv(4096):
            pass
    time.sleep(0.1)
"""


def _here() -> bool:
    try:
        nets.check()
    except UsageError:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not _here(), reason="LOUD: the ways were not walked: it needs root, ip and dnsmasq"
)


class Home:
    """A phone at home: its router, and the collector behind it."""

    def __init__(self, net: nets.Nets, folder: Path) -> None:
        self.net, self.folder = net, folder
        self.subject = folder / "subject.toml"
        self.subject.write_text(subject_file(invent(2019)), encoding="utf-8")
        self.subject.chmod(0o600)

    def register(self, count: int = 1) -> None:
        words = (sys.executable, "-c", REGISTER, outing.names()[HOST], str(count))
        subprocess.run(self.net.command("h", *words), check=True, timeout=60)

    @contextmanager
    def capturing(self, who: str, link: str, out: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
        words = self.net.command(who, *VITNE, "capture", "-i", link, "--out", str(out), *more)
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as child:
            assert child.stderr is not None
            assert "capturing" in child.stderr.readline()
            try:
                yield child
            finally:
                if child.poll() is None:
                    child.kill()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("ways")
    with nets.Nets(folder, mac=invent(2019).mac, names=outing.names()) as net:
        orders = folder / "collector.json"
        how = collector.Orders(
            answer="refuse", speed=1.0, folder=str(folder), certificate=outing._certificate(folder)
        )
        orders.write_bytes(msgspec.json.encode(how))
        net.start("c", sys.executable, "-m", "vitne.lab.collector", str(orders))
        until = time.monotonic() + 30
        while not (folder / "serving").exists() and time.monotonic() < until:
            time.sleep(0.05)
        net.join()
        yield Home(net, folder)


def _imeis(paths: list[Path], home: Home) -> int:
    """Count messages with the IMEI in some capture files."""
    from vitne.cli.scan import _subject

    found = run_scan(sorted(paths), Options(subject=_subject(str(home.subject)), jobs=1)).findings
    return len(
        {
            (each.flow, each.message_frames)
            for each in found
            if each.identifier == "imei" and str(each.value) == IMEI
        }
    )


def test_a_laptop_as_access_point_captures_and_scans_on_its_own_interface(home: Home, tmp_path: Path) -> None:
    words = ("--case", str(tmp_path / "case"), "--subject", str(home.subject))
    with home.capturing("r", "r0", tmp_path / "raw", *words) as child:
        home.register(3)
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    manifest = json.loads((tmp_path / "case" / "manifest.json").read_bytes())
    assert manifest
    assert _imeis(list((tmp_path / "raw").glob("*.pcapng")), home) == 3


@pytest.mark.parametrize("verb", ["scan", "watch"])
def test_a_router_pipes_what_tcpdump_sees(home: Home, tmp_path: Path, verb: str) -> None:
    tool = shutil.which("tcpdump")
    if tool is None:
        pytest.skip("LOUD: tcpdump is not installed, so the way over a router was not walked")
    more = ("--case", str(tmp_path / "case")) if verb == "scan" else ("--every", "0.5")
    reading = [*VITNE, verb, "-", "--subject", str(home.subject), *more]
    dumping = home.net.command("r", tool, "-i", "r0", "-U", "-w", "-")
    with (
        subprocess.Popen(dumping, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as dump,
        subprocess.Popen(reading, stdin=dump.stdout, stdout=subprocess.PIPE, text=True) as read,
    ):
        assert dump.stdout is not None
        assert dump.stderr is not None
        dump.stdout.close()
        dump.stderr.readline()
        home.register(2)
        time.sleep(2.5)  # tcpdump takes what the kernel hands it, a second's worth at a time
        dump.terminate()
        said, _ = read.communicate(timeout=120)
        assert read.returncode == 0
    assert HOST in said
    assert IMEI not in said
    assert "imei" in said.lower()


def test_usb_tethering_is_an_interface_like_any_other(home: Home, tmp_path: Path) -> None:
    home.net._in("r", "ip", "link", "set", "r0", "down")
    home.net._in("r", "ip", "link", "set", "r0", "name", "usb0")
    home.net._in("r", "ip", "link", "set", "usb0", "up")
    try:
        time.sleep(1.0)
        with home.capturing("r", "usb0", tmp_path) as child:
            home.register()
            child.terminate()
            assert child.wait(60) == 0
    finally:
        home.net._in("r", "ip", "link", "set", "usb0", "down")
        home.net._in("r", "ip", "link", "set", "usb0", "name", "r0")
        home.net._in("r", "ip", "link", "set", "r0", "up")
        time.sleep(1.0)
    [file] = tmp_path.glob("*.pcapng")
    assert _imeis([file], home) == 1


def test_a_tunnel_without_addresses_of_a_link_is_captured_as_raw_ip(home: Home, tmp_path: Path) -> None:
    """A VPN of an app, as PCAPdroid has, and tethering by cable of some phones give such interfaces."""
    tunnel = os.open("/dev/net/tun", os.O_RDWR) if Path("/dev/net/tun").exists() else -1
    if tunnel < 0:
        pytest.skip("LOUD: this machine has no tunnels, so none was captured")
    try:
        fcntl.ioctl(tunnel, 0x400454CA, struct.pack("16sH22x", b"vitne%d" % (os.getpid() % 10**6), 0x1001))
        name = f"vitne{os.getpid() % 10**6}"
        subprocess.run(["ip", "link", "set", name, "netns", home.net.space("h")], check=True)
        home.net._in("h", "ip", "addr", "add", "203.0.113.1/24", "dev", name)
        home.net._in("h", "ip", "link", "set", name, "up")
        with home.capturing("h", name, tmp_path) as child:
            script = "import socket\nfor n in range(9): socket.socket(2, 2).sendto(b'vitne %d' % n, ('203.0.113.9', 9))"
            subprocess.run(home.net.command("h", sys.executable, "-c", script), check=True)
            child.terminate()
            assert child.wait(60) == 0
    finally:
        os.close(tunnel)
    [capture] = run_scan(list(tmp_path.glob("*.pcapng")), Options(jobs=1)).captures
    assert capture.interfaces[0].link_type == 101
    assert capture.packets >= 9


def _send(home: Home, count: int) -> None:
    script = (
        "import socket\ns = socket.socket(2, 2)\n"
        f"for n in range({count}): s.sendto(b'numbered %05d' % n, ('{nets.ROUTER_IN}', 9))"
    )
    subprocess.run(home.net.command("h", sys.executable, "-c", script), check=True, timeout=60)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_way_of_stopping_keeps_the_last_packet(home: Home, tmp_path: Path, how: signal.Signals) -> None:
    with home.capturing("r", "r0", tmp_path) as child:
        _send(home, 300)
        child.send_signal(how)
        assert child.wait(60) == 0
    [file] = tmp_path.glob("*.pcapng")
    data = file.read_bytes()
    assert all(b"numbered %05d" % number in data for number in range(300))
    assert run_scan([file], Options(jobs=1)).captures[0].packets >= 300


def test_killed_outright_it_leaves_all_but_the_last_moment(home: Home, tmp_path: Path) -> None:
    with home.capturing("r", "r0", tmp_path) as child:
        _send(home, 300)
        time.sleep(2.0)
        child.kill()
        child.wait(60)
    [file] = tmp_path.glob("*.pcapng")
    assert b"numbered 00299" in file.read_bytes()
    assert run_scan([file], Options(jobs=1)).captures[0].packets >= 300


def test_an_interface_that_goes_away_and_comes_back_is_one_capture_with_a_gap(
    home: Home, tmp_path: Path
) -> None:
    link = ("ip", "link", "add", "gone0", "type", "veth", "peer", "name", "gone1")
    home.net._in("r", *link)
    for name in ("gone0", "gone1"):
        home.net._in("r", "ip", "link", "set", name, "up")
    script = "import socket\ns = socket.socket(17, 3)\ns.bind(('gone1', 0))\n[s.send(bytes(14) + b'%s' % bytes([n] * 50)) for n in range(5)]"
    sending = home.net.command("r", sys.executable, "-c", script)
    with home.capturing("r", "gone0", tmp_path) as child:
        subprocess.run(sending, check=True)
        time.sleep(1.0)
        home.net._in("r", "ip", "link", "del", "gone0")
        time.sleep(1.5)
        home.net._in("r", *link)
        for name in ("gone0", "gone1"):
            home.net._in("r", "ip", "link", "set", name, "up")
        time.sleep(3.0)
        subprocess.run(sending, check=True)
        time.sleep(0.5)
        child.terminate()
        assert child.wait(60) == 0
    home.net._in("r", "ip", "link", "del", "gone0")
    result = run_scan(sorted(tmp_path.glob("*.pcapng")), Options(jobs=1))
    assert sum(each.packets for each in result.captures) >= 10
    data = b"".join(path.read_bytes() for path in tmp_path.glob("*.pcapng"))
    assert b"the interface went away" in data
    assert b"the interface is back" in data


def test_a_user_without_rights_captures_with_the_one_capability(home: Home, tmp_path: Path) -> None:
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("LOUD: setpriv is not installed, so capturing without root was not tried")
    out = tmp_path / "out"
    out.mkdir()
    os.chown(out, 65534, 65534)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    caps = (
        "--inh-caps",
        "-all,+net_raw",
        "--bounding-set",
        "-all,+net_raw",
        "--ambient-caps",
        "-all,+net_raw",
    )
    who = (tool, "--reuid", "65534", "--regid", "65534", "--clear-groups")
    words = (*VITNE, "capture", "-i", "r0", "--out", str(out))
    with subprocess.Popen(
        home.net.command("r", *who, *caps, *words), stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        first = child.stderr.readline()
        assert "capturing" in first, first + child.stderr.read()
        _send(home, 20)
        child.terminate()
        assert child.wait(60) == 0
    [file] = out.glob("*.pcapng")
    assert file.stat().st_uid == 65534
    assert b"numbered 00019" in file.read_bytes()
    refused = subprocess.run(
        home.net.command("r", *who, "--inh-caps", "-all", "--bounding-set", "-all", *words),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 3
    assert "CAP_NET_RAW" in refused.stderr


def test_mitmproxy_opens_tls_and_its_flows_are_scanned(home: Home, tmp_path: Path) -> None:
    tool = shutil.which("mitmdump")
    if tool is None:
        pytest.skip("LOUD: mitmdump is not installed, so the way over a proxy was not walked")
    flows = tmp_path / "flows"
    mode = (
        "--listen-host",
        nets.ROUTER_IN,
        "--listen-port",
        "8080",
        "--ssl-insecure",
        "--set",
        f"confdir={tmp_path}",
    )
    proxy = home.net.command("r", tool, "-q", "-w", str(flows), *mode)
    with subprocess.Popen(proxy, stderr=subprocess.PIPE) as child:
        try:
            _listening(home)
            body = f'{{"imei":"{IMEI}","time":1}}'
            proxy_at, address = f"http://{nets.ROUTER_IN}:8080", outing.names()[HOST]
            asked = ["curl", "-s", "-k", "-x", proxy_at, "-d", body, f"https://{address}/a"]
            run = subprocess.run(home.net.command("h", *asked), capture_output=True, timeout=60, check=False)
            assert run.returncode == 0, run.stderr
        finally:
            child.terminate()
            child.wait(30)
    assert _imeis([flows], home) == 1
    kept = [json.loads(line) for line in (home.folder / "collector.jsonl").read_text().splitlines()]
    assert kept[-1]["tls"]
    assert kept[-1]["received"]["imei"] == IMEI


def _listening(home: Home) -> None:
    script = f"import socket; socket.create_connection(('{nets.ROUTER_IN}', 8080), 1)"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        run = subprocess.run(
            home.net.command("h", sys.executable, "-c", script), capture_output=True, check=False
        )
        if run.returncode == 0:
            return
        time.sleep(0.3)
    pytest.fail("the proxy did not start")
