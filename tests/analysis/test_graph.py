"""The graph says everything that the lifecycle says, also after it was written to a file and read again."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import networkx as nx
import pytest

from clmstate import Days, Event, Lifecycle, Phase, Play, Signal, Touchpoint, anywhere
from clmstate.analysis import Node, graph
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.markets import EnterpriseContract
from models.dynamic.user import User


class Small(Lifecycle, market="Mid-market", version="2", refs="S1"):
    """Lines\nand "quotes" & <signs>, 80 % → ü."""

    health = Signal.score("health", 0, 100)
    paused, back, ended, call = Event("paused"), Event("back"), Event("ended"), Event("a call")
    new = Phase("New & <raw>", initial=True, questions=["Why?", "How, and 'when'?"], expected=Days(3), goal="a → b")

    class running(Phase.Group, label="Running"):
        well = Phase(
            "Well", initial=True, owner="CSM", contributors=["Sales"], touchpoints=Touchpoint("Call", why="x", due=Days(2, 4))
        )
        badly = Phase("Badly", standing="at_risk")
        closed = Phase("Closed", final=True)

    pause = Phase("Pause")
    lost = Phase("Lost", standing="lost", final=True)
    begin = new.to(running, when=health >= 50, plays=Play("Say hello"))
    slip = running.well.to(running.badly, when=health < 30, kind="relapse")
    rest = running.to(pause, on=paused)
    resume = pause.to(running.resume, on=back)
    talk = new.stay(on=call)
    again = pause.to(pause, on=call)
    close = running.badly.to(running.closed, on=call)
    lose = anywhere.to(lost, on=ended, why="the contract has ended")


EVERY = [Small, Contract, EnterpriseContract, AddOn, User]


def everything(made: nx.MultiDiGraph[Node]) -> tuple[dict[Node, object], dict[tuple[Node, Node, str], object]]:
    nodes: dict[Node, object] = {node: dict(data) for node, data in made.nodes(data=True)}
    edges: dict[tuple[Node, Node, str], object] = {
        (u, v, str(key)): dict(data) for u, v, key, data in made.edges(keys=True, data=True)
    }
    return nodes, edges


@pytest.mark.parametrize("lifecycle", EVERY)
def test_graphml_round_trip(lifecycle: type[Lifecycle], tmp_path: Path) -> None:
    made = graph(lifecycle)
    nx.write_graphml(made, tmp_path / "x.graphml")
    back = nx.read_graphml(tmp_path / "x.graphml", node_type=ast.literal_eval, force_multigraph=True)
    assert everything(back) == everything(made)
    assert {name: back.graph[name] for name in made.graph} == made.graph


@pytest.mark.parametrize("lifecycle", EVERY)
def test_gexf_round_trip(lifecycle: type[Lifecycle], tmp_path: Path) -> None:
    made = graph(lifecycle)
    nx.write_gexf(made, tmp_path / "x.gexf")
    back = nx.read_gexf(tmp_path / "x.gexf", node_type=ast.literal_eval)
    multi: nx.MultiDiGraph[Node] = nx.MultiDiGraph()  # networkx reads a simple graph where no two edges are parallel
    multi.add_nodes_from(back.nodes(data=True))
    for source, target, data in back.edges(data=True):
        kept = {name: value for name, value in data.items() if name not in ("id", "networkx_key")}  # GEXF's own
        multi.add_edge(source, target, key=kept["name"])
        multi.edges[source, target, kept["name"]].update(kept)
    assert everything(multi) == everything(made)


@pytest.mark.parametrize("lifecycle", EVERY)
def test_every_way_out_is_an_edge(lifecycle: type[Lifecycle]) -> None:
    made, definition = graph(lifecycle), lifecycle.definition
    assert list(made) == [(definition.name, path) for path in definition.phases]
    for path in definition.phases:
        keys = {key for *_, key in made.out_edges((definition.name, path), keys=True)}
        assert keys == {transition.name for transition in definition.ways_out(path)}


def edge(source: str, target: str, key: str) -> dict[str, object]:
    found: dict[str, object] = dict(graph(Small).edges[("Small", source), ("Small", target), key])
    return found


def test_edges_say_what_moves_a_customer() -> None:
    assert edge("new", "running.well", "begin") == {
        "order": 0.0,
        "name": "begin",
        "words": "health at least 50",
        "automatic": True,
        "plays": '["Say hello"]',
    }
    assert edge("new", "lost", "lose")["event"] == "ended"
    assert edge("new", "new", "talk")["kind"] == "stay"
    assert "stay" not in edge("pause", "pause", "again")
    assert edge("running.well", "running.badly", "slip")["kind"] == "relapse"


def test_groups_are_entered_at_their_first_phase_or_where_they_were_left() -> None:
    assert "again" not in edge("pause", "running.well", "resume")
    assert edge("pause", "running.badly", "resume")["again"] is True
    assert not graph(Small).has_edge(("Small", "pause"), ("Small", "running.closed"))  # nothing leaves it, so nothing leads back


def test_nodes_say_what_a_phase_is() -> None:
    made = graph(Small)
    well, new = made.nodes["Small", "running.well"], made.nodes["Small", "new"]
    assert (well["group"], well["group_label"], well["entry"], well["owner"]) == ("running", "Running", True, "CSM")
    assert json.loads(well["touchpoints"]) == [{"label": "Call", "why": "x", "due_least": 2.0, "due_most": 4.0}]
    assert (new["initial"], new["expected_least"], json.loads(new["questions"])) == (True, 3.0, ["Why?", "How, and 'when'?"])
    assert (new["market"], new["version"], new["title"]) == ("Mid-market", "2", "Small")
    assert "market" not in well
    assert made.graph["doc"].startswith('Lines\nand "quotes"')


def test_graphs_of_several_lifecycles_stand_side_by_side() -> None:
    both = nx.compose(graph(Contract), graph(User))
    assert len(both) == len(Contract.definition.phases) + len(User.definition.phases)
