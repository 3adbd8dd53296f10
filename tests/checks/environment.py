# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a virtual environment, or report in one sentence what is missing.

usage: python environment.py FOLDER REQUIREMENTS LOWEST_MINOR MEGABYTES [PROGRAM ...]

LOWEST_MINOR is the x of the lowest Python 3.x, MEGABYTES the free space that is needed, and each PROGRAM must be on
PATH. Nothing needs more than Python 3.6 before the version is checked: an old one has to report that it is too old.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile


def check_machine(folder, lowest_minor, megabytes, programs):
    """End with a sentence if the Python, a program or space is missing."""
    if sys.version_info < (3, lowest_minor):
        found = "{}.{}".format(*sys.version_info)
        sys.exit(
            f"Python 3.{lowest_minor} or newer is required, but {sys.executable} is {found}. "
            "Select another one with PYTHON=..."
        )
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            sys.exit(f"Python's module {module} is missing. Install it (on Debian: apt install python3-venv).")
    for program in programs:
        if not shutil.which(program):
            sys.exit(f"{program} is required, but it is not on PATH. Install it.")
    existing = os.path.abspath(folder)
    while not os.path.exists(existing):
        existing = os.path.dirname(existing)
    free = shutil.disk_usage(existing).free // 10**6
    if free < megabytes:
        sys.exit(f"{megabytes} MB of free space are required in {existing}, but only {free} MB are left.")


def check_index(python):
    """End with a sentence if pip cannot download a small package within seconds, whatever its timeout is set to."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
        command += ["--no-deps", "--retries", "1", "--timeout", "10", "--dest", folder, "requests"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        broken = re.search(r"connection broken by '(.*)': /", done.stderr)
        # the text before >: is the memory address of an object; a warning in the first line is the cause
        reason = broken.group(1).split(">: ")[-1] if broken else done.stderr.strip().partition("\n")[0]
        reason = reason.replace("WARNING: ", "").replace("ERROR: ", "").rstrip("')\".")
        sys.exit(
            f"Cannot download from the package index: {reason}. "
            "Check the network and pip's configuration (pip config list)."
        )


def make(folder, requirements):
    """Make the environment; the file ``ready`` is added when it is complete."""
    import venv

    print(f"Preparing {folder}, once", flush=True)
    venv.create(folder, clear=True, with_pip=True, symlinks=True)
    python = os.path.join(folder, "bin", "python")
    check_index(python)
    # -qq: pip prints errors only. It takes longer to compile whole packages than Python to compile what it imports
    install = [python, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-compile", "-r", requirements]
    if subprocess.call(install):
        sys.exit(f"Cannot install {requirements}, see above.")
    with open(os.path.join(folder, "ready"), "w", encoding="utf-8"):
        pass


if __name__ == "__main__":
    check_machine(sys.argv[1], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
    make(sys.argv[1], sys.argv[2])
