"""What is laid over a map: the right words on the right card, and never a word outside its box."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clmstate import Composition, Event, Lifecycle, Many, One, Phase, Signal, Team, Transition, UnknownNameError, drawing
from clmstate.drawing import Card, Cover, Drawing, Overlay, Said, Scene
from clmstate.drawing.blocks import typeset
from clmstate.drawing.covers import covered


def walked(contract: Any) -> Any:
    """A customer who went forward, slipped back, and is on the way again."""
    acme = contract("Acme")
    acme.observe(at="2026-01-12", users_adopted=0.1)
    acme.observe(at="2026-03-16", setup_done=True, users_adopted=0.55)
    acme.observe(at="2026-05-26", users_adopted=0.85)
    acme.observe(at="2026-07-01", users_adopted=0.5)
    acme.observe(at="2026-08-12", users_adopted=0.5)
    return acme


def test_here_tells_the_path_with_dates_and_what_is_missing(contract: Any) -> None:
    laid = drawing.here(walked(contract)).overlay
    assert laid is not None
    assert laid.title == "Acme: Adoption"
    assert [said.text for said in laid.covers["success"].said or ()] == ["✓ 26 May – 12 Aug"]  # a low card has room for one line
    assert laid.covers["adoption"].tone == "here"
    assert laid.covers["renewal.happy"].tone == "faded"
    assert (laid.covers["rule adopt"].number, laid.covers["rule relapse"].number) == ("2", "3")
    (panel,) = laid.panels
    assert panel.title == "To Success"
    assert [(row.met, row.value) for row in panel.rows] == [(False, "users adopted 50 %"), (True, "open escalations 0")]


def test_population_needs_numbers_and_invents_none(contract: Any) -> None:
    laid = drawing.population(contract, {"success": 412, "churned": 21}, flows={"save": 2, "calm_down": 4, "hear": 9}).overlay
    assert laid is not None
    assert laid.title == "Where our 433 customers are"
    assert [said.text for said in laid.covers["success"].said or ()] == ["412"]
    assert laid.covers["rule save"].said == (Said("6", "strong"),)
    assert laid.covers["rule hear"].tone == "faded"  # who stays has not moved
    for given in ({"sucess": 1}, {"": 1}):
        with pytest.raises(UnknownNameError, match="CLM406"):
            drawing.population(contract, given)


def test_a_difference_shows_both_versions(contract: Any) -> None:
    class Next(contract):  # type: ignore[misc, valid-type]
        success = contract.success.evolve(owner=Team("Named CSM"))
        paused = Phase("Paused", owner="Support")
        pause = contract.success.to(paused, on=contract.notice)
        worry = Transition.dropped()

    picture = drawing.difference(contract, Next)
    laid = picture.overlay
    assert laid is not None
    assert laid.covers["paused"].tone == "added"
    assert [(said.text, said.how) for said in laid.covers["success"].said or ()] == [("CSM", "struck"), ("Named CSM", "come")]
    tones = {rule: laid.covers[pill.id].tone for pill in picture.scene.pills for rule in pill.rules}
    assert (tones["pause"], tones["worry"], tones["go_live"]) == ("added", "removed", "faded")
    gone = next(pill for pill in picture.scene.pills if "worry" in pill.rules)
    assert gone.clauses[0].spans == (("-", "health below 60 or at least 2 open escalations"),)
    assert 'text-decoration="line-through"' in picture.svg(embed_fonts=False)


def test_lanes_number_what_changes_the_owner(contract: Any) -> None:
    scene = drawing.lanes(contract).scene
    assert [lane.title for lane in scene.lanes] == ["Implementation", "CSM", "Renewals", "Sales", "Nobody"]
    assert scene.legend.steps[0][0] == "1  Implementation → CSM"
    numbered = {pill.number for pill in scene.pills if pill.number}
    assert numbered == {head.split()[0] for head, _ in scene.legend.steps}


def test_markets_mark_what_is_not_as_usual(contract: Any) -> None:
    class Large(contract, market="Enterprise"):  # type: ignore[misc, valid-type]
        success = contract.success.evolve(owner=Team("Named CSM"))

    laid = drawing.markets([contract, Large]).overlay
    assert laid is not None
    assert (laid.covers["1/success"].tone, laid.covers["1/growth"].tone) == ("changed", "faded")


def test_a_market_in_which_all_is_as_usual_takes_little_room(contract: Any) -> None:
    class Alike(contract, market="Mid-market"):  # type: ignore[misc, valid-type]
        pass

    picture = drawing.markets([contract, Alike])
    heights = [picture._composed.layout.boxes[lane.id].height for lane in picture.scene.lanes]
    assert heights[1] < heights[0]


@pytest.mark.parametrize("text", ["W" * 10_000, "<b>&'\"\\ \x00", "تم توقيع العقد", "🎉" * 50, "a b " * 300])
def test_whatever_an_overlay_says_fits(line: Any, text: str, painted: Any, faults: Any) -> None:
    covers = {
        name: Cover("changed", (Said(text, "strong"), Said(text, "struck"), Said("12", "number")), number="12·13")
        for name in ("trial", "onboarding", "rule sign")
    }
    plain = drawing.journey(line)
    laid = Drawing(plain.scene, "light", Overlay("T", "S", covers))
    read = painted(laid.svg(embed_fonts=False))
    assert [item.box for item in read.of("card")] == [item.box for item in painted(plain.svg(embed_fonts=False)).of("card")]
    assert [fault for fault in faults(read) if "leaves" in fault] == []


class Person(Lifecycle):
    """Somebody with an account."""

    logins = Signal.count("login", default=0)
    invited = Phase("Invited", initial=True)
    active = Phase("Active")
    begin = invited.to(active, when=logins >= 1)


class Agreement(Lifecycle):
    """What was signed."""

    active_users = Signal.share("active users", port=True)
    new = Phase("New", initial=True)
    adopted = Phase("Adopted")
    adopt = new.to(adopted, when=active_users >= 0.8)


class Whole(Composition):
    """Both."""

    agreement = One(Agreement)
    people = Many(Person)
    wiring = (agreement[Agreement.active_users].fed_by(people.share_in(Person.active)),)


def test_a_composite_shows_parts_and_what_they_know_of_each_other(painted: Any, faults: Any) -> None:
    picture = drawing.composite(Whole)
    assert [lane.title for lane in picture.scene.lanes] == ["agreement", "people"]
    port = picture.scene.card("port agreement.active_users")
    assert port.subtitle == "read by adopt"
    wire = next(pill for pill in picture.scene.pills if pill.id.startswith("wire "))
    assert list(picture.scene.tails(wire)) == ["people/active"]
    assert list(picture.scene.heads(wire)) == [port.id]
    for level in ("stage", "full"):
        assert faults(painted(drawing.composite(Whole, level=level).svg(embed_fonts=False))) == []


class Tool(Composition):
    """A tool that is bought, with people of its own."""

    agreement = One(Agreement)
    people = Many(Person)
    wiring = (agreement[Agreement.active_users].fed_by(people.share_in(Person.active)),)


class Frame(Lifecycle):
    """The frame contract."""

    bought = Event("tool bought", names_instance=True)
    open = Phase("Open", initial=True)


class Firm(Composition):
    """Who buys tools."""

    frame = One(Frame)
    tools = Many(Tool, opens_on=Frame.bought)


def test_a_composite_says_how_many_there_are_and_what_opens_a_branch(painted: Any, faults: Any) -> None:
    picture = drawing.composite(Firm)
    assert {lane.id: lane.subtitle for lane in picture.scene.lanes} == {
        "frame": "one for each customer",
        "tools.agreement": "any number: one opens on tool bought",
        "tools.people": "any number",
    }
    assert faults(painted(picture.svg(embed_fonts=False))) == []
    firm = Firm("Acme")
    firm.frame.send(Frame.bought, at="2026-01-01", instance="crm")
    laid = drawing.composite(firm).overlay
    assert laid is not None
    assert laid.covers["tools.agreement/new"].said == (Said("1 · 100 %", "strong"),)


def test_a_customer_is_shown_where_its_parts_are() -> None:
    acme = Whole("Acme")
    acme.people.join("dana", at="2026-01-01", logins=3)
    acme.people.join("eli", at="2026-01-02")
    laid = drawing.composite(acme).overlay
    assert laid is not None
    assert (laid.covers["agreement/new"].tone, laid.covers["agreement/adopted"].tone) == ("faded", "here")
    assert laid.covers["people/active"].said == (Said("1 · 50 %", "strong"),)


def test_wires_of_a_customer_say_whether_what_they_carry_is_enough() -> None:
    acme = Whole("Acme")
    acme.people.join("eli", at="2026-01-01")
    acme.people.join("dana", at="2026-01-02", logins=3)
    laid = drawing.composite(acme).overlay
    assert laid is not None
    port = laid.covers["port agreement.active_users"]
    assert [said.text for said in port.said or ()] == ["50 % – not met yet", "needs active users at least 80 %"]
    assert laid.covers["wire port agreement.active_users 0"].sign == "at_risk"
    assert [key.text for key in laid.keys] == ["what one part knows of another", "not yet enough", "is here"]
    acme.people.leave("eli", at="2026-01-03")
    laid = drawing.composite(acme).overlay
    assert laid is not None
    assert [said.text for said in laid.covers["port agreement.active_users"].said or ()] == ["100 %"]  # nothing asks any more
    supplied = drawing.composite(Whole, values={"agreement.active_users": ("90 %", True)}).overlay
    assert supplied is not None
    assert supplied.covers["wire port agreement.active_users 0"].sign == "good"


def test_the_way_on_is_never_only_a_way_back(contract: Any) -> None:
    acme = walked(contract)
    acme.observe(at="2026-09-01", users_adopted=0.9)
    assert acme.phase.label == "Success"
    (panel,) = drawing.here(acme).overlay.panels  # type: ignore[union-attr]  # it has one
    assert panel.title == "To Happy"


@pytest.mark.parametrize("title", ["Live", "Trying it out with a team"])
def test_a_card_of_nothing_but_a_title_has_room_for_what_is_said(title: str) -> None:
    scene = Scene("Deal", cards=(Card("live", title),))
    block = covered(scene, typeset(scene), Overlay(covers={"live": Cover("good", (Said("seen 120 times"),))}))["live"]
    said = [run for run in block.runs if run.text == "seen 120 times"]
    assert [run.size for run in said] == [14]


def test_long_names_leave_room_for_what_is_said_of_one_customer(painted: Any, faults: Any) -> None:
    class Order(Lifecycle):
        approved = Signal.flag("approved", default=False)
        waiting = Phase("Waiting for approval by procurement", initial=True)
        delivered = Phase("Delivered", standing="good")
        go = waiting.to(delivered, when=approved)

    class Customer(Composition):
        orders = Many(Order)

    acme = Customer("Acme")
    for number in range(12):
        acme.orders.join(f"order {number}", at="2026-01-01", approved=number % 4 == 0)
    svg = drawing.composite(acme).svg(embed_fonts=False)
    assert faults(painted(svg), lines=False, ends=False) == []
    assert ">9 · 75 %<" in svg  # not broken
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)) > 10
