# SPDX-License-Identifier: Apache-2.0
"""A virtual environment for each version of Flask-Session, with the Flask and the clients of its time."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
VERSIONS = sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))


def python(version: str) -> Path:
    """The interpreter of a version's environment."""
    return ROOT / ".build" / "fleet" / version / "bin" / "python"


def make_all() -> None:
    """Makes what is missing or out of date."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(make, VERSIONS))


def make(version: str) -> None:
    requirements = REQUIREMENTS / f"{version}.txt"
    folder = python(version).parents[1]
    stamp = folder / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == requirements.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    install = [python(version), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    subprocess.run(install, check=True)
    shutil.copyfile(requirements, stamp)
