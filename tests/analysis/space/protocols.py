"""Protocols of the TLA+ Examples as models: what is known about their state spaces is known from TLC.

Vouchers: three identical lifecycles that nobody wires together. TCommit: resource managers that see each other through roll-ups. TwoPhase:
the same with a coordinator and messages. A message that was sent and not yet received is a state of its own there ("prepared" in `msgs`,
`tmPrepared`), so each manager has a lifecycle of its vote beside its own; commit and abort messages are sent for ever, so where the coordinator
stands says whether they were.
"""

from clmstate import Composition, Event, Lifecycle, Many, One, Phase, Signal, never


class Voucher(Lifecycle):
    issued, redeemed_, cancelled_ = Event("issued"), Event("redeemed"), Event("cancelled")
    phantom = Phase("Phantom", initial=True)
    active = Phase("Active")
    redeemed = Phase("Redeemed", final=True)
    cancelled = Phase("Cancelled", final=True)
    issue = phantom.to(active, on=issued)
    redeem = active.to(redeemed, on=redeemed_)
    cancel = active.to(cancelled, on=cancelled_)


class Vouchers(Composition):
    vouchers = Many(Voucher)


class Manager(Lifecycle):
    all_ready = Signal.flag("all prepared or committed", port=True)
    none_committed = Signal.flag("nobody has committed", port=True)
    prepares, commits, aborts = Event("prepares"), Event("commits"), Event("aborts")
    working = Phase("Working", initial=True)
    prepared = Phase("Prepared")
    committed = Phase("Committed", final=True)
    aborted = Phase("Aborted", final=True)
    prepare = working.to(prepared, on=prepares)
    commit = prepared.to(committed, on=commits, when=all_ready)
    abort = (working | prepared).to(aborted, on=aborts, when=none_committed)


class TCommit(Composition):
    managers = Many(Manager)
    wiring = (
        managers[Manager.all_ready].fed_by(managers.all_in(Manager.prepared, Manager.committed)),
        managers[Manager.none_committed].fed_by(managers.none_in(Manager.committed)),
    )
    promises = (never(managers.any_in(Manager.committed) & managers.any_in(Manager.aborted)),)


class Participant(Lifecycle):
    said_commit = Signal.flag("commit was sent", port=True)
    said_abort = Signal.flag("abort was sent", port=True)
    prepares, chooses_abort, hears_commit, hears_abort = (
        Event("prepares"),
        Event("chooses to abort"),
        Event("hears commit"),
        Event("hears abort"),
    )
    working = Phase("Working", initial=True)
    prepared = Phase("Prepared")
    committed = Phase("Committed")
    aborted = Phase("Aborted")
    prepare = working.to(prepared, on=prepares)
    choose = working.to(aborted, on=chooses_abort)
    commit = (working | prepared | aborted).to(committed, on=hears_commit, when=said_commit)
    abort = (working | prepared | committed).to(aborted, on=hears_abort, when=said_abort)


class Vote(Lifecycle):
    manager_prepared = Signal.flag("its manager is prepared", port=True)
    open_ = Signal.flag("the coordinator still collects", port=True)
    arrives = Event("vote arrives")
    unsent = Phase("Unsent", initial=True)
    sent = Phase("Sent")
    counted = Phase("Counted")
    post = unsent.to(sent, when=manager_prepared)
    count = sent.to(counted, on=arrives, when=open_)


class Site(Composition, embedded=True):
    manager = One(Participant)
    vote = One(Vote)
    wiring = (vote[Vote.manager_prepared].fed_by(manager.is_in(Participant.prepared)),)


class Coordinator(Lifecycle):
    all_counted = Signal.flag("all votes are in", port=True)
    decides_commit, decides_abort = Event("decides to commit"), Event("decides to abort")
    collecting = Phase("Collecting", initial=True)
    committed = Phase("Committed")
    aborted = Phase("Aborted")
    commit = collecting.to(committed, on=decides_commit, when=all_counted)
    abort = collecting.to(aborted, on=decides_abort)


class TwoPhase(Composition):
    coordinator = One(Coordinator)
    sites = Many(Site)
    wiring = (
        coordinator[Coordinator.all_counted].fed_by(sites.vote.all_in(Vote.counted)),
        sites.manager[Participant.said_commit].fed_by(coordinator.is_in(Coordinator.committed)),
        sites.manager[Participant.said_abort].fed_by(coordinator.is_in(Coordinator.aborted)),
        sites.vote[Vote.open_].fed_by(coordinator.is_in(Coordinator.collecting)),
    )
    promises = (never(sites.manager.any_in(Participant.committed) & sites.manager.any_in(Participant.aborted)),)
