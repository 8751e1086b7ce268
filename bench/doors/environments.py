"""Private environments of the run: one for clients and servers, one for the proxy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = ("tcpdump", "curl", "openssl", "editcap", "mosquitto")
"""Programs that the run cannot do without; Chromium is left out where it is missing."""
_PYTHONS = ("python3.14", "python3.13", "python3.12")


def missing() -> list[str]:
    """Say what this machine lacks for the run."""
    lacks = [name for name in PROGRAMS if found(name) is None]
    if sys.platform != "linux":
        lacks.append("Linux")
    elif os.geteuid() != 0:
        lacks.append("the right to capture on loopback (run it as root)")
    return lacks


def found(name: str) -> str | None:
    """Give the path of a program, also where servers lie."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def ready(folder: Path) -> bool:
    """Say whether both environments are there."""
    return all((folder / name / "bin" / "python").exists() for name in ("clients", "proxy"))


def make(folder: Path) -> None:
    """Make both, each package checked against its digest.  Raises SystemExit with the next step in it."""
    for name, python in (("clients", sys.executable), ("proxy", newer())):
        place = folder / name
        if (place / ".made").exists():
            continue
        print(f"  making the environment of the {name} in {place}", file=sys.stderr)
        subprocess.run([python, "-m", "venv", str(place)], check=True)
        wanted = HERE / f"{name}.txt"
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(wanted)], check=True)
        (place / ".made").touch()


def newer() -> str:
    """Give a Python that the proxy runs on: 3.12 or newer."""
    if sys.version_info >= (3, 12):
        return sys.executable
    places = sorted(Path("~/.pyenv/versions").expanduser().glob("3.1[2-9]*/bin/python3"), reverse=True)
    for candidate in (*filter(None, map(shutil.which, _PYTHONS)), *map(str, places)):
        asked = subprocess.run([candidate, "-c", "import sys; print(sys.version_info >= (3, 12))"],
                               capture_output=True, text=True, check=False)  # fmt: skip
        if asked.stdout.strip() == "True":
            return candidate
    raise SystemExit("doors: the proxy needs Python 3.12 or newer\n  next: install one beside this Python")
