# SPDX-License-Identifier: Apache-2.0
"""One process on every store at full speed: soak.py [MINUTES [FORGETS]]

After the first two minutes the memory of the process may grow by less than 1 %, and its descriptors not beyond what its
pools may have. Where one in FORGETS sessions is never freed that has to fail.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from servers import SERVERS

ROOT = TESTS.parent
FOLDER = ROOT / ".build" / "swiftsession"
KEY = "SECRET_KEY=0123456789abcdef0123456789abcdef"
COMMON = [KEY, "PERMANENT_SESSION_LIFETIME=2", "SESSION_RENEW_AFTER=1", "SESSION_RENEW_GRACE=1", "SESSION_USER_LIMIT=8"]

#: malloc keeps some pieces of each size for each thread, and heaps for threads that wait for each other: without these
#: it has what the process needs, to the byte.
PLAIN_MALLOC = "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1"

#: Seconds that the process has to find its size, and seconds of which a median is taken.
WARM_UP, WINDOW = 120, 60


def program() -> Path:
    built = ROOT / ".build" / "soak"
    flags = ["-std=c99", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    links = [f"-I{ROOT / 'Include'}", f"-L{FOLDER}", "-lswiftsession", "-pthread", f"-Wl,-rpath,{FOLDER}"]
    source = Path(__file__).with_name("soak.c")
    subprocess.run(["gcc", *flags, str(source), "-o", str(built), *links], check=True)
    return built


def settings(folder: Path, servers: ExitStack) -> list[Path]:
    """A file for each way to keep sessions."""
    files = {"filesystem": f"SESSION_FILE_DIR={folder / 'sessions'}", "sqlite": f"SESSION_SQLITE={folder / 's.db'}"}
    for store, server in SERVERS.items():
        (folder / f"of-{store}").mkdir()
        files[store] = f"SESSION_{store.upper()}={servers.enter_context(server(folder / f'of-{store}'))}"
    ways = {store: [*COMMON, f"SESSION_TYPE={store}", address] for store, address in files.items()}
    ways["memory"] = [*COMMON, "SESSION_TYPE=memory"]
    ways["sealed-records"] = [
        *COMMON,
        "SESSION_TYPE=redis",
        files["redis"],
        "SESSION_KEY_PREFIX=sealed:",
        "SESSION_RECORD_FORMAT=sealed",
        "SESSION_COOKIE_FORMAT=sealed",
    ]
    alone = [KEY, "SESSION_TYPE=cookie", "PERMANENT_SESSION_LIFETIME=2", "SESSION_COOKIE_CHUNKS=3"]
    ways["signed"] = alone
    ways["sealed"] = [*alone, "SESSION_COOKIE_FORMAT=sealed"]
    ways["revocation"] = [*alone, "SESSION_REVOCATION=sqlite", f"SESSION_SQLITE={folder / 'r.db'}"]
    ways["auto"] = [KEY, "PERMANENT_SESSION_LIFETIME=2", "SESSION_TYPE=auto", "SESSION_AUTO_STORE=memory"]
    for name, lines in ways.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return [folder / name for name in ways]


@dataclass(frozen=True)
class Reading:
    second: int
    resident: int
    given_out: int
    descriptors: int
    steps: int


def judge(readings: list[Reading]) -> list[str]:
    """What is wrong, from the first minute after the warm-up to the last minute."""
    end = readings[-1].second
    assert end >= WARM_UP + 2 * WINDOW, "too short to tell"
    first = [reading for reading in readings if WARM_UP < reading.second <= WARM_UP + WINDOW]
    last = [reading for reading in readings if reading.second > end - WINDOW]
    growth = {}
    for of in ("resident", "given_out"):
        before, after = (statistics.median(getattr(reading, of) for reading in part) for part in (first, last))
        growth[of] = 100 * (after / before - 1)
        print(f"{of}: {before:.0f} KB, then {after:.0f} KB: {growth[of]:+.2f} %")
    # A pool has one connection, or two where both threads needed one within a minute.
    most = max(reading.descriptors for reading in readings if reading.second <= WARM_UP + WINDOW)
    later = [reading.descriptors for reading in readings if reading.second > WARM_UP + WINDOW]
    print(f"descriptors: {most} at first, then {min(later)} to {max(later)}, {later[-1]} at the end")
    found = ["the memory of the process grows"] if growth["resident"] >= 1 else []
    return [*found, "there are more descriptors"] if max(later) > most + 2 else found


def main(minutes: str = "20", forgets: str = "0") -> int:
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        files = settings(Path(name), servers)
        command = [program(), str(int(float(minutes) * 60)), forgets, *files]
        readings: list[Reading] = []
        environment = {**os.environ, "GLIBC_TUNABLES": PLAIN_MALLOC}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as host:
            assert host.stdout
            for line in host.stdout:
                if not line[0].isdigit():
                    print(line, end="")
                    continue
                readings.append(Reading(*map(int, line.split())))
                if readings[-1].second % 30 == 0:
                    print(readings[-1], flush=True)
        assert host.returncode == 0, f"the host ended with {host.returncode}"
        print(f"{readings[-1].steps} steps in {readings[-1].second} s")
        found = judge(readings)
    print("\n".join(found) or "nothing grows")
    return 1 if found else 0


if __name__ == "__main__":
    # Ended from outside it ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(*sys.argv[1:]))
