# SPDX-License-Identifier: Apache-2.0
"""list, end, sweep, migrate, rotate and doctor, on SQLite and Redis."""

import base64
import calendar
import json
import os
import re
import sqlite3
import subprocess
import time

import pytest
from running import KEY, ROOT, TOOL, Tool


def logged_in(manager, user, label):
    with manager.open(None) as session:
        session["name"] = user
        session.login(user, label)
        return dict(session.save())["Set-Cookie"].partition(";")[0]


def test_the_sessions_of_a_user(stored):
    manager = stored.manager()
    cookies = [logged_in(manager, "jack", label) for label in ("laptop", 'a "{\x1b phone', "tablet")]
    found = json.loads(stored("list", "--json", "jack"))
    assert [entry["label"] for entry in found] == ["laptop", 'a "{\x1b phone', "tablet"]
    shown = stored("list", "jack")
    lines = shown.splitlines()
    assert len(lines) == 4 and "\x1b" not in shown
    assert [line.split()[0] for line in lines[1:]] == [entry["reference"] for entry in found]
    assert json.loads(stored("get", "name", given=cookies[1])) == "jack"

    stored("end", "--user", "jack", "--reference", found[1]["reference"])
    stored("end", "--user", "jack", "--reference", found[1]["reference"], status=1)
    stored("get", given=cookies[1], status=1)
    assert stored("end", "--user", "jack") == "All sessions of this user have ended."
    assert json.loads(stored("list", "--json", "jack")) == []
    assert stored("list", status=2) == "" and stored("end", "--reference", "x", status=2) == ""


def test_expired_records_are_swept(tmp_path):
    tool = Tool(tmp_path, {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "s.db"})
    for _ in range(5):
        tool("sign", given='{"a": 1}')
    with sqlite3.connect(tmp_path / "s.db") as database:
        database.execute("UPDATE sessions SET expiry = '2001-01-01 00:00:00'")
    assert json.loads(tool("sweep", "--json", "--limit", "2"))["batches"] >= 3
    with sqlite3.connect(tmp_path / "s.db") as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def test_sessions_move(tmp_path, redis):
    old = Tool(tmp_path, {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "s.db"})
    cookies = [old("sign", given=json.dumps({"n": n})) for n in range(7)]
    new = Tool(
        tmp_path,
        {**old.settings, "SESSION_TYPE": "redis", "SESSION_REDIS": redis, "SESSION_MIGRATE_FROM": "sqlite",
         "SESSION_MIGRATE_UNTIL": "2100-01-01"},
    )  # fmt: skip
    answer = json.loads(new("migrate", "--json", "--limit", "3"))
    assert (answer["status"], answer["moved"], answer["unreadable"]) == ("OK", 7, 0)
    assert "7 moved, 0 skipped, 0 unreadable" in new.said
    assert new("migrate") == "0 moved, 0 skipped, 0 unreadable"
    assert new("migrate", "--quiet") == "" and new.said == ""
    assert json.loads(new("get", "n", given=cookies[3])) == 3


def keys_of(file):
    return [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]


def test_a_key_file_is_made_and_extended(tmp_path, tool):
    file = tmp_path / "keys"
    assert "makes cookies" in tool("rotate", file, settings=False)
    assert file.stat().st_mode & 0o777 == 0o600
    sealed = Tool(tmp_path, {"SESSION_TYPE": "cookie", "SESSION_COOKIE_FORMAT": "sealed", "SESSION_KEYS_FILE": file})
    value = sealed("sign", given='{"a": 1}')
    answer = json.loads(tool("rotate", "--json", "--lifetime", "3600", file, settings=False))
    (first, second) = keys_of(file)
    assert (answer["kept"], answer["bounded"], answer["name"], answer["not_before"]) == (1, 1, second[0], second[1])
    assert (
        first[2].endswith("Z") and second[2] == "-" and second[1] > time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    )
    assert len({base64.b64decode(key[4], validate=True) for key in (first, second)}) == 2
    assert len(base64.b64decode(second[4])) == 32
    assert sealed("get", given=value) == '{"a":1}'

    file.write_text(
        file.read_text() + f"old - 2001-01-01T00:00:00Z all {base64.b64encode(bytes(32)).decode()}\n# kept\n"
    )
    file.chmod(0o640)
    assert "1 key is gone, whose time was over" in tool("rotate", "--drop-expired", "--name", "next", file, settings=False)
    assert [key[0] for key in keys_of(file)] == [first[0], second[0], "next"] and "# kept" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640 and not (tmp_path / "keys.new").exists()


