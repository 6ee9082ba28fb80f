# SPDX-License-Identifier: Apache-2.0
"""The package as pip builds and installs it, and how it then finds the library."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build" / "swiftsession" / "libswiftsession.so.0"
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module", params=["alone", "with its library"])
def wheel(request, tmp_path_factory):
    """A wheel built outside of the checkout, so that nothing is left in it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(
        ROOT / "bindings" / "python", source, ignore=shutil.ignore_patterns("build", "*.egg-info", "*.so.0")
    )
    if request.param != "alone":
        shutil.copy(LIBRARY, source / "swiftsession")
    subprocess.run([*PIP, "wheel", "--no-deps", "--wheel-dir", folder, source], check=True)
    (built,) = folder.glob("swiftsession-*.whl")
    return built


def test_a_wheel_has_every_module(wheel):
    modules = {path.name for path in (ROOT / "bindings" / "python" / "swiftsession").glob("*.py")} | {"py.typed"}
    names = {name.partition("/")[2] for name in zipfile.ZipFile(wheel).namelist() if name.startswith("swiftsession/")}
    assert names - {LIBRARY.name} == modules


def test_it_is_installed_and_finds_the_library(wheel, tmp_path):
    subprocess.run([*PIP, "install", "--no-deps", "--target", tmp_path, wheel], check=True)

    def said(**environment):
        kept = {name: value for name, value in os.environ.items() if name != "SWIFTSESSION_LIBRARY"}
        done = subprocess.run(
            [sys.executable, "-c", "import swiftsession; print(swiftsession.library_version())"],
            env={**kept, "PYTHONPATH": str(tmp_path), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout or done.stderr.splitlines()[-1]

    assert said(SWIFTSESSION_LIBRARY=str(LIBRARY)) == "0.1.0\n"
    assert said(LD_LIBRARY_PATH=str(LIBRARY.parent)) == "0.1.0\n"
    has_library = (tmp_path / "swiftsession" / LIBRARY.name).exists()
    alone = said(LD_LIBRARY_PATH="/nowhere")
    if has_library:
        assert alone == "0.1.0\n"
    elif alone != "0.1.0\n":  # the system has none
        assert "SWIFTSESSION_LIBRARY, beside the package, in the checkout" in alone and "`make install`" in alone
