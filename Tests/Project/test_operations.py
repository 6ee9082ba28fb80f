# SPDX-License-Identifier: Apache-2.0
"""What docs/operations.md lets an operator ask a database, asked."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests"))

import sqlalchemy  # noqa: E402
from mysql_server import mysql_server  # noqa: E402
from postgresql_server import postgresql_server  # noqa: E402


def statements(section):
    page = (ROOT / "docs" / "operations.md").read_text()
    return re.findall(r"^    (SELECT .*;)$", page.split(f"\n## {section}\n")[1].split("\n## ")[0], re.M)


def ask(address, section):
    engine = sqlalchemy.create_engine(address)
    with engine.connect() as connection:
        return [connection.execute(sqlalchemy.text(one)).all() for one in statements(section)]


def test_postgresql(tmp_path):
    with postgresql_server(tmp_path) as (address,):
        address = address.replace("postgresql:", "postgresql+psycopg2:")
        settings, in_recovery = ask(address, "PostgreSQL")
    assert {name for name, _ in settings} == {"fsync", "full_page_writes", "synchronous_commit"}
    assert in_recovery == [(False,)]


def test_mysql(tmp_path):
    with mysql_server(tmp_path) as address:
        (((flush, _, doublewrite, read_only, mode),),) = ask(address, "MySQL and MariaDB")
    assert flush in range(3) and doublewrite in (0, 1) and read_only == 0 and isinstance(mode, str)