def test_a_key_bounds_those_that_it_takes_the_place_of(tmp_path, tool):
    file = tmp_path / "keys"
    for name, purpose in (("both", "all"), ("old", "cookies"), ("new", "cookies")):
        tool("rotate", "--name", name, "--purpose", purpose, "--lifetime", "60", file, settings=False)
    ends = {key[0]: key[2] for key in keys_of(file)}
    assert ends["both"] == ends["new"] == "-" and ends["old"].endswith("Z")


@pytest.mark.parametrize(
    "arguments, content",
    [
        ([], "no key at all\n"),
        (["--name", "one"], f"one - - all {base64.b64encode(bytes(32)).decode()}\n"),
    ],
)
def test_a_key_file_that_would_be_wrong_is_not_touched(tmp_path, tool, arguments, content):
    file = tmp_path / "keys"
    file.write_text(content)
    tool("rotate", *arguments, file, settings=False, status=3)
    assert file.read_text() == content and not (tmp_path / "keys.new").exists()


@pytest.mark.parametrize(
    "option, value",
    [
        ("--name", "#1"), ("--name", "a b"), ("--name", "a" * 65), ("--name", "revoked-before"), ("--name", "\x7f"),
        ("--purpose", "foo"), ("--not-before", "tomorrow"), ("--not-before", "2026-02-30T00:00:00Z"),
        ("--lifetime", str(10**17)),
    ],
)  # fmt: skip
def test_what_rotate_does_not_take_is_wrong_usage(tmp_path, tool, option, value):
    file = tmp_path / "keys"
    tool("rotate", option, value, file, settings=False, status=2)
    assert option in tool.said and not list(tmp_path.glob("keys*"))


def test_only_a_regular_file_is_replaced(tmp_path, tool):
    node, folder, link = tmp_path / "node", tmp_path / "folder", tmp_path / "link"
    os.mkfifo(node)
    folder.mkdir()
    link.symlink_to(node)
    for path in (node, folder, link):
        tool("rotate", path, settings=False, status=3)
        assert "no regular file" in tool.said
    assert node.is_fifo() and link.is_symlink() and folder.is_dir() and not list(tmp_path.glob("*.new"))


def test_what_a_link_leads_to_is_replaced(tmp_path, tool):
    file, link, dangling = tmp_path / "keys", tmp_path / "link", tmp_path / "dangling"
    link.symlink_to("keys")
    dangling.symlink_to("nothing")
    tool("rotate", file, settings=False)
    tool("rotate", link, settings=False)
    assert link.is_symlink() and not file.is_symlink() and len(keys_of(file)) == 2
    tool("rotate", dangling, settings=False, status=3)
    assert str(dangling) in tool.said and not (tmp_path / "nothing").exists()


def test_keys_of_those_that_rotate_at_once_are_all_kept(tmp_path, tool):
    file = tmp_path / "keys"
    running = [
        subprocess.Popen([TOOL, "rotate", "--quiet", "--name", f"key{n}", file], stderr=subprocess.PIPE)
        for n in range(12)
    ]
    made = {f"key{n}" for n, process in enumerate(running) if (process.communicate(), process.returncode)[1] == 0}
    assert made and {key[0] for key in keys_of(file)} == made


