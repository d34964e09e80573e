"""Generated tests of whole customers: each journey is replayed by the oracle and the live engine, and what nobody can reach is proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clmstate import Composition, Lifecycle, Many, One, Phase, Signal, unless
from clmstate.cli import main
from clmstate.signals import from_instant
from clmstate.testing import scenario
from clmstate.testing.generated import Deed, Scene, customer_blocks, customer_imports, rewritten, scenes_of
from clmstate.testing.generated.customers import as_user, leaf_at
from models.dynamic import Customer
from models.events import Customer as EventsCustomer
from tests.conformance.whole import Whole
from tests.testing.deal import Office, Site, User


class Room(Lifecycle):
    """A room with a door that the office locks."""

    locked = Signal.flag("locked", port=True)
    crowded = Signal.flag("crowded", port=True)
    opened = Phase("Open", initial=True)
    shut = Phase("Shut")
    full = Phase("Full")
    lock = opened.to(shut, when=locked)
    fill = opened.to(full, when=crowded & unless(locked))
    empty = full.to(opened, when=unless(crowded))


class Ended(Lifecycle):
    """An office that ends, once and for all."""

    over = Signal.flag("over", default=False)
    running = Phase("Running", initial=True)
    ended = Phase("Ended", final=True)
    end = running.to(ended, when=over)


class House(Composition):
    """Rooms, people, and an office: a room that is locked can be opened by nobody."""

    office = One(Ended)
    rooms = Many(Room)
    people = Many(User)
    wiring = (
        rooms[Room.locked].fed_by(office.is_in(Ended.ended)),
        rooms[Room.crowded].fed_by(people.all_in(User.active) & people.any_in(User.active)),
    )


def replayed(definition: Any, deeds: list[Deed]) -> None:
    """The oracle, which knows no engine, sees the same."""
    oracle = Whole(definition)
    for deed in deeds:
        values = {
            tuple(path.split("/")): {
                name: leaf_at(definition, path).signals[name].default if value is None else value for name, value in known.items()
            }
            for path, known in deed.values.items()
        }
        events = [(tuple(path.split("/")), event, instance or None) for path, event, instance in deed.events]
        moves = oracle.observe(
            deed.at, values, events, [tuple(one.split("/")) for one in deed.joins], [tuple(one.split("/")) for one in deed.leaves]
        )
        taken: dict[str, tuple[str, ...]] = {}
        for _, path, name, *_ in moves:
            taken["/".join(path)] = (*taken.get("/".join(path), ()), name)
        assert taken == dict(deed.takes), deed


def lived(model: Any, deeds: list[Deed]) -> None:
    """So does a live customer with its charts."""
    told = scenario(model, engine="live")
    for deed in deeds:
        values = {
            path: {name: as_user(leaf_at(model.definition, path), name, value) for name, value in known.items()}
            for path, known in deed.values.items()
        }
        events = [one if one[2] else one[:2] for one in deed.events]
        told.on(from_instant(deed.at), values, events=events, joins=deed.joins, leaves=deed.leaves)
        told.takes({path: list(names) for path, names in deed.takes.items()})


def every_journey(scenes: list[Scene]) -> list[list[Deed]]:
    found = []
    for scene in scenes:
        found.append([*scene.deeds])
        found += [[*scene.deeds[:-1], last] for last in (*scene.just, *scene.short)]
    return found


def checked(model: Any) -> tuple[list[Scene], Any, Any]:
    scenes, wired, unreached = scenes_of(model)
    for deeds in every_journey(scenes):
        replayed(model.definition, deeds)
        lived(model, deeds)
    for scene in scenes:
        assert any(scene.name in names for names in scene.deeds[-1].takes.values())
        assert all(any(scene.name in names for names in deed.takes.values()) for deed in scene.just)
    return scenes, wired, unreached


def test_every_transition_of_every_part_and_what_each_wire_says() -> None:
    scenes, wired, unreached = checked(Site)
    assert [(scene.part, scene.name) for scene in scenes] == [
        ("office", "turn_on"),
        ("office", "turn_off"),
        ("people", "begin"),
        ("people", "stop"),
    ]
    assert unreached == []
    assert [(one.port, [value for _, value, _ in one.seen]) for one in wired] == [("office.used", [0.0, 0.5, 1.0, None])]
    assert any(len(deeds[-1].joins) == 2 for one in wired for _, value, deeds in one.seen if value == 0.5)  # one of two
    assert Office.used.spec.port


def test_members_come_go_and_move_for_others() -> None:
    scenes, _, unreached = checked(House)
    assert {f"{scene.part}.{scene.name}" for scene in scenes} == {
        "office.end", "rooms.lock", "rooms.fill", "rooms.empty", "people.begin", "people.stop"
    }  # fmt: skip
    assert unreached == []
    empty = next(scene for scene in scenes if scene.name == "empty")
    assert len(empty.deeds) >= 2  # somebody has to be there, and to go or to rest


class Sealed(Lifecycle):
    """A room that opens only when the office runs again, which it never does."""

    locked = Signal.flag("locked", port=True)
    opened, shut = Phase("Open", initial=True), Phase("Shut")
    lock = opened.to(shut, when=locked)
    unlock = shut.to(opened, when=unless(locked))


class Vaults(Composition):
    """An office that ends for good, and rooms that wait for it."""

    office = One(Ended)
    rooms = Many(Sealed)
    wiring = rooms[Sealed.locked].fed_by(office.is_in(Ended.ended))


def test_what_nobody_can_reach_is_proved() -> None:
    scenes, _, unreached = checked(Vaults)
    assert [scene.name for scene in scenes] == ["end", "lock"]
    assert [(one.name, one.proved) for one in unreached] == [("rooms.unlock", True)]
    assert "rooms.unlock" in customer_blocks(Vaults, [], [], unreached)["what cannot be reached"]


@pytest.mark.full
@pytest.mark.parametrize(("model", "transitions", "impossible"), [(Customer, 35, ["products.go_on"]), (EventsCustomer, 46, [])])
def test_the_shipped_customers(model: Any, transitions: int, impossible: list[str]) -> None:
    scenes, _, unreached = checked(model)
    assert len(scenes) == transitions
    assert [one.name for one in unreached if one.proved] == impossible == [one.name for one in unreached]


def test_generated_files_run_and_keep_what_people_wrote(pytester: pytest.Pytester) -> None:
    generated = customer_blocks(Site, *scenes_of(Site))
    text = rewritten("", Site, generated, "clmstate testgen", imports=customer_imports(Site, "tests.testing.deal")).text
    assert "from tests.testing.deal import Office, Site, User" in text
    again = rewritten(
        text + "\n\ndef test_mine() -> None:\n    assert True\n", Site, generated, "", imports=customer_imports(Site, "deal")
    )
    assert "def test_mine" in again.text
    pytester.makepyfile(test_generated=text)
    outcomes = pytester.runpytest("-q", "-p", "no:cacheprovider").parseoutcomes()
    assert outcomes == {"passed": 5}


def test_pairs_are_those_of_one_lifecycle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["testgen", "models/dynamic/customer.py:Customer", "--pairs", "--out", str(tmp_path / "test_it.py")]) == 2
    assert "eave --pairs out, or name one of its parts: models/dynamic/customer.py:Contract or :AddOn or :User" in " ".join(
        capsys.readouterr().err.split()
    )
    assert not (tmp_path / "test_it.py").exists()


pytest_plugins = ["pytester"]
