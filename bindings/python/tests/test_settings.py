# SPDX-License-Identifier: Apache-2.0
"""The table of settings here is the library's own."""

import re
from pathlib import Path

import pytest

from swiftsession import ConfigError, SessionManager
from swiftsession._settings import KINDS, OF_STORE, Kind, asked_for, meant

SOURCE = (Path(__file__).resolve().parents[3] / "Sources" / "Settings" / "SettingName.swift").read_text()
TABLE = dict(re.findall(r'\(\s*"([A-Z_]+)",\s*\.(\w+)', SOURCE))

#: What Python takes for each kind of the library; a kind that is not here is one to think about.
PYTHON = {
    "text": Kind.TEXT,
    "header": Kind.TEXT,
    "choice": Kind.TEXT,
    "path": Kind.PATH,
    "connection": Kind.CONNECTION,
    "servers": Kind.CONNECTION,
    "secret": Kind.SECRET,
    "secrets": Kind.SECRETS,
    "secretFile": Kind.PATH,
    "secretFiles": Kind.PATHS,
    "flag": Kind.FLAG,
    "number": Kind.NUMBER,
    "mode": Kind.NUMBER,
    "seconds": Kind.SECONDS,
    "milliseconds": Kind.MILLISECONDS,
    "credential": Kind.TEXT,
    "time": Kind.TIME,
    "refused": Kind.REFUSED,
}


def test_every_setting_of_the_library_is_known_with_its_kind():
    assert len(TABLE) == len(re.findall(r"\n    case \.\w+:", SOURCE)) > 50
    assert {name: PYTHON[kind] for name, kind in TABLE.items() if kind != "ignored"} == KINDS


def test_every_store_of_the_library_has_its_settings():
    words = re.findall(r'"([a-z]+)"', SOURCE.split("var sessionTypes")[1].split("\n  }")[0])
    assert {"cookie", "sqlite", "cachelib"} <= set(words)
    assert set(words) - {"cookie", "auto", "memory", "null"} == set(OF_STORE)
    for names in OF_STORE.values():
        assert names <= set(KINDS)


def test_a_setting_that_names_a_store_is_of_that_store_alone():
    for name, kind in KINDS.items():
        stores = [store for store, names in OF_STORE.items() if name in names]
        found = re.match("SESSION_(REDIS|MEMCACHED|SQLITE|POSTGRESQL|MYSQL|MONGODB|DYNAMODB)(_|$)", name)
        if found:
            assert stores == [found[1].lower()]
        elif "SQLALCHEMY" in name:
            assert "sqlalchemy" in stores
        else:
            assert kind is not Kind.CONNECTION
        assert name in asked_for("sqlalchemy") or stores
        assert all(name in asked_for(store) for store in stores)
        assert (name in asked_for("cookie")) == (name in asked_for("memory")) == (not stores)


@pytest.mark.parametrize("name", [*KINDS, *TABLE])
def test_the_library_that_was_loaded_knows_every_name(name):
    settings = {"SESSION_TYPE": "cookie", name: []}
    try:
        SessionManager(**settings)
    except ConfigError as problem:
        assert f"{name} is not a setting" not in str(problem)


def test_names_that_are_nearly_ours():
    assert meant("SESSION_COKIE_NAME") == "SESSION_COOKIE_NAME"
    assert meant("SESSION_COOKIE_NAMESX") == "SESSION_COOKIE_NAME"
    for name in (*KINDS, "SESSION_PROTECTION", "SESSION_COOKIE_NAMES_OF", "SQLALCHEMY_TRACK_MODIFICATIONS", "KEY"):
        assert meant(name) is None
