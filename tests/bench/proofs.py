"""How long proofs take: ``python -m tests.bench.proofs``. Each line is a process of its own, start of Python and solver included."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PHASES, RULES = 20, 77


def large() -> str:
    """Twenty phases in a row and seventy-seven rules over twelve signals: forward, back, and out."""
    lines = ["from clmstate import Event, Lifecycle, Phase, Signal, unless", "", "class Large(Lifecycle):"]
    lines += [f'    n{k} = Signal.score("number {k}")' for k in range(6)]
    lines += [f'    u{k} = Signal.share("share {k}")' for k in range(3)]
    lines += [f'    f{k} = Signal.flag("flag {k}", default=False)' for k in range(3)]
    lines += ['    ended = Event("ended")', '    p0 = Phase("Phase 0", initial=True)']
    lines += [f'    p{k} = Phase("Phase {k}")' for k in range(1, PHASES - 1)]
    lines += [f'    p{PHASES - 1} = Phase("Over", final=True)']
    rules = [f"p{k}.to(p{k + 1}, when=(n{k % 6} >= {70 + k}) & (u{k % 3} >= 0.{5 + k % 4}) & f{k % 3})" for k in range(PHASES - 1)]
    rules += [f"p{k + 1}.to(p{k}, when=unless(n{k % 6} >= {40 + k}).for_days({7 + k}))" for k in range(PHASES - 2)]
    rules += [f"p{k}.to(p{PHASES - 1}, on=ended, when=(n{(k + 1) % 6} < {20 + k}) | ~f{(k + 1) % 3})" for k in range(PHASES - 1)]
    skips = [(k, k + 2 + k % 3) for k in range(PHASES - 4)] + [(k, k + 5) for k in range(PHASES - 6)]
    rules += [f"p{a}.to(p{b}, when=(n{a % 6} >= {80 + a % 10}) & (n{b % 6} >= 90) & (u{(a + 1) % 3} >= 0.9))" for a, b in skips]
    lines += [f"    t{place} = {rule}" for place, rule in enumerate(rules[:RULES])]
    return "\n".join(lines) + "\n"


def spent(*words: str) -> tuple[float, float]:
    """How long one process takes, and how much of a processor it needs: seconds."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "clmstate.cli", "check", *words], capture_output=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Prints the least of three times each."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.py"
        file.write_text(large())
        asked = {
            "the contract": "models/dynamic/contract.py:Contract",
            f"{PHASES} phases, {RULES} rules": str(file),
            "the customer and its parts": "models/dynamic/customer.py:Customer",
        }
        print(f"{'':<32}    seconds  of them processor")
        for what, name in asked.items():
            wall, cpu = (min(times) for times in zip(*(spent(name) for _ in range(3)), strict=True))
            print(f"{what:<32}{wall:11.2f}{cpu:11.2f}")


if __name__ == "__main__":
    main()
