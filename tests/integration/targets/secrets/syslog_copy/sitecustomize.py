# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python imports this file at startup. It copies the syslog messages of modules to a file that tests can read."""

import os
import syslog


def _copy(*arguments):
    with open(os.environ["SYSLOG_COPY"], "a", encoding="utf-8") as file:
        print(*arguments, file=file)


if "SYSLOG_COPY" in os.environ:
    syslog.syslog = _copy
