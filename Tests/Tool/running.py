# SPDX-License-Identifier: Apache-2.0
"""swiftsessionctl as `make build` made it, run with settings of its own."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Another one, such as one that is installed, is named by its path.
TOOL = os.environ.get("SWIFTSESSIONCTL") or ROOT / ".build" / "swiftsession" / "swiftsessionctl"

KEY = "a key of the tests' own, 32 bytes"


class Tool:
    """The command with the settings of one file."""

    def __init__(self, folder, settings):
        self.file = folder / "session.conf"
        self.settings = settings
        self.file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self.file.chmod(0o600)

    def __call__(self, command, *arguments, given="", status=0, settings=True, environment=None):
        options = ["--config", self.file] if settings else []
        result = subprocess.run(
            [TOOL, command, *options, *arguments],
            input=given.encode("utf-8", "surrogateescape"), capture_output=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", **(environment or {})},
        )  # fmt: skip
        assert result.returncode == status, (result.returncode, result.stdout, result.stderr)
        self.said = result.stderr.decode()
        return result.stdout.decode().rstrip("\n")
