"""Target markets, as agreed: what differs has a file of its own, and everything else is played as it was agreed for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clmstate.kernel.stand_in import standing_in
from clmstate.testing import Table, read_table_file, understand
from clmstate.testing.coverage import Watch
from models.dynamic import EnterpriseContract
from models.events import LargeAgreement, SmallAgreement
from models.gap_analysis import ConsumerClient
from models.journey import SmallAccount
from models.management import EnterpriseRelationship, MidMarketRelationship, SmallBusinessRelationship

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


@pytest.mark.parametrize(("model", "general", "own"), MARKETS, ids=lambda each: getattr(each, "__name__", ""))
def test_every_transition_of_a_market_is_taken_in_a_scenario(model: Any, general: str, own: str) -> None:
    watch = Watch([model.definition])
    with standing_in(watch.engines):
        for table in agreed(general, own):
            understand(model, table).play()
    assert [name for name in model.definition.transitions if not watch.seen[model.definition.name].taken[name]] == []
