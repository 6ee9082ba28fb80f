# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: whoever imports itsdangerous, or a module of it, gets swiftsession.signing."""

import sys

from swiftsession import signing

for name in ("", ".encoding", ".exc", ".serializer", ".signer", ".timed", ".url_safe"):
    sys.modules["itsdangerous" + name] = signing
