# SPDX-License-Identifier: Apache-2.0
"""The programs in the README, compiled and run as they stand there."""

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
