"""Lanes: what is a hand-off and what is not, and how large it comes out."""

from __future__ import annotations

import random
from typing import Any

import pytest

from clmstate import Event, Lifecycle, Phase, Team, anywhere, drawing
from clmstate.drawing import Card, Drawing, Kind, Lane, Link, Pill, Scene
from clmstate.drawing.compose import compose
from clmstate.drawing.lane_grid import _Sheet
from clmstate.drawing.measure import text_width
from models.dynamic.markets import EnterpriseContract
from models.events.agreement import Agreement
from models.gap_analysis.client import Client

CSM, SALES = Team("CSM"), Team("Sales")


class Owned(Lifecycle):
    """One team from beginning to end."""

    begun = Event("begun")
    slept = Event("slept")
    left = Event("left")
    new = Phase("New", initial=True, owner=CSM)
    live = Phase("Live", owner=CSM)
    gone = Phase("Gone", owner=CSM, standing="lost", final=True)
    begin = new.to(live, on=begun)
    sleep = live.to(new, on=slept)
    leave = anywhere.to(gone, on=left)


class Handed(Lifecycle):
    """A group that is left together, and a way out that two teams share."""

    signed = Event("signed")
    renewed = Event("renewed")
    left = Event("left")
    new = Phase("New", initial=True, owner=SALES)

    class running(Phase.Group):
        calm = Phase("Calm", owner=CSM, initial=True)
        tense = Phase("Tense", owner=CSM)

    gone = Phase("Gone", owner=SALES, standing="lost", final=True)
    sign = new.to(running, on=signed)
    back = running.to(new, on=renewed)
    leave = anywhere.to(gone, on=left)


def test_what_stays_in_a_team_is_drawn_and_is_no_hand_off() -> None:
    scene = drawing.lanes(Owned).scene
    assert scene.legend.steps == (("a  Within CSM", "Anywhere → Gone: left"),)
    assert "Nobody hands the customer over" in scene.subtitle
    assert sorted(pill.number for pill in scene.pills) == ["", "", "a"]
    assert [link for link in scene.links if link.tail == "live"] == [Link("live", "rule sleep live", "next_cycle")]
    assert {pill.number for pill in drawing.lanes(Owned, level="full").scene.pills} == {"a", "b", "c"}


def test_a_group_hands_over_from_each_of_its_phases() -> None:
    scene = drawing.lanes(Handed).scene
    back = [pill for pill in scene.pills if pill.name == "back"]
    assert {pill.number for pill in back} == {"2"}
    assert {tail for pill in back for tail in scene.tails(pill)} == {"running.calm", "running.tense"}
    assert next(iter(scene.heads(next(pill for pill in scene.pills if pill.name == "sign")))) == "running.calm"


def test_a_stub_says_which_other_teams_it_comes_from() -> None:
    assert drawing.lanes(Handed).scene.legend.steps[-1] == ("3  CSM → Sales", "Anywhere → Gone: left")


def by_chance(seed: int, size: int) -> Scene:
    chance = random.Random(seed)
    teams = [f"Team {number}" for number in range(chance.randint(1, 6))]
    cards, members = [], {team: [] for team in teams}  # type: ignore[var-annotated]
    for number in range(size):
        team = chance.randrange(len(teams))
        step = max(0, number - chance.randint(0, 2))
        cards.append(Card(f"c{number}", f"Phase {number}", step=step, team=team, quote="What now?", initial=number == 0))
        members[teams[team]].append(f"c{number}")
    pills, links = [], []
    for number in range(size * 2):
        tail, head = chance.sample(range(size), 2)
        kind = chance.choice(("forward", "relapse", "at_risk", "recovery", "branch"))
        pills.append(Pill(f"p{number}", kind, (), number=chance.choice(("", str(number)))))
        links += [Link(f"c{tail}", f"p{number}", kind), Link(f"p{number}", f"c{head}", kind)]
    lanes = tuple(Lane(f"lane {team}", team, tuple(names), team=i) for i, (team, names) in enumerate(members.items()) if names)
    return Scene("By chance", "", tuple(cards), tuple(pills), (), tuple(links), lanes=lanes, plan="lanes")


