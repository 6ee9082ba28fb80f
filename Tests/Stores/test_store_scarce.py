# SPDX-License-Identifier: Apache-2.0
"""A process without descriptors, or whose client library gets no memory, and disks that are full or only to be read:
each call ends with a status, what is stored fits the answers, and when nothing lacks any more the next call is fine.

What the library itself gets no memory for ends the process: Swift has no way to say so. libmongoc ends it too, and
libmariadb does where mysql_close() meets what it could not finish.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS

from store_library import StoreError, store_at

CLIENTS = {"postgresql": "libpq", "redis": "libhiredis", "sqlite": "libsqlite3"}


@pytest.fixture
def address(request, tmp_path):
    if request.param == "sqlite":
        yield str(tmp_path / "sessions.db")
    elif request.param == "filesystem":
        yield str(tmp_path / "sessions")
    else:
        with SERVERS[request.param](tmp_path) as address:
            yield address


def said(*command, **environment):
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return done.stdout.strip()


@pytest.mark.parametrize("address", ["filesystem", "sqlite", *SERVERS], indirect=True)
def test_no_descriptor_is_left(program, address):
    print(f"\n{said(program('scarce'), 'descriptors', address)}")


@pytest.mark.parametrize(("address", "library"), CLIENTS.items(), ids=CLIENTS, indirect=["address"])
def test_the_client_library_gets_no_memory(program, address, library, tmp_path):
    preloaded = tmp_path / "failing_malloc.so"
    source = Path(__file__).with_name("failing_malloc.c")
    flags = ["-shared", "-fPIC", "-O1", "-g", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["gcc", *flags, source, "-o", preloaded], check=True)
    print(f"\n{library}: {said(program('scarce'), 'memory', address, library, LD_PRELOAD=str(preloaded))}")


@contextmanager
def disk(folder, size):
    """A small one. Changed by what it yields: options of mount."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def mounts():
    """Whether this process may: root outside of most containers."""
    if os.getuid() != 0:
        return False
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return done.returncode == 0


DISKS = pytest.mark.skipif(not mounts(), reason="only root mounts a disk")


@DISKS
@pytest.mark.parametrize("name", ["sessions", "sessions.db"])
def test_a_disk_that_is_full(tmp_path, name):
    with disk(tmp_path / "disk", "512k") as _:
        store = store_at(tmp_path / "disk" / name, timeout=2)
        store.create(b"a", b"old" * 100)
        filler = tmp_path / "disk" / "filler"
        written = 0
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError):
            while True:
                written += file.write(bytes(1024))
        for number in range(20):
            for call in (
                lambda: store.replace(b"a", b"new" * 30_000, store.load(b"a")[1]),
                lambda number=number: store.create(b"b%d" % number, b"new" * 30_000),
            ):
                with pytest.raises(StoreError) as failure:
                    call()
                assert failure.value.name == "BACKEND"
        assert store.load(b"a")[0] == b"old" * 100
        if name == "sessions":
            store.remove(b"a")
        else:
            # SQLite's log of what it does takes room, also for what it removes.
            with pytest.raises(StoreError) as failure:
                store.remove(b"a")
            assert failure.value.name == "BACKEND"
        filler.unlink()
        store.remove(b"a")
        store.create(b"a", b"new" * 30_000)
        assert store.load(b"a")[0] == b"new" * 30_000
        store.close()


@DISKS
@pytest.mark.parametrize("name", ["sessions", "sessions.db"])
def test_a_disk_that_is_only_to_be_read(tmp_path, name):
    with disk(tmp_path / "disk", "2m") as remount:
        store = store_at(tmp_path / "disk" / name, timeout=2)
        store.create(b"a", b"record")
        store.close()
        remount("ro")
        store = store_at(tmp_path / "disk" / name, timeout=2)
        for call in (
            lambda: store.create(b"b", b"x"),
            lambda: store.touch(b"a"),
            lambda: store.remove(b"a"),
        ):
            with pytest.raises(StoreError) as failure:
                call()
            assert failure.value.name in ("AUTH", "BACKEND", "UNAVAILABLE")
        remount("rw")
        assert store.load(b"a")[0] == b"record"
        store.create(b"b", b"x")
        store.close()
