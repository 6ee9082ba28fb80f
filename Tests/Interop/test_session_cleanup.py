# SPDX-License-Identifier: Apache-2.0
"""`flask session_cleanup`, on every store: what has expired is removed, what lives stays, as with Flask-Session."""

import os
import subprocess
import sys
import time
from pathlib import Path

import flask
import flask_session
import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

from swiftsession.flask import Session

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests"))

from servers import SERVERS, settings  # noqa: E402


def application(config):
    app = flask.Flask(__name__)
    app.config.update(config, SECRET_KEY="a key of more than 16 bytes")
    Session(app)
    app.add_url_rule("/set", "set", lambda: flask.session.update(user="jack") or "")
    app.add_url_rule("/get", "get", lambda: str(flask.session.get("user")))
    return app


@pytest.mark.parametrize("kind", ["mysql", "postgresql", "sqlite"])
def test_rows_of_a_database(kind, tmp_path, monkeypatch):
    """Flask-Session's own command has then nothing left to do."""
    if kind == "sqlite":
        clean_up({"SESSION_TYPE": "sqlalchemy", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/s.db"}, monkeypatch)
        return
    with SERVERS[kind](tmp_path) as address:
        clean_up(settings(kind, address), monkeypatch)


def clean_up(config, monkeypatch):
    ours = application(config)
    theirs = flask.Flask("theirs")
    theirs.config.update(config)
    theirs.config["SESSION_SQLALCHEMY"] = database = SQLAlchemy(theirs)
    flask_session.Session(theirs)

    def rows():
        with theirs.app_context():
            return database.session.execute(text("SELECT count(*) FROM sessions")).scalar()

    live, now = ours.test_client(), time.time()
    live.get("/set")
    for app in (ours, theirs):
        monkeypatch.setattr(time, "time", lambda: now - 40 * 86400)
        for _ in range(3):
            ours.test_client().get("/set")
        monkeypatch.undo()
        assert rows() == 4
        done = app.test_cli_runner().invoke(args=["session_cleanup"])
        assert done.exit_code == 0, done.output
        assert rows() == 1
    assert live.get("/get").text == "jack"


def test_files(tmp_path, monkeypatch):
    app = application({"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": tmp_path, "SESSION_FILE_THRESHOLD": 0})
    live, now = app.test_client(), time.time()
    live.get("/set")
    monkeypatch.setattr(time, "time", lambda: now - 40 * 86400)
    app.test_client().get("/set")
    monkeypatch.undo()
    assert len([file for file in tmp_path.iterdir() if len(file.name) == 64]) == 2
    assert app.test_cli_runner().invoke(args=["session_cleanup"]).exit_code == 0
    assert len([file for file in tmp_path.iterdir() if len(file.name) == 64]) == 1
    assert live.get("/get").text == "jack"


@pytest.mark.parametrize("kind", ["cookie", "memcached", "memory", "mongodb", "redis"])
def test_stores_that_have_nothing_to_clean(kind, tmp_path):
    if kind not in SERVERS:
        assert_nothing_to_do({"SESSION_TYPE": kind})
        return
    with SERVERS[kind](tmp_path) as address:
        assert_nothing_to_do(settings(kind, address))


def assert_nothing_to_do(config):
    app = application(config)
    client = app.test_client()
    client.get("/set")
    done = app.test_cli_runner().invoke(args=["session_cleanup"])
    assert done.exit_code == 0, done.exception
    assert client.get("/get").text == "jack"


def test_the_command_of_an_application(tmp_path):
    (tmp_path / "shop.py").write_text(
        "import flask\nfrom swiftsession.flask import Session\n"
        "app = flask.Flask('shop')\n"
        f"app.config.update(SESSION_TYPE='sqlite', SESSION_SQLITE={str(tmp_path / 'sessions.db')!r})\n"
        "session = Session()\nsession.init_app(app)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
    command = [sys.executable, "-m", "flask", "--app", "shop"]
    done = subprocess.run([*command, "session_cleanup"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = subprocess.run([*command, "--help"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "session_cleanup  Remove expired sessions" in listed.stdout
