"""One run: servers and proxy started, every client once, packets and flows recorded, all ended again."""

from __future__ import annotations

import gzip
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, NamedTuple, Self

from bench.doors import plan
from bench.doors.environments import HERE, found

_WAIT = 20.0  # seconds for a server to be there


class Recorded(NamedTuple):
    """What a run left."""

    folder: Path
    skipped: dict[str, str]  # carrier that did not run, and why


class Run:
    """Owns the processes of a run; they end with it."""

    def __init__(self, folder: Path, environments: Path) -> None:
        self.folder = folder
        self.environments = environments
        self._processes: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self._logs:
            log.close()

    def start(self, name: str, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a process that stays."""
        log = (self.folder / f"{name}.log").open("wb")
        self._logs.append(log)
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})
        self._processes.append(process)
        return process

    def python(self, name: str) -> str:
        """Give the interpreter of an environment."""
        return str(self.environments / name / "bin" / "python")


def run(folder: Path, environments: Path, carriers: tuple[str, ...]) -> Recorded:
    """Record a run of these carriers."""
    _certificates(folder)
    skipped: dict[str, str] = {}
    with Run(folder, environments) as own:
        _serve(own)
        ports = " or ".join(f"port {plan.PORTS[name]}" for name in plan.PORTS if name not in {"proxy", "tcp"})
        dump = str(found("tcpdump"))
        capture = own.start(
            "tcpdump", dump, "-i", "lo", "-n", "-s", "262144", "--immediate-mode", "-U", "-w",
            str(folder / "run.pcap"), f"tcp and ({ports})", "-Z", "root",
        )  # fmt: skip
        quic = own.start(
            "tcpdump3", dump, "-i", "lo", "-n", "-s", "262144", "--immediate-mode", "-U", "-w",
            str(folder / "http3.pcap"), f"udp port {plan.PORTS['tls13']}", "-Z", "root",
        )  # fmt: skip
        _listens(folder / "tcpdump.log", folder / "tcpdump3.log")
        for carrier in carriers:
            why = _client(own, carrier)
            if why:
                skipped[carrier] = why
        time.sleep(1.0)
        for process in (capture, quic):
            process.terminate()
            process.wait(10)
    return Recorded(folder, skipped)


def _certificates(folder: Path) -> None:
    """Make an authority and a certificate for the names of the run."""
    names = ",".join(f"DNS:{plan.host(carrier)}" for carrier in (*plan.CARRIERS, *plan.DIRECT))
    (folder / "names").write_text(f"subjectAltName={names},IP:127.0.0.1\n")
    signed = "-CA ca.pem -CAkey ca.key -CAcreateserial"
    key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for line in (
        f"req -x509 {key} -keyout ca.key -out ca.pem -days 30 -subj /CN=doors",
        f"req {key} -keyout leaf.key -out leaf.csr -subj /CN=collect.example",
        f"x509 -req -in leaf.csr {signed} -days 30 -extfile names -out leaf.pem",
    ):
        subprocess.run(["openssl", *shlex.split(line)], cwd=folder, check=True, capture_output=True)


def _serve(own: Run) -> None:
    """Start servers and proxy and wait until they answer."""
    folder = own.folder
    own.start("server", own.python("clients"), str(HERE / "server.py"), str(folder))
    (folder / "mosquitto.conf").write_text(f"listener {plan.PORTS['mqtt']} 127.0.0.1\nallow_anonymous true\n")
    own.start("mosquitto", str(found("mosquitto")), "-c", str(folder / "mosquitto.conf"))
    proxy = own.environments / "proxy" / "bin" / "mitmdump"
    own.start(
        "proxy", own.python("proxy"), str(proxy), "-q", "--set", f"confdir={folder / 'proxy'}",
        "--mode", f"regular@127.0.0.1:{plan.PORTS['proxy']}",
        "--mode", f"reverse:tcp://127.0.0.1:{plan.PORTS['mqtt']}@127.0.0.1:{plan.PORTS['tcp']}",
        "--set", "connection_strategy=lazy",
        "--set", f"ssl_verify_upstream_trusted_ca={folder / 'ca.pem'}",
        "--set", f"hardump={folder / 'run.har'}", "-w", str(folder / "run.flow"),
        "-s", str(HERE / "reroute.py"),
        MITMPROXY_SSLKEYLOGFILE=str(folder / "keys.proxy"),
    )  # fmt: skip
    deadline = time.monotonic() + _WAIT
    wanted = set(plan.PORTS.values())
    while not wanted <= _listening():
        if time.monotonic() > deadline:
            late = sorted(name for name, port in plan.PORTS.items() if port not in _listening())
            raise SystemExit(f"doors: no answer on {', '.join(late)}; see the logs in {folder}")
        time.sleep(0.2)


def _listens(*logs: Path) -> None:
    """Wait until the captures have begun."""
    deadline = time.monotonic() + _WAIT
    while not all(b"listening on" in log.read_bytes() for log in logs):
        if time.monotonic() > deadline:
            raise SystemExit(f"doors: tcpdump does not begin; see {logs[0]}")
        time.sleep(0.1)


def _listening() -> set[int]:
    """Give the ports that something listens on."""
    tables = (Path("/proc/net") / name for name in ("tcp", "tcp6"))
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A"}


def _client(own: Run, carrier: str) -> str:
    """Run one client; give why it did not, nothing where it did."""
    command = _command(own, carrier)
    if command is None:
        return "Chromium is not on this machine"
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False,
                              env={**os.environ, "HOME": str(own.folder)})  # fmt: skip
    except subprocess.TimeoutExpired:
        return "no end within a minute"
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        print(f"  {carrier}: {said[-1] if said else done.returncode}", file=sys.stderr)
        return "the client failed"
    return ""


def _command(own: Run, carrier: str) -> list[str] | None:
    if carrier.startswith("curl"):
        return _curl(own, carrier)
    if carrier == "chromium":
        return _chromium(own)
    return [own.python("clients"), str(HERE / "clients.py"), str(own.folder), carrier]


def _curl(own: Run, carrier: str) -> list[str]:
    """Give the command of a run of curl; the last word of a carrier is the version of HTTP."""
    _, way, version = carrier.split("-")
    trust = own.folder / "proxy" / plan.PROXY_CA
    port = plan.PORTS.get(way, plan.PORTS["tls13"])
    scheme = "http" if way == "plain" else "https"
    url = f"{scheme}://{plan.host(carrier)}:{port}"
    command = [
        "curl",
        "-sS",
        "-f",
        "-o",
        "/dev/null",
        "--cacert",
        str(trust),
        "--proxy",
        f"http://127.0.0.1:{plan.PORTS['proxy']}",
    ]
    command += ["--http2" if version == "2" else "--http1.1"]
    record = json.dumps({"imei": plan.imei(carrier)})
    if way == "form":
        return [
            *command,
            "--data-urlencode",
            f"imei={plan.imei(carrier)}",
            "-d",
            f"gaid={plan.ad_id(carrier)}",
            f"{url}/api",
        ]
    if way == "events":
        return [*command, "-H", f"X-Ad-Id: {plan.ad_id(carrier)}", f"{url}/events?imei={plan.imei(carrier)}"]
    if way in {"gzip", "grpcweb"}:
        return [*command, *_binary(own.folder, carrier, way), f"{url}/{way}?gaid={plan.ad_id(carrier)}"]
    return [
        *command,
        "-H",
        "Content-Type: application/json",
        "-d",
        record,
        f"{url}/api?gaid={plan.ad_id(carrier)}",
    ]


def _binary(folder: Path, carrier: str, way: str) -> list[str]:
    """Write a body that is no text, and give the options that send it."""
    path = folder / f"body.{carrier}"
    if way == "gzip":
        path.write_bytes(gzip.compress(b'{"imei":"%s"}' % plan.imei(carrier).encode(), mtime=0))
        headers = ["-H", "Content-Type: application/json", "-H", "Content-Encoding: gzip"]
    else:
        message = b"\x0a\x0f" + plan.imei(carrier).encode()
        path.write_bytes(b"\0" + len(message).to_bytes(4, "big") + message)
        headers = ["-H", "Content-Type: application/grpc-web+proto"]
    return [*headers, "--data-binary", f"@{path}"]


def _chromium(own: Run) -> list[str] | None:
    browser = found("chromium") or found("chromium-browser") or found("google-chrome")
    if browser is None:
        return None
    return [
        browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors",
        f"--user-data-dir={own.folder / 'browser'}", f"--proxy-server=http://127.0.0.1:{plan.PORTS['proxy']}",
        "--virtual-time-budget=8000", "--dump-dom", f"https://{plan.host('chromium')}:{plan.PORTS['tls13']}/page",
    ]  # fmt: skip
