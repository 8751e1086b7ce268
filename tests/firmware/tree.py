"""A folder of files of all kinds, for images made by public tools; and the tools themselves."""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from vitne.firmware.budget import budget_for
from vitne.firmware.containers import Lost, Member, container_of

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.firmware.source import Source


def tool(name: str) -> str:
    """Give the path of a public tool, or skip and say which package has it."""
    packages = {
        "mke2fs": "e2fsprogs",
        "mkfs.erofs": "erofs-utils",
        "img2simg": "android-sdk-libsparse-utils",
        "simg2img": "android-sdk-libsparse-utils",
        "aapt": "aapt",
        "apksigner": "apksigner",
        "dexdump": "dexdump",
        "java": "default-jre-headless",
    }
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed (Debian package {packages.get(name, name)})")
    return found


def ran(*words: str | Path) -> str:
    """Run a public tool and give what it prints."""
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    return run.stdout + run.stderr


def grow(folder: Path) -> dict[str, bytes]:
    """Make a folder of files: empty, small, compressible, random, full of holes, many, deep; give them."""
    rng = random.Random(7)
    files = {
        "/empty": b"",
        "/deep/er/and/deeper/hi.txt": b"hi\n",
        "/numbers.txt": b"".join(b"%d\n" % number for number in range(40_000)),
        "/random.bin": rng.randbytes(300_001),
        "/mixed.bin": rng.randbytes(70_000) + bytes(90_000) + b"abc" * 50_000,
        **{f"/many/file_with_a_long_name_{number}": b"%d" % number for number in range(300)},
    }
    for path, data in files.items():
        place = folder / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    with (folder / "holes").open("wb") as file:
        file.truncate(2_000_000)
    files["/holes"] = bytes(2_000_000)
    (folder / "link").symlink_to("numbers.txt")
    return files


def read(source: Source) -> tuple[dict[str, bytes], list[Lost]]:
    """Read all files of a container."""
    container = container_of(source)
    assert container is not None
    files: dict[str, bytes] = {}
    lost: list[Lost] = []
    for member in container.members(source, budget_for(source.size)):
        if isinstance(member, Member):
            if "lost+found" not in member.path:
                files[member.path] = member.source.read(0, member.source.size)
        else:
            lost.append(member)
    return files, lost
