# SPDX-License-Identifier: Apache-2.0
"""A key turns over in a server of four processes under load: nobody is logged out, no process starts anew, and at the
end no cookie has the old key."""

import base64
import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from independent import key_id

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = bytes(range(32)), bytes(range(100, 132))
USERS, CLIENTS = 40, 4


def write(path, *keys):
    """The key that stands last is the newest."""
    lines = [f"{name} - - all {base64.b64encode(key).decode()}\n" for name, key in keys]
    draft = path.with_suffix(".new")
    draft.write_text("".join(lines))
    draft.replace(path)
    return str(path.stat().st_mtime_ns)


class Load:
    """Users, some of them per client, who send requests until they are told to stop."""

    def __init__(self, port):
        self.port = port
        self.cookies = {f"user{number}": None for number in range(USERS)}
        self.lost, self.requests, self.workers = [], 0, {}
        self.stops = False
        self.threads = [threading.Thread(target=self._run, args=(first,)) for first in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def ask(self, user, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookie = self.cookies[user]
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        line = answer.getheader("Set-Cookie")
        if line:
            self.cookies[user] = line.partition(";")[0]
        pid, keys = answer.getheader("X-Worker").split()
        self.workers[pid] = keys
        self.requests += 1
        if text != user:
            self.lost.append((user, path, text))
        connection.close()

    def _run(self, first):
        mine = list(self.cookies)[first::CLIENTS]
        choose = random.Random(first)
        for user in mine:
            self.ask(user, f"/login/{user}")
        while not self.stops:
            self.ask(choose.choice(mine), choose.choice(("/read", "/read", "/count")))

    def wait_for(self, keys, workers):
        deadline = time.monotonic() + 60
        while list(self.workers.values()) != [keys] * workers:
            assert time.monotonic() < deadline and not self.lost, (self.workers, self.lost)
            time.sleep(0.05)

    def stop(self):
        self.stops = True
        for thread in self.threads:
            thread.join()

    def keys(self):
        values = [cookie.partition("=")[2] for cookie in self.cookies.values()]
        return {base64.urlsafe_b64decode(value + "==")[1:9] for value in values}


@pytest.fixture
def server(tmp_path):
    keys = tmp_path / "keys"
    write(keys, ("old", OLD))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = os.pathsep.join((str(ROOT / "bindings" / "python"), str(Path(__file__).parent)))
    command = [sys.executable, "-m", "gunicorn", "-w", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(
        [*command, "turning_app:app"], env={**os.environ, "PYTHONPATH": path, "TURNING_KEYS": str(keys)}
    )
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield keys, port
    finally:
        process.terminate()
        process.wait(30)


def test_a_key_turns_over_under_load(server):
    keys, port = server
    load = Load(port)
    try:
        load.wait_for(str(keys.stat().st_mtime_ns), 4)
        assert not load.lost
        workers = set(load.workers)
        # Everybody has the new key before anybody makes something with it.
        load.wait_for(write(keys, ("new", NEW), ("old", OLD)), 4)
        load.wait_for(write(keys, ("old", OLD), ("new", NEW)), 4)
        before = load.requests
        time.sleep(1)
    finally:
        load.stop()
    assert load.requests > before
    # Each user comes once more within the overlap, and only reads.
    for user in load.cookies:
        load.ask(user, "/read")
    assert load.keys() == {key_id(NEW)}
    again = Load.__new__(Load)
    again.__dict__.update(load.__dict__, workers={})
    without = write(keys, ("new", NEW))
    for _ in range(3):
        for user in again.cookies:
            again.ask(user, "/count")
    assert set(again.workers.values()) == {without}
    assert set(again.workers) <= workers == set(load.workers) and len(workers) == 4
    assert not load.lost and again.keys() == {key_id(NEW)}
