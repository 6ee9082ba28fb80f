# SPDX-License-Identifier: Apache-2.0
"""Starts a server of the tests' and runs a benchmark on it: on_server.py <server> <program>, which is given the address."""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "Tests"))
from servers import SERVERS

name, program = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder, SERVERS[name](Path(folder)) as address:
    sys.exit(subprocess.run([program, address], check=False).returncode)
