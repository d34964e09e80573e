"""What the scene of a definition says."""

from __future__ import annotations

from typing import Any

import attrs

from clmstate import Event, Lifecycle, Phase, Signal, Team, unless
from clmstate.drawing import Scene, journey_scene
from clmstate.drawing.furniture import furnish
from clmstate.drawing.geometry import Box
from clmstate.drawing.layout import Layout
from clmstate.drawing.legend import legend_rows
from clmstate.drawing.scene import Legend


def pills(scene: Scene) -> dict[str, Any]:
    return {rule: pill for pill in scene.pills for rule in pill.rules}


def test_kinds_are_derived(contract: Any) -> None:
    kinds = {name: pill.kind for name, pill in pills(journey_scene(contract.definition)).items()}
    assert kinds == {
        "go_live": "forward",
        "adopt": "branch",
        "relapse": "relapse",
        "renew_calm": "branch",
        "renew_tense": "at_risk",
        "worry": "at_risk",
        "save": "recovery",
        "calm_down": "recovery",
        "go_back": "recovery",
        "next_term": "next_cycle",
        "grow": "branch",
        "return_from": "next_cycle",
        "worry_big": "at_risk",
        "hear": "stay",
        "alarm": "at_risk",
        "lose": "at_risk",
    }


def test_a_model_may_say_the_kind_itself() -> None:
    class Deal(Lifecycle):
        ready = Signal.flag("ready")
        one = Phase("One", initial=True)
        two = Phase("Two")
        go = one.to(two, when=ready, kind="next_cycle")

    assert pills(journey_scene(Deal.definition))["go"].kind == "next_cycle"


def test_words_are_those_of_the_conditions(contract: Any) -> None:
    said = pills(journey_scene(contract.definition, level="full"))
    for name in ("go_live", "adopt", "renew_calm", "worry"):
        words = [clause.text for clause in said[name].clauses if clause.role == "condition"]
        assert words == [contract.definition.transitions[name].when and _words(contract, name)]


def _words(contract: Any, name: str) -> str:
    from clmstate.conditions.words import words

    return words(contract.definition.transitions[name].when, contract.definition)


def test_events_and_conditions_are_told_apart_and_plays_belong_to_the_pill(contract: Any) -> None:
    said = pills(journey_scene(contract.definition, level="full"))
    assert [clause.role for clause in said["save"].clauses if clause.rule == "save"] == ["event", "condition"]
    assert [clause.role for clause in said["relapse"].clauses] == ["condition", "play"]
    assert [clause.text for clause in said["hear"].clauses] == ["notice received", "Save call"]


def test_on_a_slide_named_parts_are_said_by_name_and_explained_once(contract: Any) -> None:
    scene = journey_scene(contract.definition)
    assert pills(scene)["renew_calm"].clauses[0].text == "in window and healthy"
    assert dict(scene.legend.names)["healthy"] == "health at least 70 and no open escalations"
    assert journey_scene(contract.definition, level="full").legend.names == ()


def test_a_hand_out_says_what_names_mean_however_deep_they_stand() -> None:
    class Deal(Lifecycle):
        health = Signal.score("health", 0, 100)
        calm = Signal.flag("nobody complains")
        good = ((health >= 70) & calm).named("in good health")
        bad = unless(good).named("not known to be in good health")
        ready = (good & (health >= 80)).named("ready")
        one = Phase("One", initial=True)
        two = Phase("Two")
        go = one.to(two, when=ready)
        back = two.to(one, when=bad)

    assert journey_scene(Deal.definition).legend.names == ()
    assert journey_scene(Deal.definition, level="full").legend.names == (
        ("ready", "in good health and health at least 80"),
        ("in good health", "health at least 70 and nobody complains"),
    )


def test_names_stand_below_the_signs_and_may_be_wider(contract: Any) -> None:
    names = tuple((f"name {n}", "what it means in a good many words, more than fit beside it in one line") for n in range(6))
    legend = attrs.evolve(journey_scene(contract.definition).legend, names=names)
    step = Box(0, 0, 500, 200), Box(900, 0, 300, 600)  # room for signs below the first, for a list below both
    layout = Layout(1200, 600, {str(n): box for n, box in enumerate(step)}, ())
    around = furnish(Scene("T", legend=legend), layout)
    said = [run for run in around.runs if run.text.startswith("name ")]
    assert len(said) == 6
    assert len({run.x for run in said}) == 2, "two columns"
    assert max(run.y for run in around.runs) < around.height
    assert around.height < 760


