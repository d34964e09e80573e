"""Thousands of generated bad logs: a Diagnostic for each, never a traceback, and no row is lost."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from clmstate import InputError
from clmstate.replay import ACTS, FIXED, Log, Row, play, read_log, write_log
from clmstate.signals import instant

from .deal import Deal

COLUMNS = (*FIXED, *Deal.definition.signals)

GOOD = {
    "customer": ["Acme", "Beta", "Käse & Co", "O'Hara, Ltd"],
    "at": ["2026-01-01", "2026-01-02", "2026-01-02T09:30+01:00", "2026-01-03 10:00"],
    "event": ["", "", "notice", "bought", "ended", *ACTS],
    "signed": ["yes", "no", ""],
    "health": ["80", "20", ""],
    "adopted": ["80 %", "0.3", ""],
    "plan": ["Pro", ""],
    "renewal_on": ["2026-06-30", ""],
}
DETAILS = {
    "bought": '{"instance": "crm"}',
    "@start": '{"phase": "won", "since": "2025-01-01"}',
    "@move": '{"to": "risky", "by": "Dana", "reason": "a call", "hold_until": "2026-02-01"}',
    "@skip": '{"touchpoint": "Kick-off call", "by": "Dana", "why": "they know us"}',
    "@clear": '{"signals": ["nps"]}',
}
BAD = [
    "yesterday", "NaN", "inf", "-inf", "1e999", "-1", "9" * 400, "1,5", "80 %", "0x10", "１２", "٣", "None", "null", "true", "\0", "\ufeff", "'", '"', '""',
    "{", "[]", "{}", '{"a":', "[" * 3000, '{"instance": "\\ud800"}', '{"instance": 7}', '{"instance": "a", "instance": "b"}', "9" * 5000,
    "@start", "@stop", "@", "0000-00-00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "2026-02-30", "users/dana", "x" * 1000, "\u2028", "\x85", "🙂",
]  # fmt: skip


def a_row(chance: random.Random) -> dict[str, str]:
    row = {name: chance.choice(GOOD.get(name, [""])) for name in COLUMNS}
    row["details"] = DETAILS.get(row["event"], "")
    for _ in range(chance.choice([0, 1, 1, 2])):
        row[chance.choice(COLUMNS)] = chance.choice(BAD)
    return row


def as_csv(rows: list[dict[str, str]], chance: random.Random) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=chance.choice(",,;\t"), lineterminator=chance.choice(["\n", "\r\n"]))
    writer.writerow(COLUMNS)
    writer.writerows([row[name] for name in COLUMNS] for row in rows)
    return file.getvalue().encode()


def as_jsonl(rows: list[dict[str, str]], chance: random.Random) -> bytes:
    loose: list[object] = [None, True, 0, 1.5, float("nan"), float("inf"), [], {}, [[1]], {"a": {"b": 1}}, 10**400, "\ud800"]

    def cell(text: str) -> object:
        return chance.choice(loose) if chance.random() < 0.05 else text

    return "".join(json.dumps({k: cell(v) for k, v in row.items() if v}) + "\n" for row in rows).encode()


def accounted(log: Log, counts: Counter[str]) -> None:
    """Every row is somewhere, once, also after playing."""
    numbers = sorted([r.number for r in log.rows] + [r.number for r in log.rejected])
    assert len(set(numbers)) == len(numbers) == len(log)
    assert all(r.diagnostics and all(d.code.startswith("CLM") and d.remedy for d in r.diagnostics) for r in log.rejected)
    played = list(play(Deal, log))
    used = sum(len(s.used) for s in played)
    rejected = sum(len(s.rejected) for s in played)
    assert used + rejected == len(log.rows)
    assert sorted(r.number for s in played for r in (*s.used, *s.rejected)) == sorted(r.number for r in log.rows)
    counts.update(read=len(log), used=used, rejected=rejected + len(log.rejected), moves=sum(len(s.moves) for s in played))


def attempt(path: Path, content: bytes, counts: Counter[str]) -> Log | None:
    path.write_bytes(content)
    try:
        log = read_log(path, Deal)
    except InputError:
        counts["refused as a whole"] += 1
        return None
    accounted(log, counts)
    return log


@pytest.mark.parametrize(("ending", "write"), [(".csv", as_csv), (".jsonl", as_jsonl)])
def test_bad_cells(tmp_path: Path, ending: str, write: Callable[[list[dict[str, str]], random.Random], bytes]) -> None:
    counts: Counter[str] = Counter()
    for seed in range(900):
        chance = random.Random(seed)
        rows = [a_row(chance) for _ in range(chance.randrange(1, 12))]
        log = attempt(tmp_path / f"log{ending}", write(rows, chance), counts)
        if log is not None:
            # the rows that went in, counted without our reader; a row of nothing but blanks is none
            assert len(log) == sum(any(value.strip(" \t\r\n") for value in row.values()) for row in rows)
    print(ending, dict(counts))
    assert counts["used"] > 1000
    assert counts["rejected"] > 1500
    assert counts["refused as a whole"] <= 60  # JSON Lines whose very first line is broken


def test_bad_bytes(tmp_path: Path) -> None:
    """Bytes are overwritten, cut out, doubled; files are cut short."""
    counts: Counter[str] = Counter()
    for seed in range(1200):
        chance = random.Random(seed)
        rows = [a_row(chance) for _ in range(8)]
        ending, write = chance.choice([(".csv", as_csv), (".jsonl", as_jsonl)])
        content = bytearray(write(rows, chance))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(content))
            match chance.randrange(4):
                case 0:
                    content[at] = chance.choice(b'"\n\r,;\0\\{}\xff\xc3')
                case 1:
                    del content[at : at + chance.randrange(40)]
                case 2:
                    content[at:at] = content[at : at + chance.randrange(60)]
                case 3:
                    del content[-chance.randrange(1, 30) :]
            content = content or bytearray(b" ")
        attempt(tmp_path / f"log{ending}", bytes(content), counts)
    print(dict(counts))
    assert counts["refused as a whole"] > 100
    assert counts["used"] > 1000
    assert counts["rejected"] > 1000


def test_bad_parquet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("polars")
    counts: Counter[str] = Counter()
    path = tmp_path / "log.parquet"
    write_log(path, [Row("Acme", instant("2026-01-01") + i, values={"health": i % 100}) for i in range(50)], Deal)
    whole = path.read_bytes()
    for seed in range(150):
        chance = random.Random(seed)
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        attempt(path, bytes(content[: chance.choice([len(content), len(content), chance.randrange(len(content))])]), counts)
    assert capfd.readouterr().err == ""  # nobody is shown how polars panics
    print(dict(counts))
    assert counts["refused as a whole"] > 50
