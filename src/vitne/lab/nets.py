"""Three network namespaces on this machine: handset, router, collector.  No link leads out of them.

summary: two pairs of virtual interfaces, real DHCP and DNS of dnsmasq in the router, forwarding between
specification: ip-netns(8), veth(4), dnsmasq(8)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path

HANDSET_NET, ROUTER_IN, ROUTER_OUT, COLLECTOR = "192.0.2", "192.0.2.1", "198.51.100.1", "198.51.100.20"
STATIC = "192.0.2.77"  # of the handset where no DHCP client is installed
_LEASE_SCRIPT = """#!/bin/sh
case "$1" in bound|renew)
  ip addr flush dev "$interface"
  ip addr add "$ip/24" dev "$interface"
  ip route replace default via "$router" dev "$interface"
esac
"""


def check() -> None:
    """Raise UsageError where namespaces cannot be made here, with what to do."""
    missing = [name for name in ("ip", "dnsmasq") if _tool(name) is None]
    if sys.platform != "linux" or missing:
        what = f"the lab needs {', '.join(missing)}" if missing else "the lab needs Linux"
        raise UsageError(what, next_step="install iproute2 and dnsmasq-base" if missing else "")
    if os.geteuid() != 0:
        raise UsageError(
            "the lab makes network namespaces, and this user may not",
            expected="root, or a user namespace in which the user is root",
            next_step="sudo vitne lab, or unshare --user --map-root-user --net --mount sh -c "
            "'mount -t tmpfs tmpfs /run && vitne lab'",
        )
    tried = subprocess.run([_need("ip"), "netns", "list"], capture_output=True, check=False)  # noqa: S603
    if tried.returncode:
        raise UsageError("this machine lets nobody make network namespaces")


def _tool(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _need(name: str) -> str:
    found = _tool(name)
    if found is None:
        raise UsageError(f"{name} is not installed")
    return found


class Nets:
    """The namespaces while the lab runs; all of it is gone when the block ends."""

    def __init__(self, folder: Path, *, mac: str, names: dict[str, str]) -> None:
        self.folder, self.mac, self.names = folder, mac, names
        self._mark = f"vitne{os.getpid()}"
        self._children: list[subprocess.Popen[bytes]] = []
        self.dhcp = False

    def space(self, who: str) -> str:
        """Give the name of a namespace: "h", "r" or "c"."""
        return f"{self._mark}{who}"

    def __enter__(self) -> Nets:  # noqa: PYI034  (never subclassed)
        with ExitStack() as undo:
            undo.callback(self._unmake)
            self._make()
            undo.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._unmake()

    def command(self, who: str, *words: str) -> list[str]:
        """Give a command that runs inside a namespace."""
        return [_need("ip"), "netns", "exec", self.space(who), *words]

    def start(self, who: str, *words: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start a program inside a namespace; it is ended with the block."""
        child = subprocess.Popen(self.command(who, *words), stdin=subprocess.DEVNULL, **more)  # noqa: S603
        self._children.append(child)
        return child

    def join(self) -> None:
        """Let the handset join the network: by DHCP where a client is there, else with a fixed address."""
        client = _tool("udhcpc")
        if client:
            script = self.folder / "lease.sh"
            script.write_text(_LEASE_SCRIPT, encoding="ascii")
            script.chmod(0o755)
            words = (client, "-i", "h0", "-n", "-q", "-f", "-t", "5", "-T", "1", "-s", str(script))
            run = subprocess.run(self.command("h", *words), capture_output=True, check=False)  # noqa: S603
            self.dhcp = run.returncode == 0
        if not self.dhcp:
            self._in("h", "ip", "addr", "add", f"{STATIC}/24", "dev", "h0")
            self._in("h", "ip", "route", "add", "default", "via", ROUTER_IN)

    def _make(self) -> None:
        for who in "hrc":
            self._ip("netns", "add", self.space(who))
            self._in(who, "ip", "link", "set", "lo", "up")
        self._ip(
            "link",
            "add",
            "h0",
            "netns",
            self.space("h"),
            "type",
            "veth",
            "peer",
            "r0",
            "netns",
            self.space("r"),
        )
        self._ip(
            "link",
            "add",
            "c0",
            "netns",
            self.space("c"),
            "type",
            "veth",
            "peer",
            "r1",
            "netns",
            self.space("r"),
        )
        self._in("h", "ip", "link", "set", "h0", "address", self.mac.lower())
        for who, link in (("h", "h0"), ("r", "r0"), ("r", "r1"), ("c", "c0")):
            self._in(who, "ip", "link", "set", link, "up")
        self._in("r", "ip", "addr", "add", f"{ROUTER_IN}/24", "dev", "r0")
        self._in("r", "ip", "addr", "add", f"{ROUTER_OUT}/24", "dev", "r1")
        for address in sorted({COLLECTOR, *self.names.values()}):
            self._in("c", "ip", "addr", "add", f"{address}/24", "dev", "c0")
        self._in("c", "ip", "route", "add", "default", "via", ROUTER_OUT)
        self._in("r", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        self._serve_names()

    def _serve_names(self) -> None:
        words = ["--no-daemon", "--no-resolv", "--no-hosts", "--bind-interfaces", "--interface=r0"]
        words += ["--conf-file=/dev/null", "--no-ping", "--local=/example/"]
        words += [f"--pid-file={self.folder / 'dnsmasq.pid'}", f"--dhcp-leasefile={self.folder / 'leases'}"]
        words += [f"--dhcp-range={HANDSET_NET}.50,{HANDSET_NET}.60,12h"]
        words += [f"--address=/{name}/{address}" for name, address in sorted(self.names.items())]
        quiet = subprocess.DEVNULL
        self.start("r", _need("dnsmasq"), *words, stdout=quiet, stderr=quiet)
        time.sleep(0.3)

    def _unmake(self) -> None:
        for child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
        for child in self._children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for who in "hrc":
            words = [_need("ip"), "netns", "del", self.space(who)]
            with suppress(OSError):
                subprocess.run(words, capture_output=True, check=False)  # noqa: S603  (our own words)

    def _ip(self, *words: str) -> None:
        self._run([_need("ip"), *words])

    def _in(self, who: str, *words: str) -> None:
        self._run(self.command(who, *words))

    def _run(self, words: list[str]) -> None:
        done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603  (our own words)
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip()[:300]
            raise UsageError(f"the network of the lab cannot be made: {why}", where=" ".join(words[-6:]))
