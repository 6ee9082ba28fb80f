# SPDX-License-Identifier: Apache-2.0
"""`make install` into a folder of its own, and a program that finds what it needs there by pkg-config alone."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
#include <stdio.h>
#include <string.h>
#include <swiftsession.h>

int main(void) {
  puts(swiftsession_version());
  return strcmp(swiftsession_version(), SWIFTSESSION_VERSION);
}
"""


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("system")
    command = ["make", "--silent", "install", f"DESTDIR={folder}", "PREFIX=/usr"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder


def test_a_system_has_the_library_its_links_the_header_and_the_pc_file(system):
    library = system / "usr" / "lib"
    description = (library / "pkgconfig" / "swiftsession.pc").read_text()
    version = re.search("^Version: (.*)$", description, re.M)[1]
    found = sorted(str(path.relative_to(system)) for path in system.rglob("*") if not path.is_dir())
    assert found == [
        "usr/include/swiftsession.h",
        "usr/lib/libswiftsession.so",
        "usr/lib/libswiftsession.so.0",
        f"usr/lib/libswiftsession.so.{version}",
        "usr/lib/pkgconfig/swiftsession.pc",
    ]
    assert os.readlink(library / "libswiftsession.so") == "libswiftsession.so.0"
    assert os.readlink(library / "libswiftsession.so.0") == f"libswiftsession.so.{version}"
    assert str(ROOT) not in description and str(system) not in description


def test_a_program_builds_and_runs_against_it(system, tmp_path):
    (tmp_path / "program.c").write_text(PROGRAM)
    environment = {
        **os.environ,
        "PKG_CONFIG_SYSROOT_DIR": str(system),
        "PKG_CONFIG_LIBDIR": str(system / "usr" / "lib" / "pkgconfig"),
        # -I/usr/include and -L/usr/lib are dropped as the compiler's own unless told otherwise.
        "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
        "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1",
    }
    subprocess.run(
        "cc program.c -o program $(pkg-config --cflags --libs swiftsession)",
        shell=True, cwd=tmp_path, env=environment, check=True,
    )  # fmt: skip
    environment = {"LD_LIBRARY_PATH": str(system / "usr" / "lib")}
    subprocess.run([tmp_path / "program"], env=environment, check=True, stdout=subprocess.DEVNULL)
