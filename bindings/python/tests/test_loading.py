# SPDX-License-Identifier: Apache-2.0
"""How the shared library is found, and what importing says where there is none."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import swiftsession
from swiftsession import _library

PACKAGE = Path(swiftsession.__file__).parent


def python(code, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "SWIFTSESSION_LIBRARY"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": str(PACKAGE.parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_checkouts_library_is_found():
    assert python("import swiftsession; print(swiftsession.library_version())").stdout == "0.1.0\n"


def test_a_library_that_is_named_is_taken_and_no_other():
    said = python("import swiftsession", SWIFTSESSION_LIBRARY="/nowhere/libswiftsession.so.0").stderr.splitlines()[-1]
    assert said.startswith("ImportError: swiftsession could not load /nowhere/libswiftsession.so.0 (")
    assert "Run `make build`" in said and "or set SWIFTSESSION_LIBRARY to the path of libswiftsession.so.0." in said


def test_another_library_says_so():
    libc = ctypes.util.find_library("c") or "libc.so.6"
    said = python("import swiftsession", SWIFTSESSION_LIBRARY=libc).stderr.splitlines()[-1]
    assert "another release" in said


def test_another_system_says_so():
    said = python("import sys; sys.platform = 'darwin'; import swiftsession").stderr.splitlines()[-1]
    assert said.startswith("ImportError: swiftsession supports Linux on x86-64 with glibc, and this is darwin")


def test_the_package_without_flask_needs_no_flask():
    said = python("import sys; import swiftsession, swiftsession.signing; print('flask' in sys.modules)")
    assert said.stdout == "False\n"


def test_every_function_that_is_declared_is_in_the_header():
    header = (PACKAGE.parents[2] / "Include" / "swiftsession.h").read_text()
    for name in (*_library._FALLIBLE, *_library._INFALLIBLE):
        assert f" swiftsession_{name}(" in header or f"*swiftsession_{name}(" in header


def test_the_statuses_are_those_of_the_header():
    header = (PACKAGE.parents[2] / "Include" / "swiftsession.h").read_text()
    for status in swiftsession.Status:
        assert f"SWIFTSESSION_{status.name} = {status.value}" in header
    for origin in swiftsession.Origin:
        assert f"SWIFTSESSION_ORIGIN_{origin.name} = {origin.value}" in header
