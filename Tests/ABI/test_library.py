# SPDX-License-Identifier: Apache-2.0
"""What the shared library is made of: its names, what it needs, its size."""

import json
import re
import struct
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build" / "swiftsession" / "libswiftsession.so.0"


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin"}).stdout


def dynamic(tag: str) -> list[str]:
    return re.findall(rf"\({tag}\).*\[(.*)\]", output("readelf", "-d", str(LIBRARY)))


def exported() -> set[str]:
    return {name for name in output("nm", "-D", "--defined-only", str(LIBRARY)).split() if name.startswith("swiftsession_")}


def test_the_soname_is_the_abi():
    assert dynamic("SONAME") == ["libswiftsession.so.0"]


def test_it_needs_nothing_but_libc_libm_libcrypto_and_libz():
    assert set(dynamic("NEEDED")) <= {"libc.so.6", "libcrypto.so.3", "libm.so.6", "libz.so.1"}


def test_header_map_and_library_name_the_same_functions():
    declarations = re.sub(r"/\*.*?\*/", "", (ROOT / "Include" / "swiftsession.h").read_text(), flags=re.S)
    header = set(re.findall(r"\b(swiftsession_[a-z0-9_]+)\(", declarations))
    listed = set(re.findall(r"^\s+(swiftsession_[a-z0-9_]+);", (ROOT / "Include" / "swiftsession.map").read_text(), re.M))
    assert header == listed
    assert exported() == {f"{name}@@SWIFTSESSION_0" for name in listed}


def test_nothing_else_is_exported():
    names = output("nm", "-D", "--defined-only", str(LIBRARY)).splitlines()
    assert [line for line in names if " swiftsession_" not in line and not line.endswith(" A SWIFTSESSION_0")] == []


def test_it_is_hardened_and_stays_loaded():
    segments = output("readelf", "-lW", str(LIBRARY))
    assert "GNU_RELRO" in segments
    assert re.search(r"GNU_STACK.*\bRW\b", segments) and not re.search(r"GNU_STACK.*\bRWE\b", segments)
    flags = output("readelf", "-dW", str(LIBRARY))
    assert "NOW" in flags and "NODELETE" in flags


def test_it_says_which_libraries_it_opens_on_first_use(tmp_path):
    notes = tmp_path / "notes"
    subprocess.run(["objcopy", "-O", "binary", "--only-section=.note.dlopen", str(LIBRARY), str(notes)], check=True)
    data, sonames = notes.read_bytes(), set()
    while data:
        name_size, size, kind = struct.unpack_from("<III", data)
        assert (data[12 : 12 + name_size], kind) == (b"FDO\0", 0x407C0C0A)
        start = 12 + (name_size + 3 & ~3)
        for feature in json.loads(data[start : start + size].rstrip(b"\0")):
            sonames |= set(feature["soname"])
        data = data[start + (size + 3 & ~3) :]
    assert sonames == {
        "libhiredis.so.0.14",
        "libmariadb.so.3",
        "libmemcached.so.11",
        "libmongoc-1.0.so.0",
        "libpq.so.5",
        "libsqlite3.so.0",
    }


# With every store. The aim is 600; what it has now may not grow.
def test_stripped_it_has_at_most_1000_kilobytes(tmp_path):
    stripped = tmp_path / "stripped.so"
    subprocess.run(["strip", "-o", str(stripped), str(LIBRARY)], check=True)
    assert stripped.stat().st_size <= 1000 * 1024
