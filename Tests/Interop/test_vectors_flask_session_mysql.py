# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 on MariaDB, step by step on ours: body, headers and row.

Once on the table that Flask-Session makes and once on ours. The statements differ on purpose, and the vectors' are not
compared: a session that was not changed is touched and not written again, and a change is a compare-and-set.
"""

import datetime
import sys
from pathlib import Path

import pymysql
import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

import swiftsession
from flask_session_stand import Stand, assert_no_dead_differences, scenarios

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mysql_server import mysql_server

FILES = ("fs080_mysql.json",)


class MySQLStand(Stand):
    def __init__(self, scenario, address, makes_table, monkeypatch):
        url = make_url(address)
        self.connection = pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, database=url.database,
            autocommit=True,
        )  # fmt: skip
        self.name = eval(scenario["config"].get("SESSION_SQLALCHEMY_TABLE", "'sessions'"))
        self.run(f"DROP TABLE IF EXISTS `{self.name}`")
        if makes_table:
            self.run(next(each["sql"] for each in scenario["setup_ops"] if "CREATE TABLE" in each.get("sql", "")))
        self.numbers = {}
        super().__init__(scenario, monkeypatch, SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY_DATABASE_URI=address)

    def run(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def rows(self):
        """The live rows with their ids: key, data, expiry.

        Flask-Session deletes an expired row when it meets it, we leave that to sweep. A session with a new id has a new
        row: it is there before the old one goes.
        """
        now = datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        found = {}
        for number, name, data, expiry in self.table():
            assert self.numbers.setdefault(name, number) == number  # written over, never deleted and made again
            if expiry > now:
                found[self.translated(name)] = [data, expiry]
        return found

    def table(self):
        statement = f"SELECT id, CONVERT(session_id USING utf8mb4), HEX(data), CONCAT(expiry) FROM `{self.name}`"
        return self.run(statement)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with mysql_server(tmp_path_factory.mktemp("mysql")) as address:
        yield address


@pytest.mark.parametrize("makes_table", [True, False], ids=["their table", "our table"])
@pytest.mark.parametrize("scenario", scenarios(*FILES))
def test_every_step(scenario, makes_table, address, monkeypatch):
    stand = MySQLStand(scenario, address, makes_table, monkeypatch)
    for step in scenario["steps"]:
        stand.check(step, {name: [data, expiry] for _, name, data, expiry in step["store"]})
    while stand.app.session_interface.manager(stand.app).sweep(10):
        pass
    assert len(stand.table()) == len(scenario["steps"][-1]["store"])
    stand.connection.close()


def test_an_engine_is_asked_for_its_address(address):
    url = make_url(address)
    with sqlalchemy.create_engine(address).begin() as connection:
        connection.exec_driver_sql("CREATE USER 'ö@/'@'%%' IDENTIFIED BY 'p:/?#@%%%%'")
        connection.exec_driver_sql("GRANT ALL ON devops.* TO 'ö@/'@'%%'")
    engine = sqlalchemy.create_engine(url.set(username="ö@/", password="p:/?#@%%"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    for setting in ("SESSION_SQLALCHEMY", "SESSION_SQLALCHEMY_DATABASE_URI"):
        value = engine if setting == "SESSION_SQLALCHEMY" else engine.url
        swiftsession.SessionManager(SESSION_TYPE="sqlalchemy", **{setting: value}).ping()


def test_the_table_of_differences_has_no_dead_lines():
    assert_no_dead_differences(*FILES)
