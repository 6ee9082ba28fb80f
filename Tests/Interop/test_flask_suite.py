# SPDX-License-Identifier: Apache-2.0
"""The tests of Flask 3.1.3, from its source distribution, with our session interface in the place of Flask's."""

import re

from sources import run_suite, source

#: The tests that cannot apply, and why.
DESELECTED = {
    "tests/test_reqctx.py::test_bad_environ_raises_bad_request": "fails with Flask's own interface too: Werkzeug 3.1.9"
    " answers 404 where this test of Flask 3.1.3 expects 400",
}


def test_its_own_tests_pass_on_ours():
    said = run_suite(source("flask", "3.1.3"), "flask_stand_in", DESELECTED)
    assert int(re.search(r"(\d+) passed", said)[1]) >= 485
