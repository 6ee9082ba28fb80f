# SPDX-License-Identifier: Apache-2.0
"""The tutorial, played from its first line to its last: it answers what it shows."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text()
LIBRARY = ROOT / ".build" / "swiftsession"

BLOCK = re.compile(r"(?:^`([\w.]+)`\n\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_it_answers_what_it_shows(tmp_path):
    commands, shown = [], []
    for name, language, text in BLOCK.findall(PAGE):
        if name:
            (tmp_path / name).write_text(text)
        elif language == "sh" and not re.search("apt-get|pip install", text):  # played by Tests/Packages
            commands.append(text)
        elif not language:
            shown.append(text)
    assert PAGE.count("\n```") == 2 * len(BLOCK.findall(PAGE)) and len(commands) == 5 and len(shown) == 4
    script = "trap 'kill $(jobs -p)' EXIT\n" + "".join(commands).replace("8001", str(free_port()))
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{LIBRARY}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "bindings" / "python"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PKG_CONFIG_PATH": str(LIBRARY),
        "LD_LIBRARY_PATH": str(LIBRARY),
    }
    played = subprocess.run(
        ["bash", "-e", "-u", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (played.returncode, played.stdout) == (0, "".join(shown)), played.stderr
