"""Promises over parts: proved for any number of members, or broken by a log that replays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clmstate import Composition, DefinitionError, Lifecycle, Many, Phase, Promise, Signal, always_possible, leads_to, never
from clmstate.analysis.space import Proof, findings, prove
from clmstate.replay import play, read_log
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract as FullContract
from models.dynamic.customer import Customer as FullCustomer
from models.dynamic.customer import EnterpriseCustomer
from models.dynamic.user import User as FullUser
from tests.analysis.space.customers import Contract, Customer, Product, User

contract, products, users = Customer.contract, Customer.products, Customer.users
adopted = users.share_in(User.active)

HOLD = [
    never(contract.is_in(Contract.lost) & products.any_in(Product.used)),
    never(contract.is_in(Contract.lost) & ~products.all_in(Product.paused) & (products.count() > 0)),
    never(contract.is_in(Contract.success) & (adopted < 0.8)),
    never(contract.is_in(Contract.success)).before(adopted >= 0.8),
    never(contract.is_in(Contract.running, Contract.success, Contract.alarm)).before(adopted >= 0.5),
    never(contract.is_in(Contract.alarm)).before(contract.is_in(Contract.running)),
    never((adopted >= 0.5) & users.none_in(User.active)),
    never((adopted > 0) & (users.count() < 1)),
    leads_to(contract.is_in(Contract.lost), contract.is_in(Contract.trial)),
    always_possible(contract.is_in(Contract.success)).until(contract.is_in(Contract.lost)),
    always_possible(users.any_in(User.active)),
    always_possible(users.count() <= 0),
]
BROKEN = [
    (never(contract.is_in(Contract.running) & (adopted < 0.8)), 2),  # one user and two days, rather than two users
    (never(contract.is_in(Contract.success)), 1),
    (never(contract.is_in(Contract.running)), 1),  # it counts in passing
    (never(contract.is_in(Contract.running) & (adopted < 0.5)), 2),
    (never(contract.is_in(Contract.lost) & users.any_in(User.active)), 1),
    (never(contract.is_in(Contract.success)).before(contract.is_in(Contract.alarm)), 1),
    (never(users.count_in(User.active) >= 2), 1),
    (leads_to(contract.is_in(Contract.success), contract.is_in(Contract.running)), 2),
    (always_possible(contract.is_in(Contract.success)), 1),
]


def broken_on_replay(proof: Proof, folder: Path) -> None:
    """The evidence is a log that the public reader reads without a complaint, and it ends where the evidence says."""
    assert proof.evidence is not None
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in proof.evidence.rows("Acme")), encoding="utf-8")
    log = read_log(path, Customer)
    assert not log.rejected
    assert not log.notes
    steps = list(play(Customer, log))
    assert not any(step.rejected for step in steps)
    found = {address.replace("/", " "): phase.label for address, phase in steps[-1].life.phases.items()}
    assert dict(proof.evidence.customer) == found
    assert proof.evidence.replayed


@pytest.mark.parametrize("promise", HOLD, ids=lambda promise: prove(Customer, [promise])[0].words)
def test_what_holds_holds_for_any_number(promise: Promise) -> None:
    (proof,) = prove(Customer, [promise])
    assert proof.verdict == "holds", str(proof)
    assert proof.scope.startswith("for any number") or proof.scope == "for every customer"


@pytest.mark.parametrize(("promise", "observations"), BROKEN)
def test_what_is_broken_is_shown(promise: Promise, observations: int, tmp_path: Path) -> None:
    (proof,) = prove(Customer, [promise])
    assert proof.verdict == "broken", str(proof)
    broken_on_replay(proof, tmp_path)
    assert proof.evidence is not None
    assert len({row.at for row in proof.evidence.log}) == observations


def test_the_dynamic_customer_keeps_its_promises() -> None:
    """Any number of users and products: a hundred and five of them too."""
    for model in (FullCustomer, EnterpriseCustomer):
        proofs = prove(model)
        assert [proof.verdict for proof in proofs] == ["holds"] * 3
        assert findings(model, proofs) == ()


def test_the_share_of_users_may_fall_while_the_dynamic_customer_is_in_success() -> None:
    """Two weeks have to pass before Success is left: so the promise that comes to mind first is broken, and shown to be."""
    state = FullCustomer.contract.is_in(FullContract.success) & (
        FullCustomer.users.share_in(FullUser.adopted, FullUser.champion) < 0.8
    )
    (proof,) = prove(FullCustomer, [never(state)])
    assert proof.verdict == "broken"


def test_lifecycles_on_their_own_keep_theirs() -> None:
    for model in (FullContract, FullUser, AddOn):
        assert {proof.verdict for proof in prove(model)} <= {"holds"}
    assert len(prove(FullContract)) == 2


class Seller(Lifecycle):
    led = Signal.flag("led by somebody", port=True)
    member = Phase("Member", initial=True)
    leader = Phase("Leader")
    lead = member.to(leader, when=~led)


class Team(Composition):
    sellers = Many(Seller)
    wiring = (sellers[Seller.led].fed_by(sellers.any_in(Seller.leader)),)


def test_who_is_not_the_only_one() -> None:
    (found,) = findings(Team)
    assert (found.code, found.place) == ("CLM582", "Team.sellers")
    assert [row.event for row in found.evidence[0].log] == ["@join", "@join"]
    assert not [one for one in findings(Customer) if one.code == "CLM582"]


def test_a_broken_promise_is_a_finding() -> None:
    class Careless(Customer):
        promises = never(contract.is_in(Contract.success))

    (found,) = findings(Careless)
    assert (found.code, found.severity, found.place) == ("CLM580", "error", "Careless.promises")
    assert found.evidence[0].replayed


def test_members_of_members_are_not_explored_and_that_is_said() -> None:
    class Inner(Composition, embedded=True):
        users = Many(User)

    class Outer(Composition):
        boxes = Many(Inner)
        team = Many(User)
        promises = never(team.any_in(User.active))

    (proof,) = prove(Outer)
    assert (proof.verdict, proof.limits) == ("undecided", ("each of the boxes has members of its own (users)",))
    assert [found.code for found in findings(Outer)] == ["CLM581"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (lambda: never(users.share_in(User.active) >= 80), "CLM117"),
        (lambda: never(users.count()), "CLM135"),
        (lambda: never(contract.is_in(Contract.lost) >= 1), "CLM135"),
        (lambda: never(users.share_in(Contract.lost) >= 0.5), "CLM136"),
        (lambda: never(users.count() >= "two"), "CLM135"),
        (lambda: never(contract.is_in(Contract.lost)).until(contract.is_in(Contract.trial)), "CLM121"),
        (lambda: never(Contract.lost), "CLM121"),
        (lambda: "never", "CLM121"),
    ],
)
def test_promises_that_say_nothing_are_refused_at_definition(written: object, code: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        type(Customer)("Wrong", (Customer,), _body(promises=written()))  # type: ignore[operator]
    assert {d.code for d in caught.value.diagnostics} == {code}
    assert all(d.place == "Wrong.promises" for d in caught.value.diagnostics)


def _body(**given: object) -> object:
    body = type(Customer).__prepare__("Wrong", (Customer,))
    for name, value in given.items():
        body[name] = value
    return body


def test_comparisons_are_promised_and_not_fed() -> None:
    with pytest.raises(DefinitionError, match="can be promised, but not fed"):

        class Wrong(Customer):
            wiring = (Customer.contract[Contract.sponsor].fed_by(Customer.users.count() >= 2),)

    with pytest.raises(DefinitionError, match="CLM113"):
        assert users.any_in(User.active)
