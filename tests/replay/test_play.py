"""Playing logs: what belongs to one instant is one observation, and every row is used or rejected."""

from __future__ import annotations

import random
from collections import Counter

from clmstate.replay import Log, Row, Step, by_instant, play
from clmstate.signals import instant

from .deal import Deal, Flapping


def at(day: int) -> int:
    return instant(f"2026-01-{day:02}")


def steps(*rows: Row) -> list[Step]:
    numbered = [Row(r.customer, r.at_us, r.part, r.instance, r.event, r.details, r.values, i + 2) for i, r in enumerate(rows)]
    played = list(play(Deal, Log("log.csv", tuple(numbered))))
    assert sum(len(s.used) + len(s.rejected) for s in played) == len(rows)
    return played


def codes(step: Step) -> list[tuple[int, str]]:
    return [(r.number, d.code) for r in step.rejected for d in r.diagnostics]


def test_customers_one_after_the_other_each_in_order_of_time() -> None:
    played = steps(
        Row("Beta", at(2), values={"health": 20}),
        Row("Acme", at(3), values={"health": 40}),
        Row("Beta", at(1), values={"signed": True}),
        Row("Acme", at(1), values={"signed": True, "health": 90}),
    )
    assert [(s.customer, s.at_us, s.life.name) for s in played] == [
        ("Acme", at(1), "Acme"),
        ("Acme", at(3), "Acme"),
        ("Beta", at(1), "Beta"),
        ("Beta", at(2), "Beta"),
    ]
    assert [str(m) for s in played for m in s.moves][1] == "2026-01-03 Won → At risk (health below 50 or at least 3 open tickets)"


def test_rows_of_one_instant_are_one_observation() -> None:
    together = steps(Row("Acme", at(1), values={"signed": True}), Row("Acme", at(1), event="notice", values={"health": 90}))
    assert len(together) == 1
    # the notice is offered in round one, when the customer is still Open, and expires: two rows in a row would have moved twice
    assert [m.target.label for m in together[0].moves] == ["Won"]
    assert [u.event for u in together[0].moves.untaken] == ["notice"]


def test_two_values_at_one_instant_reject_both_rows() -> None:
    (step,) = steps(
        Row("Acme", at(1), values={"signed": True}),
        Row("Acme", at(1), values={"health": 80, "nps": 3}),
        Row("Acme", at(1), values={"health": 70}),
        Row("Acme", at(1), values={"health": 80}),
        Row("Acme", at(1), values={"nps": 4}),
    )
    assert codes(step) == [(3, "CLM316"), (3, "CLM316"), (4, "CLM316"), (5, "CLM316"), (6, "CLM316")]
    assert [r.number for r in step.used] == [2]
    assert step.life.health is None  # type: ignore[attr-defined]


def test_what_is_told_twice_counts_once() -> None:
    (step,) = steps(
        Row("Acme", at(1), values={"health": 80, "nps": 1}),
        Row("Acme", at(1), values={"health": 80.0}),
        Row("Acme", at(1), values={"health": 80}),
        Row("Acme", at(1), event="bought", details={"instance": "crm"}),
        Row("Acme", at(1), event="bought", details={"instance": "bi"}),
        Row("Acme", at(1), event="bought", details={"instance": "crm"}),
        Row("Acme", at(1), event="bought", details={"instance": "crm"}, values={"tickets": 1}),
    )
    assert codes(step) == [(4, "CLM317"), (7, "CLM317")]
    assert str(step.rejected[0]).startswith("CLM317 log.csv, line 4: it says the same as line 3, for the same instant.")
    assert step.life.snapshot()["events"]["bought"]["times"] == 2  # two products were bought


def test_clearing_contradicts_a_value_also_in_its_own_row() -> None:
    clear = {"signals": ["health"]}
    (step,) = steps(Row("Acme", at(1), values={"health": 80}), Row("Acme", at(1), event="@clear", details=clear))
    assert codes(step) == [(2, "CLM316"), (3, "CLM316")]
    (step,) = steps(Row("Acme", at(1), event="@clear", details=clear, values={"health": 80}))
    assert codes(step) == [(2, "CLM316")]
    first, second = steps(
        Row("Acme", at(1), values={"health": 80, "tickets": 2}),
        Row("Acme", at(2), event="@clear", details={"signals": ["health", "tickets"]}, values={"nps": 1}),
    )
    assert (first.used, second.life.health, second.life.tickets, second.life.nps)[1:] == (None, 0, 1)  # type: ignore[attr-defined]


