"""Mistakes of a definition: each has its code and place, names the remedy, and comes together with all the others."""

from __future__ import annotations

import runpy
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clmstate import (
    BadValueError,
    Days,
    DefinitionError,
    Diagnostic,
    Event,
    Lifecycle,
    Milestone,
    Phase,
    Play,
    Risk,
    Signal,
    SuccessGap,
    Team,
    Threshold,
    Touchpoint,
    Transition,
    always_possible,
    anywhere,
    days_in_phase,
    leads_to,
    never,
    unless,
)
from clmstate.conditions import Condition
from clmstate.conditions.nodes import Compare, Const, InPhase, SignalRef
from clmstate.lifecycle.body import MEMBERS


class Base(Lifecycle):
    """What the mistaken ones inherit, so that each test shows its mistake only."""

    health = Signal.score("health", 0, 100)
    adopted = Signal.share("users adopted")
    tickets = Signal.count("open ticket")
    signed = Signal.flag("signed")
    plan = Signal.choice("plan", "Team", "Pro")
    renewal_on = Signal.date("renewal")
    notice = Event("notice received")
    over = Event("term over")
    limit = Threshold(0.8)
    new = Phase("New", initial=True)
    live = Phase("Live")

    class renewal(Phase.Group):
        happy = Phase("Happy", initial=True)
        sad = Phase("Sad")

    lost = Phase("Lost", final=True)
    go_live = new.to(live, when=signed)
    warn = live.to(renewal.sad, when=health < 60)
    end = anywhere.to(lost, on=notice)


class Stranger(Lifecycle):
    health = Signal.score("health")
    mood = Signal.score("mood")
    notice = Event("notice")
    somewhere = Phase("Somewhere", initial=True)

    class elsewhere(Phase.Group):
        far = Phase("Far", initial=True)

    here = Phase("Here")
    wander = somewhere.to(here, when=mood > 5)


B, S = Base, Stranger
Body = Callable[[Any], None]


def mistakes(body: Body, base: type[Lifecycle] = Base, **keywords: object) -> tuple[Diagnostic, ...]:
    """What is wrong with a lifecycle called Bad."""
    with pytest.raises(DefinitionError) as raised:
        types.new_class("Bad", (base,), dict(keywords), body)
    return raised.value.diagnostics


def declares(**declared: Any) -> Body:
    def body(namespace: Any) -> None:
        for name, value in declared.items():
            namespace[name] = value

    return body


def twice(n: Any) -> None:
    n["go"] = B.new.to(B.live, when=B.signed)
    n["go"] = B.live.to(B.new, when=B.signed)


def two_names(n: Any) -> None:
    n["mood"] = Signal.score("mood")
    n["humour"] = n["mood"]


def two_phase_names(n: Any) -> None:
    n["one"] = Phase("One")
    n["other"] = n["one"]


def alias_of_a_child(n: Any) -> None:
    class calm(Phase.Group):
        sea = Phase("Sea")

    n["calm"] = calm
    n["sea"] = n["calm"].sea


def threshold_above_a_bound(n: Any) -> None:
    n["seats"] = Signal.integer("seats", 2)
    n["limit_is"] = n["seats"] >= B.limit


def second_start(n: Any) -> None:
    n["first"] = Phase("First", initial=True)


def group(*children: tuple[str, Any], **keywords: Any) -> Any:
    return types.new_class("calm", (Phase.Group,), keywords, declares(**dict(children)))


