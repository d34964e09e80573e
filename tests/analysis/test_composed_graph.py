"""A composition as a graph: its parts side by side, and who looks at whom."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import networkx as nx

from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
from clmstate.analysis import graph
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from models.dynamic.user import User


def test_parts_stand_side_by_side_with_all_they_say() -> None:
    made = graph(Customer)
    for part, model in (("contract", Contract), ("products", AddOn), ("users", User)):
        alone = graph(model)
        assert [path for name, path in made if name == part] == [path for _, path in alone]
        for node, said in alone.nodes(data=True):
            assert made.nodes[part, node[1]] == said | {"part": part, "many": part != "contract"}
        own = {(s[1], t[1], key): said for s, t, key, said in made.edges(keys=True, data=True) if s[0] == t[0] == part}
        assert own == {(s[1], t[1], key): said for s, t, key, said in alone.edges(keys=True, data=True)}


def test_who_looks_at_whom() -> None:
    made = graph(Customer)
    wires = {(s, t, key) for s, t, key, said in made.edges(keys=True, data=True) if said.get("kind") == "wire"}
    assert (("users", "champion"), ("contract", "adoption"), "contract.users_adopted") in wires
    assert (("contract", "churned"), ("products", "paused"), "products.contract_open") in wires
    assert not [1 for s, t, _ in wires if t == ("contract", "churned")]  # nobody leaves it, so nobody looks
    assert json.loads(str(made.graph["wiring"]))["products.contract_open"] == "contract not in Churned"
    assert len(json.loads(str(made.graph["promises"]))) == 3


def test_parts_of_parts_are_named_by_their_path() -> None:
    class Tool(Lifecycle):
        used = Signal.flag("used", port=True)
        idle = Phase("Idle", initial=True)
        busy = Phase("Busy")
        begin = idle.to(busy, when=used)

    class Person(Lifecycle):
        there = Phase("There", initial=True)

    class Product(Composition):
        tool = One(Tool)
        people = Many(Person)
        wiring = (tool[Tool.used].fed_by(people.any_in(Person.there)),)

    class Shop(Composition):
        products = Many(Product)

    made = graph(Shop)
    assert set(made) == {("products.tool", "idle"), ("products.tool", "busy"), ("products.people", "there")}
    assert made.has_edge(("products.people", "there"), ("products.tool", "idle"), "products.tool.used")


def test_graphml_and_gexf_round_trip(tmp_path: Path) -> None:
    made = graph(Customer)
    nx.write_graphml(made, tmp_path / "x.graphml")
    back = nx.read_graphml(tmp_path / "x.graphml", node_type=ast.literal_eval, force_multigraph=True)
    assert dict(back.nodes(data=True)) == dict(made.nodes(data=True))
    assert {(s, t, k): d for s, t, k, d in back.edges(keys=True, data=True)} == {
        (s, t, k): d for s, t, k, d in made.edges(keys=True, data=True)
    }
    assert {name: back.graph[name] for name in made.graph} == made.graph
    nx.write_gexf(made, tmp_path / "x.gexf")
    again = nx.read_gexf(tmp_path / "x.gexf", node_type=ast.literal_eval)
    assert set(again) == set(made)
    assert again.number_of_edges() == made.number_of_edges()