def test_a_customer_is_placed_without_settling() -> None:
    first, second = steps(
        Row("Acme", at(5), event="@start", details={"phase": "won", "since": "2025-06-01"}, values={"health": 20}),
        Row("Acme", at(5), values={"tickets": 9}),
        Row("Acme", at(5), event="notice"),
        Row("Acme", at(6)),
    )
    assert not first.moves
    assert codes(first) == [(4, "CLM318")]
    assert [m.target.label for m in second.moves] == ["At risk"]
    _, late = steps(Row("Acme", at(1)), Row("Acme", at(2), event="@start", details={"phase": "won"}, values={"health": 10}))
    assert [c for _, c in codes(late)] == ["CLM214"]
    assert "nothing of it was kept" in str(late.rejected[0])


def test_moves_and_skips_by_hand_come_after_what_was_observed() -> None:
    (step,) = steps(
        Row("Acme", at(1), event="@skip", details={"touchpoint": "Kick-off call", "by": "Dana", "why": "they know us"}),
        Row("Acme", at(1), values={"health": 90}),
    )
    assert [str(e) for e in step.life.journey] == ["2026-01-01 skipped 'Kick-off call' by Dana: they know us"]
    (step,) = steps(
        Row("Acme", at(1), event="@move", details={"to": "risky", "by": "Dana", "reason": "a call"}, values={"signed": True}),
    )
    assert [(m.target.label, m.by) for m in step.moves] == [("Won", "rule"), ("At risk", "hand")]
    (step,) = steps(
        Row("Acme", at(1), event="@move", details={"to": "won", "by": "Dana", "reason": "paper", "hold_until": "2026-02-01"})
    )
    assert [str(m) for m in step.moves] == ["2026-01-01 Open → Won by hand: paper"]
    (step,) = steps(
        Row("Acme", at(1), event="@move", details={"to": "won", "by": "Dana", "reason": "paper", "hold_until": "2020-02-01"})
    )
    assert codes(step) == [(2, "CLM205")]


def test_a_livelock_rejects_the_rows_of_its_instant_and_nothing_else() -> None:
    rows = [
        Row("Acme", at(1), number=2),
        Row("Acme", at(2), values={"hot": True}, number=3),
        Row("Acme", at(3), number=4),
    ]
    played = list(play(Flapping, Log("log.csv", tuple(rows))))
    assert [[r.number for r in s.used] for s in played] == [[2], [], [4]]
    (rejected,) = played[1].rejected
    assert rejected.number == 3
    assert "log.csv, line 3: Flapping: " in str(rejected)
    assert played[2].life.hot is False  # type: ignore[attr-defined]


def test_only_some_customers_and_only_until() -> None:
    rows = [Row(name, at(day)) for name in ("Acme", "Beta") for day in (1, 2, 3)]
    assert [(s.customer, s.at_us) for s in play(Deal, rows, customers=["Beta"], until_us=at(2))] == [
        ("Beta", at(1)),
        ("Beta", at(2)),
    ]


def test_rows_without_numbers_are_told_apart() -> None:
    (step,) = play(Deal, [Row("Acme", at(1), values={"signed": True}), Row("Acme", at(1), values={"nps": 1})])
    assert len(step.used) == 2


def test_shuffled_rows_make_the_same_journeys() -> None:
    """3,000 random rows in order and shuffled; every row is accounted for."""
    chance = random.Random(7)
    rows = []
    for number in range(3000):
        values = {
            "health": chance.choice([20, 60, 90]),
            "tickets": chance.randrange(5),
            "signed": True,
        }
        kept = {k: v for k, v in values.items() if chance.random() < 0.4}
        event = chance.choice(["", "", "", "notice", "ended" if chance.random() < 0.1 else ""])
        rows.append(Row(f"C{chance.randrange(100)}", at(1 + chance.randrange(28)), event=event, values=kept, number=number + 2))
    ordered = [str(m) for s in play(Deal, rows) for m in s.moves]
    chance.shuffle(rows)
    played = list(play(Deal, rows))
    assert [str(m) for s in played for m in s.moves] == ordered
    counts = Counter(used=sum(len(s.used) for s in played), rejected=sum(len(s.rejected) for s in played), moves=len(ordered))
    print(dict(counts))
    assert counts["used"] + counts["rejected"] == 3000
    assert counts["rejected"] > 300
    assert counts["moves"] > 300


def test_instants_group_and_sort() -> None:
    groups = list(by_instant([Row("B", 2), Row("A", 1), Row("B", 2, event="notice"), Row("B", 1)]))
    assert [(g.customer, g.at_us, len(g.rows)) for g in groups] == [("A", 1, 1), ("B", 1, 1), ("B", 2, 2)]
