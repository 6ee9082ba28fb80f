# SPDX-License-Identifier: Apache-2.0
"""The sources of packages whose own tests are run here, fetched once into .build."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "sources"


def source(name: str, version: str) -> Path:
    """The unpacked source distribution of a package."""
    folder = FOLDER / f"{name}-{version}"
    if not folder.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        archive = FOLDER / f"{name}-{version}.tar.gz"
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--no-binary", ":all:", "--dest", str(FOLDER), f"{name}=={version}"]
        subprocess.run(command, check=True)
        with tarfile.open(archive) as tar:
            tar.extractall(FOLDER)
    return folder


def repository(address: str, tag: str) -> Path:
    """A tag of a repository, for a package that is distributed without its tests. They are skipped without network."""
    folder = FOLDER / f"{address.rpartition('/')[2]}-{tag}"
    if not folder.is_dir():
        command = ["git", "clone", "--quiet", "--depth", "1", "--branch", tag, address, str(folder)]
        done = subprocess.run(command, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"}, check=False)
        if done.returncode != 0:
            pytest.skip(f"{address} cannot be fetched")
    return folder


def run_suite(folder: Path, plugin: str, deselected: dict[str, str], *arguments: str) -> str:
    """Runs a package's own tests with one of the stand-ins here; answers with what pytest said."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        plugin,
        "-p",
        "no:cacheprovider",
        *arguments,
    ]
    for test in deselected:
        command += ["--deselect", test]
    path = [
        str(Path(__file__).parent),
        str(ROOT / "bindings" / "python"),
        str(folder / "src"),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
