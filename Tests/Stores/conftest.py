# SPDX-License-Identifier: Apache-2.0
"""The C programs of this folder, built against the library of this checkout."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build" / "swiftsession"
FLAGS = shlex.split("-std=c99 -O1 -g -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -pedantic -pthread")


def pkg_config(*options: str) -> list[str]:
    environment = {**os.environ, "PKG_CONFIG_PATH": str(LIBRARY)}
    command = ["pkg-config", *options, "swiftsession"]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The path of a program by its name."""
    folder = tmp_path_factory.mktemp("programs")

    def build(name: str) -> str:
        path = folder / name
        if not path.exists():
            source = Path(__file__).with_name(f"{name}.c")
            link = [*pkg_config("--libs"), f"-Wl,-rpath,{LIBRARY}"]
            subprocess.run(["gcc", *FLAGS, *pkg_config("--cflags"), str(source), "-o", str(path), *link], check=True)
        return str(path)

    return build