ONE_MISTAKE: list[tuple[str, str, str, Body]] = [
    # names
    ("CLM101", "Bad.at", "one of our own", declares(at=Signal.flag("at"))),
    ("CLM101", "Bad.journey", "one of our own", declares(journey=Event("journey"))),
    ("CLM101", "Bad.phase", "one of our own", declares(phase=Phase("Phase"))),
    ("CLM101", "Bad.start", "is one of our own: what every customer has", declares(start=B.new.to(B.live, when=B.signed))),
    ("CLM101", "Bad.definition", "is one of our own: what every customer has", declares(definition=B.new.to(B.live, when=B.signed))),
    ("CLM101", "Bad.tick", "is one of our own: what every customer has", declares(tick=Milestone("first", when=B.signed))),
    ("CLM101", "Bad.name", "is one of our own: what every customer has", declares(name=B.health >= 50)),
    ("CLM101", "Bad.move", "is one of our own: what every customer has", declares(move=Threshold(0.5))),
    ("CLM101", "Bad.skip", "is one of our own: what every customer has", declares(skip=B.new | B.live)),
    ("CLM101", "Bad.at", "is one of our own: what every customer has", declares(at="2026-01-30")),
    ("CLM101", "Bad._x", "underscore", declares(_x=Signal.flag("x"))),
    ("CLM101", "Bad.__x__", "Python's own", declares(__x__=Signal.flag("x"))),
    ("CLM101", "Bad.calm.to", "one of our own", declares(calm=group(("to", Phase("To")), ("y", Phase("Y"))))),
    ("CLM101", "Bad.calm._x", "underscore", declares(calm=group(("_x", Phase("X")), ("y", Phase("Y"))))),
    ("CLM102", "Bad.go", "given twice", twice),
    ("CLM103", "Bad.humour", "two names, 'mood' and 'humour'", two_names),
    ("CLM103", "Bad.other", "two names, 'one' and 'other'", two_phase_names),
    ("CLM103", "Bad.sea", "two names, 'calm.sea' and 'sea'", alias_of_a_child),
    ("CLM103", "Bad.other", "group 'calm' is bound to the name 'other'", declares(other=group(("a", Phase("A"))))),
    ("CLM103", "Bad.go", "signal 'x' is used in a condition before it has a name", declares(go=B.new.to(B.live, when=Signal.flag("x")))),
    ("CLM103", "Bad.go", "threshold 50 is used", declares(go=B.new.to(B.live, when=B.health >= Threshold(50)))),
    ("CLM103", "Bad.go", "event 'x' is used", declares(go=B.new.to(B.live, on=Event("x")))),
    ("CLM103", "Bad.go", "event 'x' is used", declares(go=B.new.to(B.live, when=Event("x").times > 3))),
    # where names come from
    ("CLM104", "Bad.go", "a name of Stranger", declares(go=B.new.to(B.live, when=S.health >= 5))),
    ("CLM104", "Bad.go", "a name of Stranger", declares(notice=Event("n"), go=B.new.to(B.live, on=S.notice))),
    ("CLM104", "Bad.go", "it uses 'mood' of Stranger", declares(go=B.new.to(B.live, when=S.mood >= 5))),
    ("CLM104", "Bad.go", "it uses 'somewhere' of Stranger", declares(go=B.new.to(S.somewhere, when=B.signed))),
    ("CLM104", "Bad.go", "it uses 'wander' of Stranger", declares(go=B.new.to(B.live, when=B.signed, after=S.wander))),
    ("CLM104", "Bad.risk", "it uses 'somewhere' of Stranger", declares(risk=Risk("R", sign=B.signed, phases=S.somewhere))),
    ("CLM104", "Bad.mood_is", "signal 'mood', which is not in Bad", declares(mood_is=S.mood >= 5)),
    ("CLM104", "Bad.promises", "a name of Stranger", declares(health=Signal.score("h"), promises=[never(S.health > 5)])),
    ("CLM104", "Bad.bent", "signal 'helth'", declares(bent=Condition(Compare(SignalRef("helth"), "<", Const(1))))),
    ("CLM105", "Bad.warn", "'live' is not a phase of Bad", declares(live=Phase.dropped(), go_live=Transition.dropped())),
    ("CLM105", "Bad.go", "the target 'live' is not a phase", declares(go=B.new.to("live", when=B.signed))),  # type: ignore[arg-type]
    ("CLM105", "Bad.go", "5 is not a phase", declares(go=(B.new | 5).to(B.live, when=B.signed))),  # type: ignore[operator]
    ("CLM105", "Bad.both", "5 is not a phase", declares(both=5 | B.new)),  # type: ignore[operator]
    ("CLM105", "Bad.go", "after=5 names no transition", declares(go=B.new.to(B.live, when=B.signed, after=5))),  # type: ignore[arg-type]
    ("CLM105", "Bad.risk", "5 is not a phase", declares(risk=Risk("R", phases=[5]))),  # type: ignore[list-item]
    ("CLM105", "Bad.go", "not made from a phase", declares(go=Transition(5, 6))),  # type: ignore[arg-type]
    # shape
    ("CLM106", "Bad", "2 phases are initial: new, first", second_start),
    ("CLM106", "Bad", "no phase is initial", declares(new=B.new.evolve(initial=False))),
    ("CLM106", "Bad.new", "the initial phase is final", declares(new=B.new.evolve(final=True), go_live=Transition.dropped())),
    ("CLM107", "Bad.calm", "no phases", declares(calm=group())),
    ("CLM107", "Bad.calm", "no initial phase", declares(calm=group(("a", Phase("A")), ("b", Phase("B"))))),
    ("CLM107", "Bad.calm.x", "not a phase", declares(calm=group(("x", Event("x")), ("a", Phase("A"))))),
    ("CLM107", "Bad.calm.inner", "a group is inside a group", declares(calm=group(("inner", group()), ("a", Phase("A"))))),
    ("CLM108", "Bad.go", "'lost' is final", declares(go=B.lost.to(B.live, when=B.signed))),
    ("CLM109", "Bad.go", "leads back into the phase", declares(go=B.live.to(B.live, when=B.signed))),
    ("CLM109", "Bad.go", "resumed from inside", declares(go=B.renewal.happy.to(B.renewal.resume, when=B.signed))),
    ("CLM109", "Bad.go", "no source is left", declares(go=B.renewal.to(B.renewal, when=B.signed))),
    ("CLM110", "Bad.go", "nothing decides", declares(go=B.live.to(B.new))),
    ("CLM111", "Bad.go", "on='notice' is not an event", declares(go=B.live.to(B.new, on="notice"))),  # type: ignore[arg-type]
    ("CLM111", "Bad.go", "a condition or a signal, not an event", declares(go=B.live.to(B.new, on=B.health < 5))),  # type: ignore[arg-type]
    ("CLM111", "Bad.go", "several events are given", declares(go=B.live.to(B.new, on=(B.notice, B.over)))),  # type: ignore[arg-type]
    ("CLM111", "Bad.go", "several events are given", declares(go=B.live.to(B.new, on=B.notice | B.over))),  # type: ignore[operator]
    ("CLM111", "Bad.end", "'notice' is not an event of Bad", declares(notice=Transition.dropped())),
    ("CLM112", "Bad.go", "5 is an int, not a condition", declares(go=B.live.to(B.new, when=5))),  # type: ignore[arg-type]
    ("CLM112", "Bad.go", "'users adopted' is a share, not a condition", declares(go=B.live.to(B.new, when=B.adopted))),  # type: ignore[arg-type]
    ("CLM112", "Bad.first", "'users adopted' is a share, not a condition", declares(first=Milestone("F", when=B.adopted))),  # type: ignore[arg-type]
    ("CLM112", "Bad.new, touchpoint 'Call'", "5 is an int", declares(new=B.new.evolve(touchpoints=Touchpoint("Call", done=5)))),  # type: ignore[arg-type]
    ("CLM115", "Bad.go", "for_days('limit') is 0.8", declares(go=B.live.to(B.new, when=B.signed.for_days(B.limit)))),
    ("CLM117", "Bad.limit_is", "compared with 'limit', which is 0.8, but it is a whole number, at least 2", threshold_above_a_bound),
    ("CLM117", "Bad.go", "compared with -1", declares(go=B.live.to(B.new, when=days_in_phase > -1))),
    ("CLM117", "Bad.warn", "'health' is compared with 60, but it is a number from 0 to 10", declares(health=Signal.score("health", 0, 10))),
    # parts
    ("CLM118", "Bad.live", "the label None is not a text", declares(live=Phase(None))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live", "the label is empty", declares(live=Phase("  "))),
    ("CLM118", "Bad.live", "is not one line", declares(live=Phase("a\nb"))),
    ("CLM118", "Bad.live", "half a character", declares(live=Phase("\ud800"))),
    ("CLM118", "Bad.live", "standing='fine' is unknown", declares(live=Phase("Live", standing="fine"))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live", "expected holds 'soon', which is not a length of time", declares(live=Phase("L", expected="soon"))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live", "owner holds 5, which is not a team", declares(live=Phase("L", owner=5))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live", "owner holds ['A', 'B']", declares(live=Phase("L", owner=["A", "B"]))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live", "questions holds 3", declares(live=Phase("L", questions=3))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live", "touchpoints holds 5", declares(live=Phase("L", touchpoints=[5]))),  # type: ignore[list-item]
    ("CLM118", "Bad.live", "final='no' is neither True nor False", declares(live=Phase("L", final="no"))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live, team 5", "the name 5 is not a text", declares(live=Phase("L", owner=Team(5)))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live, touchpoint 'Call'", "due holds 3", declares(live=Phase("L", touchpoints=Touchpoint("Call", due=3)))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live, touchpoint 'Call'", "verdict='?' is unknown", declares(live=Phase("L", touchpoints=Touchpoint("Call", verdict="?")))),  # type: ignore[arg-type]
    ("CLM118", "Bad.live, touchpoint 5", "the label 5", declares(live=Phase("L", touchpoints=Touchpoint(5)))),  # type: ignore[arg-type]
    ("CLM118", "Bad.go", "plays holds 'x', which is not a play", declares(go=B.live.to(B.new, when=B.signed, plays="x"))),  # type: ignore[arg-type]
    ("CLM118", "Bad.go, play 5", "the label 5", declares(go=B.live.to(B.new, when=B.signed, plays=Play(5)))),  # type: ignore[arg-type]
    ("CLM118", "Bad.go", "kind='up' is unknown", declares(go=B.live.to(B.new, when=B.signed, kind="up"))),  # type: ignore[arg-type]
    ("CLM118", "Bad.happened", "the label 5", declares(happened=Event(5))),  # type: ignore[arg-type]
    ("CLM118", "Bad.risk", "mitigation='shout' is unknown", declares(risk=Risk("R", mitigation="shout"))),  # type: ignore[arg-type]
    ("CLM118", "Bad.gap", "the plan 5 is not a text", declares(gap=SuccessGap("G", plan=5))),  # type: ignore[arg-type]
    ("CLM118", "Bad.mood", "the lower bound 5 of 'mood' is above the upper bound 1", declares(mood=Signal.score("mood", 5, 1))),
    ("CLM118", "Bad.mood", "the step 0", declares(mood=Signal.score("mood", step=0))),
    ("CLM118", "Bad.mood", "low=nan", declares(mood=Signal.score("mood", float("nan")))),
    ("CLM118", "Bad.mood", "the default of 'mood' is refused: 130 is above 100", declares(mood=Signal.score("mood", default=130))),
    ("CLM118", "Bad.mood", "does not list its words", declares(mood=Signal.choice("mood"))),
    ("CLM118", "Bad.mood", "lists a word twice", declares(mood=Signal.choice("mood", "a", "a"))),
    ("CLM118", "Bad.calm", "initial='yes' is neither", declares(calm=group(("a", Phase("A")), initial="yes"))),
    ("CLM118", "Bad.calm", "the label 5", declares(calm=group(("a", Phase("A")), label=5))),
    ("CLM119", "Bad.tickets", "is a signal above and a threshold here", declares(tickets=Threshold(1))),
    ("CLM119", "Bad.nothing", "is dropped, but it is not inherited", declares(nothing=Transition.dropped())),
    ("CLM119", "Bad.calm.x", "is dropped, but it is not inherited", declares(calm=group(("x", Phase.dropped()), ("a", Phase("A"))))),
    ("CLM119", "Bad.warn", "it reads 'health' as a number, but in Bad that is a flag", declares(health=Signal.flag("health"))),
    ("CLM119", "Bad.go_live", "it reads 'signed' as yes or no, but in Bad that is a count", declares(signed=Signal.count("signed"))),
    ("CLM121", "Bad.promises", "5 is not a promise", declares(promises=5)),
    ("CLM121", "Bad.promises", "5 is no state of a customer", declares(promises=[never(5)])),  # type: ignore[arg-type]
    ("CLM121", "Bad.promises", "never_before does not follow always_possible", declares(promises=[always_possible(B.live).before(B.new)])),
    ("CLM121", "Bad.promises", "the source of a promise 5", declares(promises=leads_to(B.new, B.live).because(5))),  # type: ignore[arg-type]
    ("CLM122", "Bad.go", "asks which phase", declares(go=B.live.to(B.new, when=Condition(InPhase(("new",)))))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "cause", "body"), ONE_MISTAKE, ids=[f"{c}-{p}-{w[:30]}" for c, p, w, _ in ONE_MISTAKE])
def test_each_mistake_is_said_once_at_its_place(code: str, place: str, cause: str, body: Body) -> None:
    found = mistakes(body)
    assert [(d.code, d.place) for d in found if cause in d.cause] == [(code, place)], found
    assert all(d.code == code for d in found), found
    assert all(d.remedy for d in found)


@pytest.mark.parametrize(
    ("keyword", "value"), [("title", 5), ("title", "\ud800"), ("market", 5), ("version", 3), ("refs", 5), ("refs", [5])]
)
def test_keywords_of_a_lifecycle_are_looked_at(keyword: str, value: object) -> None:
    (found,) = mistakes(lambda n: None, **{keyword: value})
    assert (found.code, found.place) == ("CLM118", "Bad")
    assert keyword in found.cause


def test_a_single_ref_is_one_ref() -> None:
    class Good(Base, refs="S4.18"):
        pass

    assert Good.definition.refs == ("S4.18",)


def test_mistakes_of_one_class_come_together() -> None:
    with pytest.raises(DefinitionError) as raised:

        class Bad(Lifecycle):
            adopted = Signal.share("users adopted")
            signed = Signal.flag(5)  # type: ignore[arg-type]
            at = Event("at")
            new = Phase("New", owner=5)  # type: ignore[arg-type]
            live = Phase("Live", final=True)
            eager = adopted >= 80
            go = new.to(live, when=eager & signed)
            go_back = live.to(new)
            hop = new.to(Stranger.somewhere, when=Stranger.mood > 5)
            tangled = new.to(live, when=signed & adopted >= 0.5)  # type: ignore[operator]
            promises = 5  # type: ignore[assignment]

    found = [(d.code, d.place) for d in raised.value.diagnostics]
    assert found == [
        ("CLM101", "Bad.at"),
        ("CLM118", "Bad.signed"),
        ("CLM117", "Bad.eager"),
        ("CLM121", "Bad.promises"),
        ("CLM118", "Bad.new"),
        ("CLM106", "Bad"),
        ("CLM110", "Bad.go_back"),
        ("CLM108", "Bad.go_back"),
        ("CLM104", "Bad.hop"),
        ("CLM114", "Bad.tangled"),
    ]


@pytest.mark.parametrize(
    ("chosen", "remedy"),
    [
        (lambda: B.new or B.live, "join phases with |"),
        (lambda: (B.new | B.live) and B.lost, "join phases with |"),
        (lambda: B.notice or B.over, "write a transition for each event"),
    ],
)
def test_words_that_would_drop_a_phase_or_an_event_are_refused(chosen: Callable[[], object], remedy: str) -> None:
    with pytest.raises(DefinitionError, match=r"CLM113 class body: .* would drop part of what is meant") as raised:
        chosen()
    assert raised.value.diagnostics[0].remedy.startswith(remedy)


def test_a_group_is_refused_where_it_would_be_dropped_but_is_a_class_for_everybody_else() -> None:
    assert bool(B.renewal)
    with pytest.raises(DefinitionError, match=r"CLM113 class body: 'renewal' is a group, .* Join phases with |"):

        class Bad(Base):
            class renewal(Phase.Group):
                happy = Phase("Happy", initial=True)

            leave = (renewal or Base.live).to(Base.lost, on=Base.notice)


def test_a_mistake_in_a_named_condition_is_not_repeated_where_it_is_used() -> None:
    with pytest.raises(DefinitionError) as raised:

        class Bad(Base):
            eager = Base.adopted >= 80
            both = Base.new | 5  # type: ignore[operator]
            one = Base.new.to(Base.live, when=eager)
            two = both.to(Base.live, when=unless(eager))

    assert [(d.code, d.place) for d in raised.value.diagnostics] == [("CLM105", "Bad.both"), ("CLM117", "Bad.eager")]


def test_a_mistake_names_its_file_and_line(tmp_path: Path) -> None:
    text = "\n".join(
        (
            "from clmstate import Composition, Lifecycle, One, Phase, Signal",
            "class Deal(Lifecycle):",
            "    health = Signal.score('health')",
            "    new = Phase('New', initial=True)",
            "    class care(Phase.Group):",
            "        calm = Phase('Calm', standing='fine')",
            "    go = new.to(",
            "        care, when=health >= 700)",
        )
    )
    (tmp_path / "deal.py").write_text(text)
    with pytest.raises(DefinitionError) as refused:
        runpy.run_path(str(tmp_path / "deal.py"))
    assert [(d.place, d.where.rpartition("/")[2]) for d in refused.value.diagnostics] == [
        ("Deal.care.calm", "deal.py, line 6"),
        ("Deal.go", "deal.py, line 7"),
    ]
    assert str(refused.value).count(f"({tmp_path}/deal.py, line 7)") == 1


def test_every_member_of_a_customer_is_guarded_and_nothing_else_is() -> None:
    members = {name for name in (*dir(Lifecycle), "definition") if not name.startswith("_")}
    assert members == MEMBERS
    for name in members - {"accepts", "promises"}:
        (found,) = mistakes(declares(**{name: B.new.to(B.renewal.sad, when=B.signed)}))
        assert found.remedy.startswith("rename it, to 'to_renewal_sad' for example; taken are: accepts, at,")
    types.new_class("Good", (Base,), {}, declares(leave=B.new.to(B.live, when=B.signed), since=B.health >= 50))


def test_a_method_may_replace_what_every_customer_has() -> None:
    class Told(Base):
        def tick(self, at: Any) -> Any:
            return super().tick(at), "told"

    assert Told().tick("2026-01-30") == ((), "told")


def test_near_names_are_offered() -> None:
    (found,) = mistakes(declares(bent=Condition(Compare(SignalRef("helth"), "<", Const(1)))))
    assert found.remedy == "did you mean 'health'?"
    (found,) = mistakes(declares(wrn=Transition.dropped()))
    assert found.remedy == "did you mean 'warn'?"
    (percent,) = mistakes(declares(eager=Base.adopted >= 80))
    assert percent.remedy == "did you mean 0.8?"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Base.signed and Base.health >= 70,
        lambda: Base.signed or Base.health >= 70,
        lambda: not Base.signed,
        lambda: 0.5 <= Base.adopted <= 0.9,
        lambda: Base.health in [Base.tickets, 5],
        lambda: Base.signed in (Base.plan,),
        lambda: [Base.plan].index("Pro"),  # type: ignore[arg-type]
        lambda: 1 if Base.health == 5 else 2,
        lambda: 5 in Base.health,  # type: ignore[operator]
    ],
)
def test_what_python_would_halve_is_raised_at_once(ask: Callable[[], object]) -> None:
    with pytest.raises(DefinitionError) as raised:
        ask()
    assert [d.code for d in raised.value.diagnostics] == ["CLM113"]


def test_a_length_of_time_is_raised_at_once() -> None:
    with pytest.raises(DefinitionError, match="CLM120 Days: 5 to 1 is no length of time"):
        Days(5, 1)


def test_nothing_is_assigned_to_a_definition() -> None:
    for name in ("health", "live", "renewal", "go_live", "limit", "notice"):
        with pytest.raises(DefinitionError, match=f"CLM123 Base: '{name}' is replaced"):
            setattr(Base, name, 5)
        with pytest.raises(DefinitionError, match=f"CLM123 Base: '{name}' is deleted"):
            delattr(Base, name)
    with pytest.raises(DefinitionError, match="CLM123 renewal: 'happy' is replaced"):
        Base.renewal.happy = 5  # type: ignore[assignment, misc]
    assert isinstance(Base.health, type(Signal.score("x")))


@pytest.mark.parametrize(("name", "remedy"), [("health", "observe"), ("limit", "variant"), ("live", "move"), ("renewal", "move")])
def test_nothing_is_assigned_to_a_customer(name: str, remedy: str) -> None:
    acme = Base("Acme")
    with pytest.raises(BadValueError, match=f"CLM207 Base: '{name}' is set by assignment.*{remedy}"):
        setattr(acme, name, 5)


def test_a_lifecycle_without_phases_cannot_be_stood_in() -> None:
    class Facts(Lifecycle):
        health = Signal.score("health")

    with pytest.raises(DefinitionError, match="CLM106 Facts"):
        Facts.definition.initial


def test_a_transition_without_a_name_is_told_where_it_stands() -> None:
    with pytest.raises(DefinitionError) as raised:

        class Deal(Lifecycle):
            ended = Event("contract ended")
            new = Phase("New", initial=True)
            live = Phase("Live")
            lost = Phase("Lost", final=True)
            new.to(live, on=ended)
            rules = (anywhere.to(lost, on=ended), live.stay(on=ended), (new | live).to(lost, on=ended))
            kept = new.to(lost, on=ended).evolve(why="what is made of it has the name")

    told = [(d.code, d.place, d.remedy) for d in raised.value.diagnostics]
    assert told == [
        ("CLM103", "Deal.new.to(live)", "give it one: to_live = new.to(live, ...)"),
        ("CLM103", "Deal.anywhere.to(lost)", "give it one: to_lost = anywhere.to(lost, ...)"),
        ("CLM103", "Deal.live.stay()", "give it one: take_note = live.stay(...)"),
        ("CLM103", "Deal.(new | live).to(lost)", "give it one: to_lost = (new | live).to(lost, ...)"),
    ]
    assert all(d.where.rpartition(", line ")[0].endswith("test_mistakes.py") for d in raised.value.diagnostics)


def test_a_comma_at_the_end_of_a_line_does_not_make_a_declaration_disappear() -> None:
    with pytest.raises(DefinitionError) as raised:

        class Deal(Lifecycle):
            used = (Signal.share("seats used"),)
            new = Phase("New", initial=True)
            live = (Phase("Live"),)
            go = (new.to(live, when=used >= 0.5),)
            calm = (used,)  # a tuple of what has a name is anybody's own

    assert [(d.code, d.place) for d in raised.value.diagnostics] == [("CLM103", f"Deal.{name}") for name in ("used", "live", "go")]
    assert all("comma at the end of the line" in d.remedy for d in raised.value.diagnostics)
