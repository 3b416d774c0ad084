"""Python in a process of its own, for what is decided when a module is first loaded."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent


def run_python(code, **environment):
    """What `code` prints, run with these variables in its environment."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
