"""What a rule does to a customer depends on the phase that it leaves: a line means one thing, and so does a line of text about a phase."""

from __future__ import annotations

from clmstate import Event, Lifecycle, Phase, Signal, Team, drawing
from clmstate.drawing import THEMES
from clmstate.drawing.journeys import kinds
from clmstate.presenting.board import Panel
from clmstate.presenting.phase_boards import phase_boards


class Mixed(Lifecycle):
    """One rule is a relapse from one phase and a recovery from another; one leaves a group that holds both."""

    health = Signal.score("health")
    signed = Event("renewal signed")
    adoption = Phase("Adoption", initial=True, standing="watch", owner=Team("CSM"))
    success = Phase("Success", standing="good", owner=Team("CSM"))

    class renewal(Phase.Group, label="Renewal"):
        happy = Phase("Happy", standing="good", initial=True, owner=Team("Renewals"))
        tense = Phase("Tense", standing="at_risk", owner=Team("Renewals"))

    up = adoption.to(success, when=health >= 80)
    ahead = success.to(renewal.happy, when=health >= 90)
    worry = renewal.happy.to(renewal.tense, when=health < 30)
    back = (success | renewal.tense).to(adoption, when=health.between(40, 60))
    again = renewal.to(success, on=signed)


def test_kinds_are_told_by_phase() -> None:
    found = kinds(Mixed.definition)
    assert (found["back", "success"], found["back", "renewal.tense"]) == ("relapse", "recovery")
    assert (found["again", "renewal.happy"], found["again", "renewal.tense"]) == ("next_cycle", "recovery")


def test_a_rule_that_does_two_things_has_two_lines_and_a_group_one() -> None:
    scene = drawing.journey(Mixed).scene
    back = {pill.kind: (tuple(scene.tails(pill)), tuple(scene.heads(pill))) for pill in scene.pills if pill.name == "back"}
    assert back == {"relapse": (("success",), ("adoption",)), "recovery": (("renewal.tense",), ("adoption",))}
    (again,) = (pill for pill in scene.pills if pill.name == "again")
    assert tuple(scene.tails(again)) == ("renewal",)
    assert again.sources == ("renewal.happy", "renewal.tense")


def test_lanes_show_a_relapse_and_a_recovery_by_one_rule() -> None:
    scene = drawing.lanes(Mixed).scene
    assert {pill.kind: pill.number for pill in scene.pills if pill.name == "back"} == {"relapse": "", "recovery": "2"}


def test_numbers_of_such_a_rule_are_those_of_all_its_lines() -> None:
    picture = drawing.population(Mixed, {"adoption": 7}, flows={"back": 7, "up": 3})
    assert picture.overlay is not None
    shown = {
        (pill.name, pill.kind): [said.text for said in picture.overlay.covers[pill.id].said or ()] for pill in picture.scene.pills
    }
    assert shown["back", "relapse"] == shown["back", "recovery"] == ["7 in all"]
    assert shown["up", "forward"] == ["3"]


def test_a_phase_slide_says_what_the_rule_does_from_there() -> None:
    said = {
        board.title: [text.text for shape in board.shapes if isinstance(shape, Panel) for text in shape.said]
        for board in phase_boards(Mixed.definition, THEMES["light"])
    }
    assert "↺ Relapse → Adoption" in said["Success"]
    assert "✓ Recovery → Adoption" in said["Renewal: Tense"]
    assert "✓ Recovery → Success" in said["Renewal: Tense"]
    assert "↻ Next cycle → Success" in said["Renewal: Happy"]
