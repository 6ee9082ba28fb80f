# SPDX-License-Identifier: Apache-2.0
"""The settings that a tutorial of 2019 gives applications of Flask-Session, letter for letter: ours does with them what
they say, and Flask-Session 0.8 goes on with the sessions.
"""

import datetime
import hashlib
import sys
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import flask
import flask_session
import memcache
import psycopg2
import pymongo
import pytest
import redis
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import make_url

import swiftsession.flask

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS, settings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Flask-Session about itself

OF_ALL = {
    "SESSION_PERMANENT": True,
    "PERMANENT_SESSION_LIFETIME": datetime.timedelta(seconds=20),
    "SESSION_USE_SIGNER": False,
    "SESSION_KEY_PREFIX": "flask-session",
    "SESSION_COOKIE_NAME": "session_id",
    "SESSION_COOKIE_DOMAIN": "127.0.0.1",
    "SESSION_COOKIE_PATH": "/",
    "SESSION_COOKIE_HTTPONLY": True,
}
#: As somebody had made it by hand, with an id that has no default.
TABLE = """CREATE TABLE public.flask_session_table
    (id integer PRIMARY KEY NOT NULL, session_id varchar(255), data bytea, expiry timestamp)"""


@pytest.fixture
def server(tmp_path):
    """The address of a server that runs within the test."""
    running = []

    def start(kind):
        running.append(SERVERS[kind](tmp_path))
        return running[-1].__enter__()

    yield start
    for each in running:
        each.__exit__(None, None, None)


def application(kind, package, **others):
    app = flask.Flask(__name__)
    app.secret_key = "adavafa"
    app.debug = True
    app.config.update(OF_ALL)
    app.config.update(SESSION_TYPE=kind, **others)
    if kind == "sqlalchemy":
        app.config["SESSION_SQLALCHEMY"] = SQLAlchemy(app)
    package.Session(app)

    @app.route("/login")
    def login():
        flask.session["username"] = "jack"
        return "login"

    @app.route("/get")
    def get():
        return str(flask.session.get("username"))

    @app.route("/logout")
    def logout():
        flask.session.clear()
        return "logout"

    return app


def visit(app, path, sid=None):
    headers = {"Cookie": f"session_id={sid}"} if sid else {}
    answer = app.test_client(use_cookies=False).get(path, headers=headers)
    assert answer.status_code == 200
    return answer


def check(kind, **others):
    """Logs in, and sees that both sides know the user; answers with the id."""
    ours, theirs = application(kind, swiftsession.flask, **others), application(kind, flask_session, **others)
    before = int(time.time())
    answer = visit(ours, "/login")
    name, *attributes = answer.headers["Set-Cookie"].split("; ")
    sid = name.removeprefix("session_id=")
    end = next(each for each in attributes if each.startswith("Expires=")).removeprefix("Expires=")
    assert attributes == ["Domain=127.0.0.1", f"Expires={end}", "HttpOnly", "Path=/"]
    assert before + 20 <= parsedate_to_datetime(end).timestamp() <= time.time() + 20
    for app in (ours, theirs, ours):
        assert visit(app, "/get", sid).text == "jack"
    return sid


def test_redis(server):
    address = server("redis")
    port = address.rpartition(":")[2].partition("/")[0]
    redis.Redis(host="127.0.0.1", port=port).config_set("requirepass", "123123")
    client = redis.Redis(host="127.0.0.1", port=port, password="123123")
    sid = check("redis", SESSION_REDIS=client)
    assert client.keys() == [f"flask-session{sid}".encode()] and 15 < client.ttl(f"flask-session{sid}") <= 20


def test_memcached(server):
    client = memcache.Client([server("memcached").removeprefix("memcached://")])
    sid = check("memcached", SESSION_MEMCACHED=client)
    assert b"jack" in client.get(f"flask-session{sid}")


def test_filesystem(tmp_path):
    folder = tmp_path / "db"
    sid = check("filesystem", SESSION_FILE_DIR=str(folder), SESSION_FILE_THRESHOLD=300, SESSION_FILE_MODE=384)
    file = folder / hashlib.sha256(f"flask-session{sid}".encode()).hexdigest()
    assert file.stat().st_mode & 0o777 == 0o600


def test_mongodb(server):
    client = pymongo.MongoClient(server("mongodb"))
    names = {"SESSION_MONGODB_DB": "数据库名称", "SESSION_MONGODB_COLLECT": "表名称"}
    sid = check("mongodb", SESSION_MONGODB=client, **names)
    assert [row["id"] for row in client["数据库名称"]["表名称"].find()] == [f"flask-session{sid}"]


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_sqlalchemy(kind, server):
    address = settings(kind, server(kind))["SQLALCHEMY_DATABASE_URI"].replace("utf8mb4", "utf8")
    others = {"SQLALCHEMY_TRACK_MODIFICATIONS": True, "SESSION_SQLALCHEMY_TABLE": "表名"}
    check("sqlalchemy", SQLALCHEMY_DATABASE_URI=address, **others)


def test_a_table_that_was_made_by_hand(server):
    address = server("postgresql")
    with psycopg2.connect(address) as connection:
        connection.cursor().execute(TABLE)
    url = make_url(address).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    others = {"SQLALCHEMY_DATABASE_URI": url, "SESSION_SQLALCHEMY_TABLE": "flask_session_table"}
    ours = application("sqlalchemy", swiftsession.flask, **others)
    for number in (1, 2):
        sid = visit(ours, "/login").headers["Set-Cookie"].partition(";")[0].removeprefix("session_id=")
        assert visit(ours, "/get", sid).text == "jack"
        cursor = connection.cursor()
        cursor.execute("SELECT id FROM flask_session_table WHERE session_id = %s", (f"flask-session{sid}",))
        assert cursor.fetchall() == [(number,)]
        connection.commit()
    assert visit(ours, "/logout", sid).headers["Set-Cookie"].startswith("session_id=; Domain=127.0.0.1; ")
    assert visit(ours, "/get", sid).text == "None"
    connection.close()


def test_whole_seconds_and_names_in_capitals(tmp_path):
    check("FileSystem", SESSION_FILE_DIR=str(tmp_path), PERMANENT_SESSION_LIFETIME=20)


def test_an_unknown_type_is_an_error():
    app = application("reddis", swiftsession.flask)
    with pytest.raises(swiftsession.ConfigError, match="SESSION_TYPE"):
        app.test_client().get("/get")
