# SPDX-License-Identifier: Apache-2.0
"""The tests of itsdangerous 2.2.0, from its source distribution, on swiftsession.signing."""

import re

from sources import run_suite, source

#: The tests that cannot apply, and why.
DESELECTED: dict[str, str] = {}


def test_its_own_tests_pass_on_ours():
    said = run_suite(source("itsdangerous", "2.2.0"), "itsdangerous_stand_in", DESELECTED)
    assert int(re.search(r"(\d+) passed", said)[1]) == 297 - len(DESELECTED)
