# SPDX-License-Identifier: Apache-2.0
"""The driver of the demo: what it shows, how it fails, and that it leaves no server behind."""

import contextlib
import importlib.machinery
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "demo" / "run"

# A server that knows nobody; its last words are in the demo's report.
STRANGER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"server": "C", "user": null, "color": null, "visits": null}')
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
print(f"stranger {__import__('os').getpid()} was here", file=sys.stderr, flush=True)
server.serve_forever()
"""


@pytest.fixture
def demo(monkeypatch):
    loader = importlib.machinery.SourceFileLoader("demo_run", str(RUN))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo_run", loader))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setitem(sys.modules, "demo_run", module)
    monkeypatch.syspath_prepend(RUN.parent)
    loader.exec_module(module)
    return module


def start(**environment):
    environment, pipe = {**os.environ, **environment}, subprocess.PIPE
    return subprocess.Popen([sys.executable, RUN], env=environment, stdout=pipe, stderr=pipe, text=True)


def show(demo, half):
    with contextlib.ExitStack() as servers:
        demo.show(half, servers)


def is_running(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_once_it_plays_every_step_and_stops(examples):
    with start(DEMO="once", DEMO_SECRET_KEY="is not for the servers") as process:
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert "< Set-Cookie: session=;" in output and "It still opens" in output
    assert "< Set-Cookie: sid=;" in output and "It is dead" in output
    assert output.endswith("Every step went as expected.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_else_it_waits_and_then_ends_its_servers(examples, number):
    with start(DEMO="") as process:
        line = next(line for line in process.stdout if line.startswith("Ctrl-C"))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(number)
        process.communicate(timeout=30)
    assert line and len(children) == 4
    assert not any(is_running(int(child)) for child in children)
    assert process.returncode == 0


def test_an_answer_that_is_not_the_expected_one_ends_it(demo, capsys):
    half = demo.Half(
        title="A stranger",
        settings={},
        commands={"C": [sys.executable, "-c", STRANGER]},
        steps=[demo.Step("Nobody is there.", "C", "/", {"user": "jack", "color": None, "visits": None})],
    )
    with pytest.raises(demo.Unexpected, match="expected .*'jack'.* got .*None"):
        show(demo, half)
    words = capsys.readouterr().err.split()
    assert not is_running(int(words[words.index("stranger") + 1]))


def test_a_server_that_does_not_start_ends_it(demo, capsys):
    half = demo.Half("None", {}, {"C": [sys.executable, "-c", "import sys; sys.exit('no library')"]}, [])
    with pytest.raises(demo.Unexpected, match="does not listen"):
        show(demo, half)
    assert "no library" in capsys.readouterr().err


def test_a_failure_is_status_1(demo, monkeypatch, capsys):
    def fail(once):
        raise demo.Unexpected("the page: expected a, got b")

    monkeypatch.setattr(demo, "show_all", fail)
    assert demo.main() == 1
    assert "expected a, got b" in capsys.readouterr().err
