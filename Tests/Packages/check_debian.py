# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: two builds are alike, lintian is silent, and a clean Debian 12 takes and gives them back."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from clean_system import CleanSystem, base

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
VERSION = re.search(r'SWIFTSESSION_VERSION "(.*)"', (ROOT / "Include" / "swiftsession.h").read_text())[1]
PACKAGES = ["libswiftsession0", "libswiftsession-dev", "swiftsession-tools", "python3-swiftsession"]


#: Begins a command that reaches nothing but this machine itself.
OFFLINE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "offline"]


def build(folder, *before):
    """Builds the packages, and answers with the sum of each."""
    command = [*before, ROOT / "Tools" / "debian-package", folder, VERSION]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.deb"))}


@pytest.fixture(scope="module")
def first():
    return build(BUILD / "deb")


@pytest.fixture(scope="module")
def system(first, tmp_path_factory):
    with CleanSystem(base(BUILD / "bookworm"), tmp_path_factory.mktemp("debian") / "system") as system:
        yield system


def test_two_builds_are_the_same_and_need_no_network(first, tmp_path):
    again = build(tmp_path / "another" / "place", *OFFLINE)
    assert {name.partition("_")[0] for name in first} >= set(PACKAGES)
    assert again == first


def test_lintian_has_nothing_to_say(first):
    command = ["lintian", "--allow-root", "--fail-on", "error,warning"]
    found = subprocess.run([*command, *(BUILD / "deb").glob("*.changes")], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_symbols_are_those_of_the_map():
    listed = re.findall(r"^ (\w+)@SWIFTSESSION_0 ", (ROOT / "debian" / "libswiftsession0.symbols").read_text(), re.M)
    exported = re.findall(r"^ +(swiftsession_\w+);", (ROOT / "Include" / "swiftsession.map").read_text(), re.M)
    assert sorted(listed) == sorted(exported)


def test_no_path_of_this_machine_is_in_them(first, tmp_path):
    for name in first:
        subprocess.run(["dpkg-deb", "-x", BUILD / "deb" / name, tmp_path / name], check=True)
    found = subprocess.run(["grep", "-rlaF", str(ROOT), tmp_path], capture_output=True, text=True).stdout
    assert found == ""


def shown(page, language, containing=""):
    text = (ROOT / page).read_text()
    found = [block for block in re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S) if containing in block]
    assert len(found) == 1
    return found[0]


def test_the_tutorial_from_the_first_line(system):
    """As somebody new does it, without Swift and without the checkout."""
    page = (ROOT / "docs" / "tutorial.md").read_text()
    for name in PACKAGES:
        (path,) = (BUILD / "deb").glob(f"{name}_*.deb")
        (system.home / path.name).write_bytes(path.read_bytes())
    system.run("apt-get update", "apt-get update -qq")
    script, expected = "trap 'kill $(jobs -p)' EXIT\n", ""
    for name, language, text in re.findall(r"(?:^`([\w.]+)`\n\n)?^```(\w*)\n(.*?)^```$", page, re.M | re.S):
        if name:
            (system.home / name).write_text(text)
        elif not language:
            expected += text
        elif "pip install" in text or "purge" in text:
            continue  # the wheel, and the end, have their turn below
        elif "apt-get" in text:
            for line in text.splitlines():
                system.run(" ".join(line.split()[:4]) + " ...", line)
        else:
            script += text
    assert system.run("the tutorial", script) == expected


def test_the_readmes_c_program(system):
    (system.home / "counter.c").write_text(shown("README.md", "c"))
    build = "cc -Wall -Werror counter.c -o counter $(pkg-config --cflags --libs swiftsession)"
    system.run("the README's C program: built", build)
    answer = system.run(
        "the README's C program: run", "APP_SECRET_KEY='32 random bytes, the same everywhere' ./counter"
    )
    assert answer.endswith("This is visit 1.\n")


def test_the_readmes_flask_application(system):
    (system.home / "app.py").write_text(
        shown("README.md", "python", "swiftsession.flask")
        + "\nclient = app.test_client()\nprint(client.get('/').text, client.get('/').text)\n"
    )
    assert system.run("the README's Flask application", "python3 app.py") == "This is visit 1. This is visit 2.\n"


def test_removal_leaves_nothing(system):
    installed = system.files()
    (command,) = re.findall("^apt-get purge.*$", (ROOT / "docs" / "tutorial.md").read_text(), re.M)
    assert set(PACKAGES) < set(command.split())
    system.run("apt-get purge", command)
    assert not [name for name in system.files() if "swiftsession" in name]
    assert system.files() < installed


def test_the_tutorial_with_the_wheel(tmp_path):
    """Its parts for Flask and Python, in a virtual environment of a clean system that has nothing else of ours."""
    page = (ROOT / "docs" / "tutorial.md").read_text()
    parts = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    blocks = {name: re.findall(r"^```sh\n(.*?)^```$", parts[name], re.M | re.S) for name in parts}
    files = re.findall(r"^`([\w.]+)`\n\n```python\n(.*?)^```$", page, re.M | re.S)
    (install,) = (block for block in blocks["Install"] if "pip install" in block)
    (export,) = (line for line in blocks["C"][0].splitlines() if line.startswith("export"))
    with CleanSystem(base(BUILD / "bookworm"), tmp_path / "system") as system:
        system.run("apt-get install python3-venv, curl",
                   "apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv curl gawk")  # fmt: skip
        (wheel,) = (BUILD / "wheel").glob("*.whl")
        for name, data in [(wheel.name, wheel.read_bytes()), *((name, text.encode()) for name, text in files)]:
            (system.home / name).write_bytes(data)
        system.run("the wheel: pip install", install)
        script = "".join([*blocks["Settings"], *blocks["Flask"], export + "\n", *blocks["Python"]])
        environment = "trap 'kill $(jobs -p)' EXIT\n. environment/bin/activate\n"
        answer = system.run("the wheel: the tutorial", environment + script)
        assert answer == "Flask: visit 1\nFlask: visit 2\nPython: visit 3\n"
        assert "Successfully uninstalled swiftsession" in system.run(
            "pip uninstall", ". environment/bin/activate; pip uninstall -y swiftsession"
        )
        left = {path.name for path in (system.home / "environment").rglob("*swiftsession*")}
        assert not left and not [name for name in system.files() if "swiftsession" in name]


def test_autopkgtest(first, tmp_path):
    with CleanSystem(base(BUILD / "bookworm"), tmp_path / "system") as system:
        (sources,) = (BUILD / "deb").glob("*.dsc")
        system.run("apt-get update", "apt-get update -qq && apt-get install -y -qq --no-install-recommends dpkg-dev")
        packages = [next((BUILD / "deb").glob(f"{name}_*.deb")) for name in PACKAGES]
        command = ["autopkgtest", "-B", *packages, sources, "--", "chroot", system.folder]
        done = subprocess.run(command, capture_output=True, text=True)
        print(done.stdout[-1500:])
        assert done.returncode == 0, done.stdout + done.stderr
