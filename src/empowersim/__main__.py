"""`python -m empowersim` is the command line."""

import sys

from empowersim.cli import main

sys.exit(main())
