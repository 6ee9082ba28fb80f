# SPDX-License-Identifier: Apache-2.0
"""Many clients on two servers that share a store, which is killed now and then: load.py STORE [SECONDS [CLIENTS]]

A Flask application under gunicorn with several workers of several threads, and the C server of bindings/c. Every few
seconds the store is killed and started again, or a worker is killed. What each client was shown is checked.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client import Client, World
from stores import Store, running

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORKERS, THREADS = 4, 8
COMMON = {"SECRET_KEY": "32 random bytes, the same everywhere", "SESSION_TIMEOUT": "10"}

#: Seconds after a restart in which requests may still fail that began before.
TROUBLE = 15


@contextmanager
def c_server(settings: dict[str, str]) -> Iterator[int]:
    subprocess.run(["make", "--silent", "-C", "bindings/c"], cwd=ROOT, check=True)
    environment = {**os.environ, **{f"DEMO_{name}": value for name, value in settings.items()}}
    command = [ROOT / ".build" / "examples" / "server"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
            assert process.poll() is None, f"the C server ended with {process.returncode}"
        finally:
            process.terminate()


@contextmanager
def gunicorn(settings: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The port, and the process whose children the workers are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--workers", WORKERS, "--threads", THREADS, "--bind", f"127.0.0.1:{port}", "--log-level", "critical"]
    command = [sys.executable, "-m", "gunicorn", *map(str, options), "--timeout", "60", "application:app"]
    environment = {**os.environ, "LOAD_SETTINGS": json.dumps(settings)}
    # What fails on purpose would fill the log.
    process = subprocess.Popen(command, cwd=HERE, env=environment, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while True:
            assert process.poll() is None and time.monotonic() < end, "gunicorn did not start"
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(90)


def kill_a_worker(parent: int) -> None:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    if children:
        os.kill(int(random.choice(children)), signal.SIGKILL)


async def trouble(world: World, store: Store, parent: int, seconds: float) -> None:
    """Ends the store or a worker about five times."""
    end = time.monotonic() + seconds
    pause = max(seconds / 6, 2)
    for turn in range(int(seconds / pause) - 1):
        await asyncio.sleep(pause)
        world.is_troubled = True
        if turn % 3 == 1:
            kill_a_worker(parent)
            world.kills += 1
        else:
            await asyncio.to_thread(store.server.kill)
            world.restarts += 1
            await asyncio.sleep(random.random())
            await asyncio.to_thread(store.server.start)
        calm = asyncio.get_running_loop().call_later(TROUBLE, setattr, world, "is_troubled", False)
        if pause <= TROUBLE:
            calm.cancel()
    await asyncio.sleep(max(end - time.monotonic(), 0))
    world.is_over = True


async def play(world: World, clients: list[Client], store: Store, parent: int, seconds: float) -> int:
    """Answers with how many clients were logged in at the end, and found all that was theirs."""
    tasks = [asyncio.ensure_future(client.run()) for client in clients]
    tasks.append(asyncio.ensure_future(trouble(world, store, parent, seconds)))
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return sum(await asyncio.gather(*(client.finish() for client in clients)))


def load(kind: str, folder: Path, seconds: float, count: int) -> World:
    with running(kind, folder) as store:
        settings = {**COMMON, **store.settings}
        with c_server(settings) as c_port, gunicorn(settings) as (port, parent):
            world = World((port, c_port), store.forgets)
            clients = [Client(number, world) for number in range(count)]
            found = asyncio.run(play(world, clients, store, parent, seconds))
            print(
                f"{kind}: {count} clients, {seconds:.0f} s, {world.restarts} restarts, {world.kills} workers killed, "
                f"{world.requests.total()} requests {dict(world.requests)}, "
                f"{sum(client.logins for client in clients)} logins, {found} sessions at the end"
            )
            assert not world.unexpected, world.unexpected[:5]
            assert world.restarts and world.requests["200"] > 10 * count
            return world


def main(kind: str, seconds: str = "120", clients: str = "200") -> None:
    with tempfile.TemporaryDirectory() as folder:
        load(kind, Path(folder), float(seconds), int(clients))


if __name__ == "__main__":
    # Ended from outside it ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(*sys.argv[1:])
