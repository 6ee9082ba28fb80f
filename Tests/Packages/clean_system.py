# SPDX-License-Identifier: Apache-2.0
"""A Debian 12 with nothing in it, made by debootstrap once and copied for each use. As root."""

import shutil
import subprocess
import time
from pathlib import Path

#: Where Debian and Python packages are fetched from, and who is trusted in that, as this machine is set up.
MIRROR_FILES = ["/etc/resolv.conf", "/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/pip.conf"]
MIRROR_FILES += ["/etc/ssl/certs/ca-certificates.crt"]

#: Where a newcomer works.
HOME = "/srv/shop"


def base(folder: Path) -> Path:
    """The system that others are copies of."""
    if not (folder / "etc" / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        options = ["--variant=minbase", "--include=ca-certificates"]
        subprocess.run(["debootstrap", *options, "bookworm", folder], check=True)
        (folder / "etc" / "made").touch()
    for name in MIRROR_FILES:
        source = Path(name)
        if source.is_dir():
            shutil.copytree(source, folder / name[1:], dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, folder / name[1:])
    return folder


class CleanSystem:
    """A copy of the base in `folder`. Commands in it have the environment of a fresh login."""

    def __init__(self, made: Path, folder: Path):
        self.folder = folder
        self.times: list[tuple[str, float]] = []
        subprocess.run(["cp", "-a", "--reflink=auto", made, folder], check=True)
        self.home = folder / HOME[1:]
        self.home.mkdir()

    def __enter__(self) -> "CleanSystem":
        subprocess.run(["mount", "-t", "proc", "proc", self.folder / "proc"], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", self.folder / "proc"], check=True)
        shutil.rmtree(self.folder)

    def run(self, step: str, command: str) -> str:
        """What a command answers; how long it took is kept under the name of the step."""
        began = time.monotonic()
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": HOME, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            ["chroot", self.folder, "/bin/bash", "-e", "-u", "-c", f"cd {HOME}\n{command}"],
            env=environment, capture_output=True, text=True, timeout=1200,
        )  # fmt: skip
        assert done.returncode == 0, f"{step}\n{done.stdout}\n{done.stderr}"
        self.times.append((step, time.monotonic() - began))
        print(f"{step}: {self.times[-1][1]:.1f} s")
        return done.stdout

    def files(self) -> set[str]:
        """What is there, but for the caches and lists that a package manager keeps."""
        kept = ("proc/", "srv/", "tmp/", "var/cache/", "var/lib/apt/", "var/lib/dpkg/", "var/log/", "etc/ld.so.cache")
        command = ["find", self.folder, "-xdev", "-mindepth", "1", "-printf", "%P\\n"]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        return {name for name in found if not name.startswith(kept)}
