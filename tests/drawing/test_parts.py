"""The parts of a customer: what their panels say, and how large it comes out."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
from clmstate.drawing import composite
from clmstate.drawing.covers import BAR, covered
from clmstate.drawing.measure import text_width
from models.dynamic.customer import Customer, EnterpriseCustomer
from models.events.customer import Customer as EventCustomer


class Person(Lifecycle):
    """Somebody who works with it."""

    logins = Signal.count("login", default=0)
    invited = Phase("Invited", initial=True, owner="Onboarding")
    champion = Phase("Champion", owner="Customer Success")
    begin = invited.to(champion, when=logins >= 1)


class Deal(Lifecycle):
    """A contract whose renewal is a group."""

    live = Signal.share("people at work", port=True)
    new = Phase("New", initial=True)

    class renewal(Phase.Group, label="Renewal"):
        happy = Phase("Happy", initial=True)
        tense = Phase("Tense", standing="at_risk")

    over = Phase("Over", final=True, standing="lost")
    renew = new.to(renewal.happy, when=live >= 0.5)
    worry = renewal.happy.to(renewal.tense, when=live < 0.2)
    end = renewal.to(over, when=live < 0.1)


class Whole(Composition):
    """A customer of two parts."""

    deal = One(Deal)
    people = Many(Person)
    wiring = (deal[Deal.live].fed_by(people.share_in(Person.champion)),)


def test_a_group_is_a_frame_around_its_phases_in_the_panel() -> None:
    drawing = composite(Whole)
    layout = drawing._composed.layout
    frame = drawing.scene.frames[0]
    assert (frame.title, frame.members) == ("Renewal", ("deal/renewal.happy", "deal/renewal.tense"))
    around = layout.boxes[frame.id]
    for name in frame.members:
        box = layout.boxes[name]
        assert around.x < box.x
        assert around.y + 18 < box.y
        assert box.right < around.right
        assert box.bottom < around.bottom
    assert layout.boxes["deal/new"].bottom < around.y
    assert around.bottom < layout.boxes["deal/over"].y


@pytest.mark.parametrize("model", [Customer, EnterpriseCustomer, EventCustomer])
def test_the_parts_of_shipped_customers_can_be_read_from_the_back_row(model: type[Composition], painted: Any) -> None:
    read = painted(composite(model).svg(embed_fonts=False))
    assert 14 * min(960 / read.width, 540 / read.height) >= 9


@pytest.mark.parametrize("level", ["stage", "full"])
def test_who_is_there_stands_on_the_line_of_the_name_and_above_the_bar(level: Any) -> None:
    acme = Whole("Acme")
    acme.people.join("dana", at="2026-01-01", logins=3)
    drawing = composite(acme, level=level)
    assert drawing.overlay is not None
    block = covered(drawing.scene, drawing._composed.blocks, drawing.overlay)["people/champion"]
    name, share = (next(run for run in block.runs if run.text.startswith(text)) for text in ("Champion", "1 ·"))
    assert abs(name.y - share.y) < 1
    assert max(run.y for run in block.runs) <= block.height - BAR
    assert share.x - text_width(share.text, share.size, share.face) / 2 > name.x + text_width(name.text, name.size, name.face)
    assert ("Customer Success" in {run.text for run in block.runs}) == (level == "full")


def test_lines_between_phases_do_not_take_the_colour_of_who_is_there() -> None:
    acme = Whole("Acme")
    acme.people.join("dana", at="2026-01-01")
    drawing = composite(acme)
    here = drawing._colours.tones["here"].line
    drawn = drawing.svg(embed_fonts=False).split('<g class="link ')[1:]
    assert [here in each.partition("</g>")[0] for each in drawn if 'data-tail="people/' in each] == [False] * 2
    plain = attrs.evolve(drawing, overlay=None).svg(embed_fonts=False)
    assert plain.count('<g class="link ') == len(drawn)


def test_the_legend_says_what_the_signs_of_phases_mean() -> None:
    said = composite(Whole).svg()
    assert [word for word in ("Good standing", "Watch", "At risk", "Lost") if f">{word}<" in said] == ["At risk", "Lost"]