def test_what_a_name_means_keeps_a_number_with_its_unit() -> None:
    meaning = "at most 120 days to renewal and (more than 120 days since renewal signed or never)"
    for width in range(240, 440, 10):
        lines = [run.text for run in legend_rows(Legend(names=(("in the renewal window", meaning),)), width).runs]
        assert not any(line.endswith(("120", "most")) for line in lines), lines


def test_anywhere_is_a_stub_and_so_is_almost_anywhere(contract: Any) -> None:
    scene = journey_scene(contract.definition)
    lose, alarm = pills(scene)["lose"], pills(scene)["alarm"]
    assert lose.stub
    assert lose.clauses[-1].text == "from anywhere"
    assert alarm.stub
    assert alarm.clauses[-1].text == "from Adoption, Success, Growth or Happy"
    assert [(link.tail, link.head) for link in scene.links if lose.id in (link.tail, link.head)] == [(lose.id, "churned")]


def test_far_sources_are_named_instead_of_drawn(contract: Any) -> None:
    scene = journey_scene(contract.definition)
    grow = pills(scene)["grow"]
    assert [link.tail for link in scene.links if link.head == grow.id] == ["renewal.happy"]
    assert grow.clauses[-1].text == "also from Adoption and Success"


def test_a_group_is_a_frame_and_its_rules_end_at_it(contract: Any) -> None:
    scene = journey_scene(contract.definition)
    (frame,) = scene.frames
    assert frame.members == ("renewal.happy", "renewal.high_risk")
    assert [link.tail for link in scene.links if link.head == pills(scene)["next_term"].id] == ["renewal"]


def test_touchpoints_only_in_full(contract: Any) -> None:
    stage, full = (journey_scene(contract.definition, level=level).card("onboarding") for level in ("stage", "full"))
    assert (stage.notes, stage.detail) == ((), "")
    assert full.notes == ("Kick-off call", "Product training for every role")
    assert full.detail == "30 to 90 days"


def test_initial_and_final_are_marked(contract: Any) -> None:
    scene = journey_scene(contract.definition)
    assert [mark.on for mark in scene.marks] == ["onboarding"]
    assert [card.id for card in scene.cards if card.final] == ["churned"]
    assert scene.card("churned").subtitle == "End of journey"


def test_variants_are_drawn_as_they_are(contract: Any) -> None:
    class Enterprise(contract, market="Enterprise", version="3"):  # type: ignore[misc, valid-type]
        success = contract.success.evolve(owner=Team("Named CSM"))

    scene = journey_scene(Enterprise.definition)
    assert scene.subtitle.endswith("Market Enterprise · version 3")
    assert "Named CSM" in scene.legend.teams


def test_groups_as_targets_resumes_and_self_moves() -> None:
    class Deal(Lifecycle):
        ready = Signal.flag("ready")
        back = Event("is back")
        again = Event("starts again")
        new = Phase("New", initial=True)

        class busy(Phase.Group):
            easy = Phase("Easy", initial=True)
            hard = Phase("Hard")

        idle = Phase("Idle")
        begin = new.to(busy, when=ready)
        harder = busy.easy.to(busy.hard, when=ready)
        pause = busy.to(idle, when=~ready)
        resume = idle.to(busy.resume, on=back)
        restart = new.to(new, on=again)

    scene = journey_scene(Deal.definition)
    said = pills(scene)
    assert [link.head for link in scene.links if link.tail == said["begin"].id] == ["busy"]
    assert said["resume"].clauses[-1].text == "to where it was left"
    assert said["restart"].kind == "stay"
    assert said["restart"].clauses[-1].text == "enters it again"


def test_rules_that_do_the_same_share_a_pill(contract: Any) -> None:
    said = pills(journey_scene(contract.definition))
    assert said["save"] is said["calm_down"]
    assert said["save"].rules == ("save", "calm_down")
    assert [clause.rule for clause in said["save"].clauses] == ["save", "save", "calm_down"]


def test_on_a_slide_only_what_moves_nobody_tells_its_plays(contract: Any) -> None:
    said = pills(journey_scene(contract.definition))
    assert [clause.role for clause in said["relapse"].clauses] == ["condition"]
    assert [clause.text for clause in said["hear"].clauses] == ["notice received", "Save call"]
