"""What `make bench` calls: everything measured in one run, side by side, and written to docs/performance.md."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.bench.harness import main

    main()
