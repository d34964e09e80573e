"""Target markets, as agreed: what differs has a file of its own, and everything else is played as it was agreed for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clmstate.kernel import compiled
from clmstate.kernel.stand_in import standing_in
from clmstate.testing import Table, read_table_file, understand
from clmstate.testing.coverage import Asking, Watch, duties, settle
from models.dynamic import EnterpriseContract
from models.events import Agreement, LargeAgreement, SmallAgreement
from models.gap_analysis import Client, ConsumerClient
from models.journey import Account, SmallAccount
from models.management import EnterpriseRelationship, MidMarketRelationship, Relationship, SmallBusinessRelationship
from tests.models.scenarios import (
    enterprise,
    test_account_agreed,
    test_agreement_agreed,
    test_client_agreed,
    test_relationship_agreed,
)
from tests.models.scenarios.agreed import Agreed, Case, Way
from tests.models.scenarios.otherwise import Otherwise, days

HERE = Path(__file__).parent

MARKETS: list[tuple[Any, str, str]] = [
    (EnterpriseContract, "", "contract_enterprise.md"),
    (LargeAgreement, "agreement.md", ""),
    (SmallAgreement, "agreement.md", "agreement_small.md"),
    (ConsumerClient, "client.md", "client_consumer.md"),
    (SmallAccount, "account.md", "account_small.md"),
    (SmallBusinessRelationship, "relationship.md", "relationship_smb.md"),
    (MidMarketRelationship, "relationship.md", ""),
    (EnterpriseRelationship, "relationship.md", "relationship_enterprise.md"),
]


def agreed(general: str, own: str) -> list[Table]:
    """What holds of a market: its own scenarios take the place of those of the same title."""
    tables = {}
    for file in filter(None, (general, own)):
        tables |= {table.title: table for table in read_table_file(HERE / file)}
    return list(tables.values())


CHANGED, REVIEWED = Agreement.executive_changed, Agreement.review_held

PROVEN_FIRST = frozenset({("finding", "renew_quietly")})

OTHERWISE = {
    one.model: one
    for one in (
        Otherwise(EnterpriseContract, enterprise),
        Otherwise(
            LargeAgreement,
            test_agreement_agreed,
            told={"renewal_on": {days(120): days(180), days(121): days(181)}},
            past={Agreement.renewed: {120: 180, 121: 181}, CHANGED: {90: 60, 91: 61, 60: 40}, REVIEWED: {90: 60, 91: 61}},
            impossible=PROVEN_FIRST,
        ),
        Otherwise(
            SmallAgreement,
            test_agreement_agreed,
            told={"renewal_on": {days(120): days(60), days(121): days(61), days(100): days(50)}},
            past={Agreement.renewed: {120: 60, 121: 61}, CHANGED: {90: 120, 91: 121}, REVIEWED: {90: 120, 91: 121}},
            own=(
                Agreed(
                    (Agreement.question,),
                    Agreement.finding,
                    test_agreement_agreed.MANAGED | {"goal_progress": 0.5, "renewal_on": days(50)},
                    past={CHANGED: 100, REVIEWED: 120},
                ),
            ),
            impossible=PROVEN_FIRST,
        ),
        Otherwise(
            ConsumerClient,
            test_client_agreed,
            told={"trained": {0.5: 0.2, 0.49: 0.19, 0.4: 0.1}},
            # there is nobody to hold an event for, and nothing that could be undone
            gone=frozenset(
                (
                    "undo_setup from launch: as agreed",
                    "undo_setup from launch: not: set up",
                    "go_live from launch: what is not set up comes first",
                    "go_live from launch: not: launched too long ago",
                    "go_live from launch: not: never launched",
                )
            ),
            own=(
                Agreed(
                    (Client.go_live,),
                    Client.launch,
                    {"setup_done": True, "users_active": 0.6},
                    enough={"launched long ago": Case(past={Client.launched: 61})},
                    short={"what is not set up": Case({"setup_done": False})},
                ),
            ),
            ways={"go_live": Way(Client.launch, {"users_active": 0.6})},
            calm_in={
                path: {"setup_done": True, "trained": 0.1, "users_active": 0.4, "outcome": 0.5} for path in ("onboarding", "launch")
            },
        ),
        Otherwise(
            SmallAccount,
            test_account_agreed,
            told={"renewal_on": {days(120): days(60), days(121): days(61), days(100): days(50)}},
            past={Account.renewed: {120: 60, 121: 61}},
        ),
        Otherwise(
            SmallBusinessRelationship,
            test_relationship_agreed,
            told={"fit": {60: 40, 59: 39, 50: 30}, "effort_days": {20: 2, 21: 3, 10: 1}},
            own=(
                Agreed(
                    (SmallBusinessRelationship.skip_talks,),
                    Relationship.engage,
                    {},
                    events=(SmallBusinessRelationship.trial_asked,),
                ),
            ),
            ways={"skip_talks": Way(Relationship.engage, event=SmallBusinessRelationship.trial_asked)},
        ),
        Otherwise(MidMarketRelationship, test_relationship_agreed),
        Otherwise(
            EnterpriseRelationship,
            test_relationship_agreed,
            told={
                "fit": {70: 80, 60: 75, 59: 74},
                "effort_days": {20: 60, 21: 61, 30: 90},
                "users_active": {0.8: 0.7, 0.79: 0.69, 0.5: 0.3, 0.49: 0.29, 0.4: 0.2},
            },
        ),
    )
}
"""How each market differs from what was agreed of all of them."""


@pytest.mark.parametrize(("model", "general", "own"), MARKETS, ids=lambda each: getattr(each, "__name__", ""))
def test_everything_that_a_market_can_show_is_shown(model: Any, general: str, own: str) -> None:
    """Scenarios, what was agreed as it holds here, and every pair: no phase, transition, outcome, leaf or limit is left."""
    watch = Watch([model.definition])
    with standing_in(watch.engines):
        for table in agreed(general, own):
            understand(model, table).play()
        if model in OTHERWISE:
            OTHERWISE[model].play()
    asking = Asking(compiled(model.definition).program)
    ledger = settle(asking, watch.seen[model.definition.name], *duties(asking))
    assert [duty.words for duty in ledger.missing()] == []
