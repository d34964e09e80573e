"""``python -m clmstate.cli`` is ``clmstate``."""

import sys

from clmstate.cli import main

if __name__ == "__main__":
    sys.exit(main())
