"""What a failed scenario says: the journey, what decided, and what would have passed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clmstate.testing import ScenarioFailure, scenario
from tests.testing.deal import Deal, Site, User


def said(fails: Callable[[], object]) -> str:
    with pytest.raises(ScenarioFailure) as caught:
        fails()
    return str(caught.value)


def test_a_transition_that_was_not_taken() -> None:
    told = scenario(Deal, "Acme").on("2026-01-05", health=65).on("2026-01-12", signed=True)
    assert said(lambda: told.takes(Deal.win)).splitlines() == [
        "Deal Acme, step 2 on 2026-01-12: 'win' expected, but nobody moved",
        "",
        "  the journey so far",
        "       1  2026-01-05  health 65",
        "    ▶  2  2026-01-12  contract signed yes",
        "",
        "  why not win, Open → Won",
        "    ✗ all of",
        "      ✓ contract signed (yes)",
        "      ✗ health at least 70 (health 65)   ◀ decides",
        "",
        "  it would have passed with",
        "    health 70, instead of 65",
    ]


def test_a_transition_that_should_not_have_been_taken() -> None:
    told = scenario(Deal).given(Deal.won, at="2026-01-05", health=80, seats=9).after(1, health=59)
    lines = said(told.stays).splitlines()
    assert "                      → Won → Alarm (health below 60 or at most 30 days to due date)" in lines
    assert "      ✓ health below 60 (health 59)   ◀ decides" in lines
    assert lines[-1] == "    health 60, instead of 59"


def test_time_is_what_was_missing() -> None:
    told = scenario(Deal).given(Deal.won, at="2026-01-05", seats=4).after(13)
    assert said(lambda: told.takes(Deal.doze)).splitlines()[-1] == "    the same on 2026-01-19, 1 day later"


def test_an_event_is_what_was_missing() -> None:
    told = scenario(Deal).on("2026-01-05", health=10)
    assert said(lambda: told.takes(Deal.lose)).splitlines()[-1] == "    notice received, too"


def test_two_facts_were_missing() -> None:
    text = said(lambda: scenario(Deal).on("2026-01-05").takes(Deal.win))
    assert text.splitlines()[-2:] == ["    contract signed yes, instead of no", "    health 70, which is unknown"]


def test_what_would_have_passed_passes() -> None:
    """The nearest observation was played: playing it again passes."""
    begun = scenario(Deal).given(Deal.won, at="2026-01-05", health=80, seats=9, due_on="2026-12-31").after(1)
    assert said(lambda: begun.again().after(1).takes(Deal.worry)).splitlines()[-1] == "    health 59, instead of 80"
    begun.again().after(1, health=59).takes(Deal.worry)


def test_it_stands_somewhere_else() -> None:
    text = said(lambda: scenario(Deal).on("2026-01-05", health=65).is_in(Deal.won))
    assert "expected in Won, but it is in Open" in text
    assert "ways into Won, as things are now" in text
    assert "✗ health at least 70 (health 65)   ◀ decides" in text


def test_other_plays_milestones_and_values() -> None:
    told = scenario(Deal).on("2026-01-05", signed=True)
    assert "expected, but not opened\n    Call them" in said(lambda: told.opens("Call them"))
    assert "reached, but not expected\n    first_win" in said(told.reaches)
    assert "health is None, not 3" in said(lambda: told.knows(health=3))
    assert "due since is 'not due before', not '2026-01-01'" in said(lambda: told.due_since("2026-01-01"))


def test_long_journeys_are_shortened() -> None:
    told = scenario(Deal).on("2026-01-05")
    for _ in range(30):
        told.after(1)
    assert "... 19 earlier steps" in said(lambda: told.takes(Deal.win))


def test_a_part_of_a_whole_customer() -> None:
    told = scenario(Site, "Berlin").on("2026-01-05").join("people/dana", logins=4)
    text = said(lambda: told.takes({"people/dana": User.begin}))
    assert text.startswith("Site Berlin, step 2 on 2026-01-05: people/dana: 'begin' expected, but nobody moved")
    assert "✗ at least 5 logins (logins 4)   ◀ decides" in text
    assert text.splitlines()[-1] == "    logins 5, instead of 4"


def test_only_what_decided_is_marked() -> None:
    told = scenario(Deal).on("2026-01-05", Deal.notice).then(signed=True, health=70)
    with pytest.raises(ScenarioFailure) as caught:
        told.takes(Deal.win)
    assert "✗ the customer is in Lost   ◀ decides" in str(caught.value)
    assert str(caught.value).count("◀ decides") == 1
