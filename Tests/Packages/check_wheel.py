# SPDX-License-Identifier: Apache-2.0
"""The wheel: its name is true, the same sources make the same bytes, and an empty environment has what it needs."""

import hashlib
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build" / "swiftsession" / "libswiftsession.so.0"


def build(folder):
    out = subprocess.run([ROOT / "Tools" / "python-wheel", folder, LIBRARY], check=True, capture_output=True, text=True)
    return Path(out.stdout.strip())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """An environment with the wheel alone, installed without asking any index."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-index", wheel], check=True)
    subprocess.run([*pip, "check"], check=True)
    return folder / "bin" / "python"


def run(python, code, cwd):
    environment = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/nowhere"}
    done = subprocess.run([python, "-c", code], env=environment, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_name_is_true(wheel, tmp_path):
    name = re.fullmatch(r"swiftsession-[\d.]+-py3-none-manylinux_2_(\d+)_x86_64\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        library = Path(archive.extract("swiftsession/libswiftsession.so.0", tmp_path))
        names = archive.namelist()
    asked = subprocess.run(["objdump", "-T", library], check=True, capture_output=True, text=True).stdout
    versions = [int(found) for found in re.findall(r"\(?GLIBC_2\.(\d+)", asked)]
    assert max(versions) == int(name[1]) <= 34
    assert not [entry for entry in names if "ssl" in entry or "crypto" in entry]
    assert subprocess.run(["grep", "-c", str(ROOT), library], capture_output=True, text=True).stdout == "0\n"


def test_the_same_sources_make_the_same_wheel(wheel, tmp_path):
    assert hashlib.sha256(build(tmp_path).read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()


def test_it_is_whole(wheel):
    """Every file has the sum that RECORD says, and there is no other."""
    import base64

    with zipfile.ZipFile(wheel) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith("/RECORD"))
        lines = [line.rsplit(",", 2) for line in archive.read(record).decode().splitlines()]
        assert [name for name, _, _ in lines] == archive.namelist()
        for name, digest, size in lines[:-1]:
            data = archive.read(name)
            encoded = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={encoded}", str(len(data)))


def test_it_works_in_an_empty_environment(python, tmp_path):
    code = """
import swiftsession
manager = swiftsession.SessionManager(SECRET_KEY="k" * 32, SESSION_TYPE="sqlite", SESSION_SQLITE="s.db")
with manager.open(None) as session:
    session["user"] = "jack"
    cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
print(manager.open(cookie)["user"], swiftsession.library_version())
"""
    assert run(python, code, tmp_path).startswith("jack ")


def test_who_uses_it_is_type_checked(python, tmp_path):
    """mypy and pyright find its types where pip has put them."""
    (tmp_path / "application.py").write_text(
        "import swiftsession\n\n"
        'manager: swiftsession.SessionManager = swiftsession.SessionManager(SECRET_KEY="k", SESSION_TYPE="cookie")\n'
        "session: swiftsession.Session = manager.open(None)\n"
        'reveal: int = session.add("n", 1)\n'
        "lines: list[tuple[str, str]] = session.save()\n"
    )
    for command in (
        ["-m", "mypy", "--strict", "--cache-dir", os.devnull, "--python-executable", python, "application.py"],
        ["-m", "basedpyright", "--level", "error", "--pythonpath", python, "application.py"],
    ):
        done = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
