# SPDX-License-Identifier: Apache-2.0
"""The programs in the README, compiled and run as they stand there."""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
KEY = "32 random bytes, the same everywhere"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def python(code):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_platform_is_in_the_first_lines():
    assert "Linux x86-64, glibc" in README[:200]


def test_the_program_in_c(tmp_path):
    (source,) = blocks("c")
    (lines,) = [block for block in blocks("sh") if "counter.c" in block]
    (tmp_path / "counter.c").write_text(source)
    # The lines stand in a checkout, where they would leave files.
    (tmp_path / ".build").symlink_to(ROOT / ".build")
    environment = {name: value for name, value in os.environ.items() if name != "PKG_CONFIG_PATH"}
    first = subprocess.run(["sh", "-e", "-c", lines], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert first.returncode == 0 and first.stdout.endswith("This is visit 1.\n"), first.stderr
    strict = ["cc", "-fsyntax-only", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{ROOT}/Include"]
    subprocess.run([*strict, "counter.c"], cwd=tmp_path, check=True)

    def run(**environment):
        return subprocess.run([tmp_path / "counter"], env=environment, capture_output=True, text=True, timeout=60)

    settings = {"APP_SECRET_KEY": KEY}
    cookie = re.search("^Set-Cookie: ([^;]+);", first.stdout, re.M)[1]
    assert run(HTTP_COOKIE=cookie, **settings).stdout.endswith("This is visit 2.\n")
    wrong = run(APP_SECRET_KY=KEY)
    assert wrong.returncode == 1 and wrong.stderr.startswith("CONFIG: ")


PYTHON = {
    "manager": """
again = manager.open(headers[0][1].partition(";")[0])
assert [name for name, _ in headers] == ["Set-Cookie", "Vary"]
assert dict(again) == {"user": "jack", "cart": {"n": 1}, "visits": 1}, dict(again)
""",
    "Flask": """
client = app.test_client()
assert client.get("/").text == "This is visit 1." and client.get("/").text == "This is visit 2."
""",
    "signing": "",
}


def test_every_python_block_is_run():
    assert len(blocks("python")) == len(PYTHON)


@pytest.mark.parametrize("index, name", enumerate(PYTHON))
def test_the_python(index, name):
    python(blocks("python")[index] + PYTHON[name])


def test_the_settings_are_those_of_the_library():
    source = (ROOT / "Sources" / "Settings" / "SettingName.swift").read_text()
    known = set(re.findall(r'\(\s*"([A-Z_]+)"', source))
    section = README.split("## Settings")[1].split("\n## ")[0]
    assert known == set(re.findall(r"`([A-Z]+_[A-Z_]+)`", section))


SOURCES = "\n".join(path.read_text() for path in sorted((ROOT / "Sources").rglob("*.swift")))
TABLE = (ROOT / "Sources" / "Settings" / "SettingName.swift").read_text()
SECTION = README.split("## Settings")[1].split("\n## ")[0]

#: Of each setting the name that the sources have for it, and what its value has to be.
KINDS = {name: (case, kind) for case, name, kind in re.findall(r'case \.(\w+):\s*\(\s*"([A-Z_]+)", (.*)\)$', TABLE, re.M)}

#: Of each setting the default and the meaning that the README has.
ROWS = {
    name: (default, meaning)
    for names, default, meaning in re.findall(r"^\| (`.*?) \| (.*?) \| (.*?) ?\|$", SECTION, re.M)
    for name in re.findall(r"`([A-Z_]+)`", names)
}

#: Defaults that are no `settings.kind(.name) ?? default`: where they stand.
ELSEWHERE = {
    "APPLICATION_ROOT": (r"settings\.text\(\.applicationRoot\).*\n +return (.*)", {'"/"'}),
    "SESSION_CONNECT_TIMEOUT": (r"var connectTimeout: Int64 = (.*)", {"2_000"}),
    "SESSION_MONGODB_COLLECT": (r"var collection: Text = (.*)", {'"sessions"'}),
    "SESSION_MONGODB_DB": (r"var database: Text = (.*)", {'"flask_session"'}),
    "SESSION_PERMANENT": (r"settings\.flag\(\.permanent\) \?\? (.*)", {"(small == nil)"}),
    "SESSION_POOL_IDLE": (r"var idleTime: Int64 = (.*)", {"60_000"}),
    "SESSION_POOL_SIZE": (r"(?:var poolSize = |\.poolSize\) \?\? )(\d+)", {"8"}),
    "SESSION_POSTGRESQL_TABLE": (r"isSQLAlchemy \? \.sqlalchemyTable : table\) \?\? (\S+),", {'"sessions"'}),
    "SESSION_SERIALIZATION_FORMAT": (r"settings\.text\(\.serializationFormat\).*\?\? ([.\w]+)", {".messagePack"}),
}


def defaults_in_the_code(case, kind):
    """As the README writes them."""
    words = re.findall(r'"([\w-]+)"', kind)
    if ".choice([" in kind and len(words) == 2:  # the one that no comparison names
        compared = set(re.findall(rf'settings\.text\(\.{case}\) [!=]= "([\w-]+)"', SOURCES))
        return {word for word in words if compared and word not in compared}
    found = re.findall(rf'\.(\w+)\(\.{case}\)\s*\?\?\s*("[^"]*"|true\b|false\b|0o\d+|[\d_]+(?: \* [\d_]+)?)', SOURCES)
    return {written(kind, value) for kind, value in found if value != '""'}


def written(kind, value):
    if value[0] == '"' or value in ("true", "false") or value.startswith("0o"):
        return value.strip('"')
    number = math.prod(int(factor) for factor in value.split(" * "))
    return f"{number / 1000:g}" if kind == "milliseconds" else str(number)


@pytest.mark.parametrize("name", ROWS)
def test_a_default_is_that_of_the_code(name):
    in_readme = re.match(r"`([^`]*)`", ROWS[name][0])
    if name in ELSEWHERE:
        pattern, expected = ELSEWHERE[name]
        assert in_readme and set(re.findall(pattern, SOURCES)) == expected
    else:
        assert defaults_in_the_code(*KINDS[name]) == ({in_readme[1]} if in_readme else set())


def words_of(kind):
    """The words of a choice, but for those that are refused."""
    lists = {
        name: re.findall(r'"(\w+)"', re.sub(r"\.refused\(.*", "", text))
        for name, text in re.findall(r"static var (\w+): \[SettingWord\] \{\n(.*?)\n  \}", TABLE, re.S)
    }
    named = re.match(r"\.choice\(SettingName\.(\w+)\)", kind)
    return lists[named[1]] if named else re.findall(r'"([\w-]+)"', kind)


@pytest.mark.parametrize("name", [name for name in ROWS if ".choice" in KINDS[name][1]])
def test_a_choice_has_every_word(name):
    for word in words_of(KINDS[name][1]):
        assert f"`{word}`" in " ".join(ROWS[name]), word


@pytest.mark.parametrize("name", [name for name in ROWS if "..." in KINDS[name][1]])
def test_a_range_is_that_of_the_code(name):
    kind, low, high = re.match(r"\.(\w+)\(([\w.]+)\.\.\.([\w.]+)\)", KINDS[name][1]).groups()
    if high in ("SettingName.century", "1_000_000_000"):  # as good as none
        return
    low, high = written(kind, low), written(kind, high)
    assert re.search(rf"\b{re.escape(low)} to {high}\b", ROWS[name][1])


def test_what_is_known_and_means_nothing_is_that_of_the_code():
    later, _, refused = SECTION.partition("mean\nnothing yet:")[2].partition("- refused")
    refusing = {name for name, (_, kind) in KINDS.items() if kind.startswith(".refused")}
    ignored = {name for name, (_, kind) in KINDS.items() if kind == ".ignored" or kind == '.choice(["raise"])'}
    assert set(re.findall(r"`([A-Z_]+)`", refused)) == refusing and set(re.findall(r"`([A-Z_]+)`", later)) == ignored
    assert set(ROWS) == set(KINDS) - refusing - ignored