def seconds(time_text):
    return calendar.timegm(time.strptime(time_text, "%Y-%m-%dT%H:%M:%SZ"))


def test_a_key_that_began_in_the_past_ends_no_session(tmp_path, tool):
    file = tmp_path / "keys"
    begin = int(time.time())
    tool("rotate", "--name", "old", file, settings=False)
    arguments = ["--name", "new", "--not-before", "2020-01-01", "--lifetime", "3600"]
    assert "Key new makes cookies and records.\n" in tool("rotate", *arguments, file, settings=False)
    assert seconds(keys_of(file)[0][2]) >= begin + 3600 + 60  # in which the old key still makes cookies


def test_rotate_says_which_key_makes_cookies(tmp_path, tool):
    file = tmp_path / "keys"
    tool("rotate", "--name", "first", file, settings=False)
    said = tool("rotate", "--name", "later", "--not-before", "2100-01-01T00:00:00Z", file, settings=False)
    assert "Key later makes cookies and records from 2100-01-01T00:01:00Z on." in said
    said = tool("rotate", "--name", "now", "--not-before", "2021-01-01", "--lifetime", "60", file, settings=False)
    assert "Key now makes cookies and records.\nKey later takes its place at 2100-01-01T00:00:00Z." in said
    assert {key[0]: key[2] != "-" for key in keys_of(file)} == {"first": True, "later": False, "now": False}
    said = tool("rotate", "--name", "no", "--not-before", "2020-12-31T23:00:00-02:00", "--purpose", "cookies", file,
                settings=False)  # fmt: skip
    assert "Key no makes cookies.\n" in said
    said = tool("rotate", "--name", "never", "--not-before", "2020-06-01", file, settings=False)
    assert "Key never makes no cookies or records: key now begins later, at 2021-01-01T00:00:00Z." in said


def test_two_that_rotate_do_not_meet(tmp_path, tool):
    # Nothing is read of the old file before the new one is taken.
    (tmp_path / "keys").write_text("no key at all\n")
    (tmp_path / "keys.new").write_text("")
    said = json.loads(tool("rotate", "--json", tmp_path / "keys", settings=False, status=3))["message"]
    assert said.startswith(f"{tmp_path}/keys.new is there: another rotate") and "removed" in said


def findings(tool, *arguments, **options):
    answer = json.loads(tool("doctor", "--json", *arguments, **options))
    return answer, {(finding["grade"], finding["topic"]): finding["text"] for finding in answer["findings"]}


def test_doctor_finds_nothing_where_nothing_is_wrong(stored):
    answer, found = findings(stored, "--write")
    assert answer["problems"] == 0 and ("ok", "store") in found and ("unseen", "fleet") in found
    assert "compared and set" in found["ok", "store"]


def test_doctor_says_what_loses_sessions_in_redis(tmp_path, redis):
    import redis as client

    tool = Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": redis})
    _, found = findings(tool)
    assert "noeviction" in found["ok", "redis"] and "appendonly is off" in found["warning", "redis"]
    server = client.Redis.from_url(redis)
    server.config_set("maxmemory", "100mb")
    server.config_set("maxmemory-policy", "allkeys-lru")
    answer, found = findings(tool, status=1)
    assert "allkeys-lru" in found["problem", "redis"] and answer["problems"] == 1
    server.execute_command("REPLICAOF", "127.0.0.1", "1")
    assert "replica" in findings(tool, status=1)[1]["problem", "redis"]


def test_doctor_says_what_memcached_does(tmp_path):
    from memcached_server import memcached_server

    with memcached_server() as address:
        tool = Tool(tmp_path, {"SESSION_TYPE": "memcached", "SESSION_MEMCACHED": f"memcached://{address}"})
        answer, found = findings(tool, "--write")
    assert answer["problems"] == 0 and "keeps nothing" in found["warning", "memcached"]
    assert found["ok", "memcached"] == "a session may have 1048576 bytes"


