# SPDX-License-Identifier: Apache-2.0
"""The programs of the pages in docs: they are short, shown as they are, and print what is shown."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "bindings" / "python" / "examples"
C = ROOT / "bindings" / "c" / "life"
PAGES = [
    (ROOT / "docs" / name).read_text() for name in ("sessions.md", "merging.md", "migration.md", "events.md")
]

# A file by its name, or what the two files before it print.
SHOWN = re.compile(r"^(?:`([\w.]+)`|Both print:)\n\n```\w*\n(.*?)^```$", re.M | re.S)

blocks = [block for page in PAGES for block in SHOWN.findall(page)]
programs = {name: text for name, text in blocks if name}
printed = {blocks[at - 1][0].partition(".")[0]: text for at, (name, text) in enumerate(blocks) if not name}


def test_every_program_is_shown_and_nothing_else():
    files = {path.name for folder, ending in ((PYTHON, "py"), (C, "c")) for path in folder.glob(f"*.{ending}")}
    assert files and set(programs) == files
    assert set(printed) == {name.partition(".")[0] for name in files}
    assert sum(page.count("\n```") for page in PAGES) == 2 * len(blocks)


@pytest.mark.parametrize("name", programs)
def test_a_program_is_short_and_shown_as_it_is(name):
    text = ((PYTHON if name.endswith(".py") else C) / name).read_text()
    assert text.count("\n") <= 30
    assert programs[name] == text.partition("\n")[2]  # but for the license


@pytest.mark.parametrize("name", printed)
def test_in_python_it_prints_what_is_shown(name):
    environment = {**os.environ, "PYTHONPATH": str(PYTHON.parent)}
    command = [sys.executable, "-W", "error", PYTHON / f"{name}.py"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == (printed[name], "")


@pytest.mark.parametrize("name", printed)
def test_in_c_it_prints_what_is_shown(examples, name):
    result = subprocess.run([examples / name], capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == (printed[name], "")
