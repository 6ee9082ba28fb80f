# SPDX-License-Identifier: Apache-2.0
"""One web session for every server on a host. The library's header, swiftsession.h, is the reference manual."""
