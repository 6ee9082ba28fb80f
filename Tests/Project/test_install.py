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


# No Swift on the PATH, as for root.
WITHOUT_SWIFT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def install(*variables, target="install"):
    return subprocess.run(
        ["make", "--silent", target, *variables], cwd=ROOT, env=WITHOUT_SWIFT, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("system")
    result = install(f"DESTDIR={folder}", "PREFIX=/usr")
    assert result.returncode == 0, result.stderr
    return folder


def test_without_a_build_it_says_what_to_do(tmp_path):
    result = install(f"DESTDIR={tmp_path}", f"OUT={tmp_path}/nothing")
    assert result.returncode != 0 and "`make build` first" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_was_installed_is_taken_away_and_nothing_else(tmp_path):
    theirs = tmp_path / "usr" / "lib" / "libswiftsessions.so"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    for target in ("install", "uninstall"):
        result = install(f"DESTDIR={tmp_path}", "PREFIX=/usr", target=target)
        assert (result.returncode, result.stderr) == (0, "")
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == [theirs]


def test_the_library_is_stripped_and_looked_for_nowhere_else(system):
    library = system / "usr" / "lib" / "libswiftsession.so.0"

    def readelf(option):
        command = ["readelf", option, "-W", library]
        return subprocess.run(command, env=WITHOUT_SWIFT, check=True, capture_output=True, text=True).stdout

    assert ".dynsym" in readelf("-S") and ".note.dlopen" in readelf("-S")
    assert ".debug" not in readelf("-S") and ".symtab" not in readelf("-S")
    assert "SONAME" in readelf("-d") and "RUNPATH" not in readelf("-d") and "RPATH" not in readelf("-d")


def test_a_system_has_the_library_its_links_the_header_and_the_pc_file(system):
    library = system / "usr" / "lib"
    description = (library / "pkgconfig" / "swiftsession.pc").read_text()
    version = re.search("^Version: (.*)$", description, re.M)[1]
    found = sorted(str(path.relative_to(system)) for path in system.rglob("*") if not path.is_dir())
    assert found == [
        "usr/bin/swiftsessionctl",
        "usr/include/swiftsession.h",
        "usr/lib/libswiftsession.so",
        "usr/lib/libswiftsession.so.0",
        f"usr/lib/libswiftsession.so.{version}",
        "usr/lib/pkgconfig/swiftsession.pc",
        "usr/share/bash-completion/completions/swiftsessionctl",
        "usr/share/man/man1/swiftsessionctl.1",
        "usr/share/man/man3/swiftsession.3",
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


def test_the_examples_take_the_library_that_is_found_now(tmp_path):
    assert install(f"PREFIX={tmp_path}/local").returncode == 0
    checkout = str(ROOT / ".build" / "swiftsession")

    def library(pkg_config_path):
        out = tmp_path / "examples"
        command = ["make", "--silent", "-C", "bindings/c", f"OUT={out}", f"PKG_CONFIG_PATH={pkg_config_path}"]
        subprocess.run([*command, f"{out}/verify"], cwd=ROOT, check=True)
        libraries = subprocess.run(["ldd", out / "verify"], check=True, capture_output=True, text=True).stdout
        found = re.search(r"libswiftsession\.so\.0 => (.*)/libswiftsession", libraries)[1]
        return found, (out / "verify").stat().st_mtime_ns

    first, built = library(checkout)
    assert first == checkout and library(checkout) == (first, built)
    assert library(f"{tmp_path}/local/lib/pkgconfig")[0] == f"{tmp_path}/local/lib"
