"""A name of another lifecycle is said to be of that lifecycle, whether it stands in one of its groups or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clmstate import DefinitionError, Lifecycle, Phase, Signal


class User(Lifecycle):
    logins = Signal.count("login")
    invited = Phase("Invited", initial=True)

    class working(Phase.Group):
        active = Phase("Active", initial=True)


class loose(Phase.Group):
    active = Phase("Active", initial=True)


@pytest.mark.parametrize(
    ("go", "said"),
    [
        (lambda new: new.to(User.invited), "'invited' of User, which is another lifecycle"),
        (lambda new: new.to(User.working), "'working' of User, which is another lifecycle"),
        (lambda new: new.to(User.working.active), "'working.active' of User, which is another lifecycle"),
        (lambda new: new.to(User.working.resume), "'working' of User, which is another lifecycle"),
        (User.working.to, "'working' of User, which is another lifecycle"),
        (lambda new: new.to(loose), "'loose' of a group that stands in no lifecycle"),
        (lambda new: new.to(loose.active), "'loose.active' of a group that stands in no lifecycle"),
    ],
)
def test_a_foreign_phase_is_said_to_be_of_its_lifecycle(go: Callable[[Phase], Any], said: str) -> None:
    with pytest.raises(DefinitionError) as raised:

        class Deal(Lifecycle):
            new = Phase("New", initial=True)
            leave = go(new)

    assert [d.cause for d in raised.value.diagnostics] == [f"it uses {said}"]
