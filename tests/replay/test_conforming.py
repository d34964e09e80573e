"""What a CRM recorded beside what the model says."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmstate.errors import InputError
from clmstate.replay.conforming import Recorded, conformance, read_records
from clmstate.replay.rows import Log, Row
from tests.replay.deal import Deal

DAY = 86_400_000_000
WEEK = 7 * DAY
LOG = Log(
    "log",
    (
        Row("Acme", 0, values={"signed": True, "health": 80}),
        Row("Acme", 4 * WEEK, values={"health": 30}),
        Row("Acme", 9 * WEEK, event="ended"),
    ),
)


def records(*told: tuple[int, str]) -> list[Recorded]:
    return [Recorded("Acme", week * WEEK, phase) for week, phase in told]


def test_a_record_that_follows_the_rules_agrees() -> None:
    found = conformance(Deal, LOG, records((0, "won"), (2, "won"), (4, "risky"), (9, "lost")))
    assert (found.agreement, found.made.height, found.missed.height) == (1.0, 0, 0)


def test_a_move_without_reason_names_what_would_have_explained_it() -> None:
    found = conformance(Deal, LOG, records((0, "won"), (2, "risky"), (3, "won")))
    made = found.made.select("from", "to", "rule", "explained_by").rows()
    assert made == [("won", "risky", "worry", "health below 50 (health 80)")]


def test_a_move_that_nobody_recorded_is_missed_once() -> None:
    found = conformance(Deal, LOG, records((0, "won"), (4, "won"), (5, "won"), (7, "won"), (8, "won")))
    assert found.missed.select("from", "to", "rule").rows() == [("won", "risky", "worry")]
    assert [at.day for at in found.missed["since"]] == [29]
    assert conformance(Deal, LOG, records((0, "won"), (4, "won"), (5, "won"))).missed.height == 0  # within the days of grace


def test_an_end_that_nobody_recorded_and_a_way_that_is_not_there() -> None:
    found = conformance(Deal, LOG, records((0, "won"), (4, "risky"), (10, "risky")))
    assert found.missed.select("from", "to", "rule").rows() == [("risky", "lost", "lose")]
    back = conformance(Deal, LOG, records((0, "won"), (2, "fresh")))
    assert "no such way" in back.made["explained_by"][0]


def test_phases_passed_through_are_no_deviation() -> None:
    signed = Log("log", (Row("Acme", 0), Row("Acme", WEEK, values={"signed": True, "health": 30}), Row("Acme", 2 * WEEK)))
    for told in (records((0, "fresh"), (1, "risky"), (2, "risky")), records((0, "fresh"), (1, "won"), (1, "risky"), (2, "risky"))):
        found = conformance(Deal, signed, told)
        assert (found.agreement, found.made.height, found.missed.height) == (1.0, 0, 0)


def test_what_was_not_told_is_named() -> None:
    by_hand = Row("Acme", 9 * WEEK, event="@move", details={"to": "lost", "by": "Eli", "reason": "they called"})
    for row, said in ((LOG.rows[2], "contract ended not told"), (by_hand, "the move by hand not told")):
        log = Log("log", (*LOG.rows[:2], row))
        assert conformance(Deal, log, records((0, "won"), (4, "risky"), (10, "risky"))).missed["data"].to_list() == [said]


def test_lines_that_are_no_records_are_told(tmp_path: Path) -> None:
    path = tmp_path / "recorded.csv"
    path.write_text("customer,at,phase\nAcme,2026-01-05,Won\nAcme,soon,Won\nAcme,2026-01-06,Wonn\n,2026-01-06,Won\n")
    found, faults = read_records(path, Deal.definition)
    assert [record.phase for record in found] == ["won"]
    assert [fault.code for fault in faults] == ["CLM206", "CLM356", "CLM356"]
    path.write_text("customer,when,phase\n")
    with pytest.raises(InputError, match="CLM356"):
        read_records(path, Deal.definition)


def test_a_record_is_read_as_logs_are(tmp_path: Path) -> None:
    path = tmp_path / "recorded.csv"
    path.write_text("customer;at;phase\nAcme;2026-01-05;Won\nBeta\n", encoding="utf-8-sig")
    found, faults = read_records(path, Deal.definition)
    assert [record.phase for record in found] == ["won"]
    assert [(fault.code, fault.place.rpartition(", ")[2]) for fault in faults] == [("CLM310", "line 3")]
    for content, said in (
        (b"", "it is empty"),
        ("K\xfcnde,at,phase".encode("cp1252"), "Save the file as UTF-8"),
        (b"PK\3\4", "CSV"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=said):
            read_records(path, Deal.definition)
    with pytest.raises(InputError, match=r"CLM301 .*it is a folder"):
        read_records(tmp_path, Deal.definition)
