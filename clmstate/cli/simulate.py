"""``clmstate simulate``: a synthetic fleet as a log, with the truth behind it."""

from __future__ import annotations

import argparse
import contextlib
import json
import tomllib
from typing import TYPE_CHECKING, Any

from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.writing import finite, unfinished

if TYPE_CHECKING:
    from clmstate.replay.simulate import Plan

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate simulate``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", help="the log to write: .csv, .jsonl or .parquet")
    parser.add_argument("--customers", type=int, default=100, metavar="N", help="how many (100)")
    parser.add_argument("--weeks", type=int, default=52, metavar="N", help="for how long (52)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same fleet (0)")
    parser.add_argument("--start", default="2026-01-05", metavar="DATE", help="the first day (2026-01-05)")
    parser.add_argument("--plan", metavar="FILE", help="what drives it, as TOML: [signals.health], [events], [members]")
    parser.add_argument("--truth", metavar="FILE", help="write what is behind it: goals and bad spells, one JSON object a line")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Writes a synthetic fleet.

    Example:
        >>> from clmstate.cli import main
        >>> main(["simulate", "no_such_model.py", "log.csv"])
        2
    """
    from clmstate.replay import write_log
    from clmstate.replay.simulate import simulate

    model = load_one(options.model, command="clmstate simulate")
    plan = None if options.plan is None else read_plan(options.plan)
    fleet = simulate(
        model.what, customers=options.customers, weeks=options.weeks, seed=options.seed, start=options.start, plan=plan
    )  # fmt: skip
    with contextlib.nullcontext() if options.truth is None else unfinished(options.truth) as truth:  # both files, or none
        if truth is not None:
            truth.write_bytes("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in fleet.truth).encode())
        write_log(options.log, fleet.log.rows, model.what)
    said = f"{len(fleet.truth):,} customers, {len(fleet.log):,} rows, seed {options.seed}: {options.log}"
    if screen.as_json:
        screen.json({"ok": True, "customers": len(fleet.truth), "rows": len(fleet.log), "seed": options.seed, "log": options.log})
    else:
        screen.line(said)
    return 0


def read_plan(path: str) -> Plan:
    """A plan from a TOML file.

    Raises:
        InputError: CLM301 it cannot be read, CLM354 it is no plan.

    Example:
        >>> read_plan("no such plan.toml")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 no such plan.toml: it cannot be read (No such file or directory). Check the path.
    """
    from clmstate.replay.simulate import Plan

    try:
        said: dict[str, Any] = tomllib.loads(finite(path).read_text("utf-8"))
    except OSError as error:
        raise InputError([Diagnostic("CLM301", path, f"it cannot be read ({error.strerror})", "check the path")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Diagnostic("CLM354", path, f"it is no TOML ({error})", "see docs/how-to/replay.md")]) from None
    known = ("signals", "events", "members", "bad_spells")
    for name in said:
        if name not in known:
            raise InputError([Diagnostic("CLM354", path, f"{name!r:.60} is no part of a plan", did_you_mean(name, known))])
    try:
        return Plan(
            {name: {key: float(n) for key, n in numbers.items()} for name, numbers in said.pop("signals", {}).items()},
            {name: float(n) for name, n in said.pop("events", {}).items()},
            {name: (int(both[0]), float(both[1])) for name, both in said.pop("members", {}).items()},
            float(said.pop("bad_spells", 0.5)),
        )
    except (TypeError, ValueError, AttributeError, IndexError, KeyError) as error:
        cause = f"a number is not one ({error})"
        raise InputError([Diagnostic("CLM354", path, cause, "write [signals.NAME] goal = 80, [events] NAME = 0.3")]) from None