@pytest.mark.parametrize("kind", ["sqlite", "filesystem"])
def test_doctor_says_who_can_read_the_sessions(tmp_path, kind):
    setting, path = {"sqlite": ("SESSION_SQLITE", "s.db"), "filesystem": ("SESSION_FILE_DIR", "files")}[kind]
    tool = Tool(tmp_path, {"SESSION_TYPE": kind, setting: tmp_path / path})
    tool("sign", given='{"a": 1}')
    assert (("warning", kind) in findings(tool)[1]) is False
    (tmp_path / path).chmod(0o755)
    assert "every user" in findings(tool)[1]["warning", kind]


def test_doctor_logs_in_to_redis(tmp_path, redis):
    import redis as client

    server = client.Redis.from_url(redis)
    server.execute_command("ACL", "SETUSER", "jack", "on", ">p@ss/word", "~*", "+@all")
    server.execute_command("ACL", "SETUSER", "default", "off")
    address = redis.replace("redis://", "redis://jack:p%40ss%2Fword@")
    assert (
        "noeviction" in findings(Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": address}))[1]["ok", "redis"]
    )


def test_the_rights_that_the_operations_page_names_are_enough(tmp_path, redis):
    import redis as client

    page = (ROOT / "docs" / "operations.md").read_text()
    rights = re.findall(r"`([A-Z]+)`", page.partition("these commands:")[2].partition("for `doctor`")[0])
    server = client.Redis.from_url(redis)
    commands = [f"+{name.lower()}" for name in rights]
    server.execute_command(
        "ACL", "SETUSER", "shop", "on", ">secret", "~session:*", *commands
    )
    tool = Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": redis.replace("redis://", "redis://shop:secret@")})
    for size in (10, 20000):  # compared by a script, and by WATCH
        value = tool("sign", given=json.dumps({"text": "x" * size}))
        tool("get", given=value)
        tool("end", given=value)
    assert findings(tool, "--write")[0]["problems"] == 0
    assert not list(server.execute_command("ACL", "LOG"))


def test_doctor_says_what_is_wrong(tmp_path):
    tool = Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": "redis://127.0.0.1:1"})
    assert findings(tool, status=1)[1]["problem", "store"].startswith("UNAVAILABLE: ")
    tool = Tool(tmp_path, {"SESSION_TIPE": "redis"})
    assert "SESSION_TYPE" in findings(tool, status=1)[1]["problem", "settings"]
    tool = Tool(tmp_path, {"SESSION_TYPE": "cookie", "SECRET_KEY": "short"})
    tool.file.chmod(0o644)
    _, found = findings(tool)
    assert "every user" in found["warning", "secrets"] and "short" not in str(found)


def test_doctor_writes_below_the_prefix(tmp_path, redis):
    import redis as client

    server = client.Redis.from_url(redis)
    server.execute_command("ACL", "SETUSER", "default", "resetkeys", "~shop:*")
    tool = Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": redis, "SESSION_KEY_PREFIX": "shop:"})
    assert "compared and set" in findings(tool, "--write")[1]["ok", "store"]


@pytest.mark.parametrize(
    "settings", [{"SESSION_TYPE": "cookie", "SESSION_REVOCATION": "sqlite"},
                 {"SESSION_TYPE": "auto", "SESSION_AUTO_STORE": "sqlite"}]
)  # fmt: skip
def test_doctor_writes_to_the_store_beside_cookies(tmp_path, settings):
    tool = Tool(tmp_path, {**settings, "SECRET_KEY": KEY, "SESSION_SQLITE": tmp_path / "s.db"})
    answer, found = findings(tool, "--write")
    assert answer["problems"] == 0 and "compared and set" in found["ok", "store"]


def test_doctor_says_who_can_change_the_secrets(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    keys = folder / "keys"
    tool = Tool(tmp_path, {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, "SESSION_KEYS_FILE": keys})
    tool("rotate", keys, settings=False)

    def said():
        return [finding["text"] for finding in findings(tool)[0]["findings"] if finding["topic"] == "secrets"]

    assert said() == []
    keys.chmod(0o602)
    assert [text.partition(" by every")[0] for text in said()] == ["SESSION_KEYS_FILE can be written"]
    keys.chmod(0o600)
    folder.chmod(0o707)
    assert [text.partition(" by every")[0] for text in said()] == ["the folder of SESSION_KEYS_FILE can be written"]
    folder.chmod(0o1777)
    tool.file.chmod(0o602)
    assert [text.partition(" by every")[0] for text in said()] == ["the file of settings can be written"]


def test_looking_makes_no_database(tmp_path):
    file = tmp_path / "s.db"
    tool = Tool(tmp_path, {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": file})
    assert findings(tool)[1]["warning", "store"].startswith(f"absent: {file} is not there")
    for command in (["get"], ["inspect"], ["end"], ["end", "--user", "jack"], ["list", "jack"], ["sweep"]):
        answer = json.loads(tool(*command[:1], "--json", *command[1:], given="A" * 43, status=4))
        assert answer["status"] == "UNAVAILABLE" and f"{file} is absent" in answer["message"]
    moving = {"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": tmp_path / "files", "SESSION_SQLITE": file,
              "SESSION_MIGRATE_FROM": "sqlite", "SESSION_MIGRATE_UNTIL": "2100-01-01"}  # fmt: skip
    assert "is absent" in Tool(tmp_path, moving)("migrate", "--json", status=4)
    tool = Tool(tmp_path, {"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": tmp_path / "files"})
    assert findings(tool)[1]["warning", "store"].startswith("absent: ")
    assert not file.exists() and not (tmp_path / "files").exists()
    tool = Tool(tmp_path, {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "no" / "s.db"})
    assert "nothing can be made" in findings(tool, status=1)[1]["problem", "store"]


@pytest.mark.parametrize("kind", ["redis", "memcached"])
def test_a_sweep_of_a_store_that_is_not_there_fails(tmp_path, kind):
    tool = Tool(tmp_path, {"SESSION_TYPE": kind, f"SESSION_{kind.upper()}": f"{kind}://127.0.0.1:1"})
    answer = json.loads(tool("sweep", "--json", status=4))
    assert answer["status"] == "UNAVAILABLE" and "127.0.0.1:1" in answer["message"]


def test_a_sweep_of_a_store_that_refuses_fails(tmp_path, redis):
    import redis as client

    tool = Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": redis})
    assert tool("sweep") == "The server removes expired records itself."
    client.Redis.from_url(redis).execute_command("ACL", "SETUSER", "default", "on", "resetpass", ">secret")
    assert json.loads(tool("sweep", "--json", status=4))["status"] in ("AUTH", "BACKEND")


def test_quiet_says_what_is_wrong_alone(tmp_path):
    tool = Tool(tmp_path, {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY})
    assert tool("doctor", "--quiet") == ""
    assert tool("doctor").splitlines()[-1].startswith("0 problems, 3 warnings, 1 thing that")
    tool = Tool(tmp_path, {"SESSION_TYPE": "redis", "SESSION_REDIS": "redis://127.0.0.1:1"})
    (line,) = tool("doctor", "--quiet", status=1).splitlines()
    assert line.startswith("problem  store")
    assert "\n1 problem, " in tool("doctor", status=1)


def test_settings_come_from_the_environment(tool):
    given = {"APP_SESSION_TYPE": "cookie", "APP_SECRET_KEY": KEY}
    value = tool("sign", given='{"a": 1}')
    assert tool("get", "--environment", "APP_", given=value, settings=False, environment=given) == '{"a":1}'
    tool("get", given=value, settings=False, status=3)
    assert "--config" in tool.said


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json"], ["--json", "nothing"], ["sweep", "--json", "--user", "x"], ["sweep", "--limit", "0", "--json"],
        ["sweep", "--json", "--limit"], ["sweep", "--nothing", "-j"], ["-j", "-x"], ["sweep", "--json=1", "-j"],
        ["rotate", "--json"], ["rotate", "--json", "a", "b"], ["list", "--json"],
        ["end", "--json", "--reference", "x"], ["rotate", "--json", "--name", "\x1b[2J\xff", "x"],
    ],
)  # fmt: skip
def test_wrong_usage_is_json_too(arguments):
    result = subprocess.run([TOOL, *arguments], capture_output=True)
    answer = json.loads(result.stdout)
    assert (result.returncode, answer["status"], result.stderr) == (2, "USAGE", b"") and answer["message"]


def test_what_stands_on_a_command_line_commands_no_terminal(tool):
    for arguments in (["\x1b[2J"], ["sweep", "--\x1b[2J"], ["sign", "--file", "\x1b[2J"], ["rotate", "\x1b[2J/x"]):
        result = subprocess.run([TOOL, "--config", tool.file, *arguments], capture_output=True, text=True)
        assert result.returncode in (2, 3) and "\\u001b[2J" in result.stderr and "\x1b" not in result.stderr


def test_wrong_usage_is_2(tool):
    for arguments in (["nothing"], ["sweep", "--user", "x"], ["sweep", "--limit", "0"], ["sweep", "--limit"], []):
        result = subprocess.run([TOOL, *arguments], capture_output=True, text=True)
        assert result.returncode == 2 and result.stderr and not result.stdout
    assert subprocess.run([TOOL, "--help"], capture_output=True).returncode == 0
    version = subprocess.run([TOOL, "--version"], capture_output=True, text=True).stdout
    assert re.fullmatch(r"swiftsessionctl (\S+) \(libswiftsession \1\)\n", version)
    with open("/dev/full", "w") as full:
        assert subprocess.run([TOOL, "--help"], stdout=full, stderr=subprocess.DEVNULL).returncode == 5


def test_what_is_documented_and_completed_is_what_there_is():
    sources = ROOT / "Tools" / "swiftsessionctl"
    main = (sources / "main.c").read_text()
    commands = set(re.findall(r'\{"(\w+)", "\w*", \d+, command_', main))
    options = set(re.findall(r'\{"([\w-]+)", \w+_argument', main))
    manual = (sources / "swiftsessionctl.1").read_text().replace("\\-", "-")
    completion = (sources / "completion.bash").read_text()
    described = manual.partition(".SH COMMANDS")[2].partition(".SH OPTIONS")[0]
    assert len(commands) == 9 and commands == set(re.findall(r"^\.TP\n\.BI?R? (\w+)\b", described, re.M))
    assert options == set(re.findall(r"--([a-z][\w-]+)", manual))
    for word in options:
        assert f"--{word}" in completion
    for word in commands:
        assert re.search(rf"\b{word}\b", completion)
    assert subprocess.run(["bash", "-n", sources / "completion.bash"]).returncode == 0


def completed(line):
    script = f"""
source {ROOT}/Tools/swiftsessionctl/completion.bash
COMP_WORDS=({line}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_swiftsessionctl
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()


def test_bash_completes():
    assert completed("swiftsessionctl mi") == ["migrate"]
    assert completed("swiftsessionctl end --us") == ["--user"]
    assert completed("swiftsessionctl rotate --purpose c") == ["cookies"]
    assert "--json" in completed("swiftsessionctl doctor --")


@pytest.mark.parametrize("page", ["Tools/swiftsessionctl/swiftsessionctl.1", "docs/swiftsession.3"])
def test_the_manual_pages_are_well_formed(page):
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "MANWIDTH": "100"}
    command = ["man", "--warnings", "-l", ROOT / page]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "EXIT STATUS" in result.stdout or "swiftsession.h" in result.stdout
