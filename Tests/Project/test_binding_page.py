# SPDX-License-Identifier: Apache-2.0
"""The programs of bindings/python/README.md: every block is Python that compiles, or a shell's that parses."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "bindings" / "python" / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S)


@pytest.mark.parametrize("language, text", BLOCKS)
def test_a_block_is_well_formed(language, text):
    if language == "sh":
        subprocess.run(["sh", "-n", "-c", text], check=True)
    else:
        assert language == "python"
        ast.parse(text)


def test_what_it_imports_is_there(monkeypatch):
    monkeypatch.syspath_prepend(str(PAGE.parent))
    for _, text in BLOCKS:
        for module, names in re.findall(r"^from (swiftsession[\w.]*) import ([\w, ]+)", text, re.M):
            for name in map(str.strip, names.partition(" as ")[0].split(",")):
                found = importlib.import_module(module)
                assert hasattr(found, name) or importlib.import_module(f"{module}.{name}")