@pytest.mark.parametrize(("seed", "size"), [(1, 2), (2, 4), (3, 6), (4, 8), (5, 12), (6, 20)])
def test_no_line_runs_through_a_foreign_card(seed: int, size: int, painted: Any, faults: Any) -> None:
    found = faults(painted(Drawing(by_chance(seed, size)).svg(embed_fonts=False)))
    # numbers that begin at one card stand below each other like a list, closer than rules with words may
    assert [fault for fault in found if "nearly touch" not in fault] == []


def test_wide_lanes_go_on_in_rows_and_say_so() -> None:
    scene = by_chance(6, 20)
    composed = compose(scene)
    assert len(composed.scene.lanes) > len(scene.lanes)
    assert "in another row" in composed.scene.subtitle
    numbers = {pill.id: pill.number for pill in composed.scene.pills if pill.id.endswith(" arrives")}
    assert numbers
    assert all(numbers.values())
    ends = {pill.number for pill in composed.scene.pills if not pill.id.endswith(" arrives")}
    assert set(numbers.values()) <= ends


def test_a_list_beside_the_lanes_leaves_the_title_its_margin() -> None:
    furniture = drawing.lanes(EnterpriseContract)._furniture
    assert max(run.x + text_width(run.text, run.size, run.face) for run in furniture.runs) <= furniture.width - 19
    assert min(960 / furniture.width, 540 / furniture.height) * 14 >= 9  # seven phases, seventeen hand-offs


def test_numbers_of_a_list_stand_in_a_margin_of_their_own() -> None:
    furniture = drawing.lanes(Handed)._furniture
    numbers = [run for run in furniture.runs if run.text in ("1", "2", "3")]
    heads = [run for run in furniture.runs if "→" in run.text and run.face == "SemiBold"]
    assert [number.y for number in numbers] == [head.y for head in heads]
    assert all(head.x - number.x > 12 for number, head in zip(numbers, heads, strict=True))


def test_no_line_of_a_list_parts_where_a_rule_comes_from_from_where_it_leads() -> None:
    said = [run.text for run in drawing.lanes(Client)._furniture.runs if run.face == "Regular"]
    assert "Anywhere → Churned:" in said
    assert not any(text.startswith("→") or text.endswith("→") for text in said)


def test_what_goes_back_leaves_at_the_side_that_is_less_full() -> None:
    cards = [Card(f"c{number}", f"Phase {number}", step=number, team=0, initial=number == 0) for number in range(6)]
    pills: list[Pill] = []
    links: list[Link] = []
    for number, (tail, head) in enumerate([(0, 5), (1, 5), (2, 5), (5, 0), (5, 1)]):
        kind: Kind = "forward" if tail < head else "relapse"
        pills.append(Pill(f"p{number}", kind, (), number=str(number)))
        links += [Link(f"c{tail}", f"p{number}", kind), Link(f"p{number}", f"c{head}", kind)]
    lanes = (Lane("lane", "Team", tuple(card.id for card in cards), team=0),)
    scene = Scene("Back", "", tuple(cards), tuple(pills), (), tuple(links), lanes=lanes, plan="lanes")
    _, _, layout = _Sheet(scene, 2, quotes=True).placed()
    box = layout.boxes["c5"]
    assert [layout.boxes[name].x > box.right for name in ("p3", "p4")] == [True, True]


def test_who_may_take_over_where_a_group_is_resumed() -> None:
    class Paused(Lifecycle):
        """After a pause, whoever had the customer has them again."""

        paused = Event("payment missed")
        paid = Event("payment made")

        class running(Phase.Group, label="In use", initial=True):
            setup = Phase("Set-up", initial=True, owner="Implementation")
            live = Phase("Live", owner="CSM")

        waiting = Phase("Paused", owner="Support", standing="at_risk")
        stop = running.to(waiting, on=paused)
        go_on = waiting.to(running.resume, on=paid)

    steps = drawing.lanes(Paused).scene.legend.steps
    assert steps[-1] == ("3  Support → Implementation or CSM", "payment made, to where it was left")


def test_the_name_of_a_phase_in_a_group_stays_whole() -> None:
    composed = compose(drawing.lanes(Agreement).scene)
    titles = [run.text for run in composed.blocks["renewal.quiet"].runs]
    assert titles == ["Renewal ·", "A non-event"]
