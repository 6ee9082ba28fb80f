# SPDX-License-Identifier: Apache-2.0
"""The README's C program, built by CMake and Meson from what is installed, and in every standard of C and C++."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def block(language, containing=""):
    found = [text for text in re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S) if containing in text]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Where the library is installed, as on a machine without Swift."""
    folder = tmp_path_factory.mktemp("prefix")
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    subprocess.run(["make", "--silent", "install", f"PREFIX={folder}"], cwd=ROOT, env=environment, check=True)
    return folder


@pytest.fixture
def project(tmp_path):
    (tmp_path / "counter.c").write_text(block("c"))
    return tmp_path


def run(prefix, *command, cwd=None):
    environment = {
        **os.environ,
        "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig"),
        "LD_LIBRARY_PATH": str(prefix / "lib"),
        "APP_SECRET_KEY": "32 random bytes, the same everywhere",
    }
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_cmake(prefix, project):
    lines = block("cmake")
    (project / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.13)\nproject(counter C)\n{lines}")
    run(prefix, "cmake", "-S", project, "-B", project / "build")
    run(prefix, "cmake", "--build", project / "build")
    assert run(prefix, project / "build" / "counter").endswith("This is visit 1.\n")


def test_meson(prefix, project):
    (project / "meson.build").write_text(f"project('counter', 'c')\n{block('meson')}")
    run(prefix, "meson", "setup", project / "build", project)
    run(prefix, "ninja", "-C", project / "build")
    assert run(prefix, project / "build" / "counter").endswith("This is visit 1.\n")


COMPILERS = {"c99": "c", "c11": "c", "c17": "c", "c++11": "c++", "c++20": "c++"}


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", COMPILERS)
def test_every_standard(prefix, project, compiler, standard):
    """gcc and the clang that Swift brings."""
    language = COMPILERS[standard]
    command = {"gcc": {"c": "gcc", "c++": "g++"}, "clang": {"c": "clang", "c++": "clang++"}}[compiler][language]
    assert shutil.which(command), f"{command} is not on the PATH"
    strict = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]
    source = "#include <swiftsession.h>\nint main(void) { return swiftsession_version()[0] == 0; }\n"
    if language == "c":
        source = block("c")
    name = "program.c" if language == "c" else "program.cpp"
    (project / name).write_text(source)
    flags = run(prefix, "pkg-config", "--cflags", "--libs", "swiftsession").split()
    run(prefix, command, f"-std={standard}", *strict, name, "-o", "program", *flags, cwd=project)
    run(prefix, project / "program")
