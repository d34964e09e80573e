"""Small compositions whose promises are known: each thing that promises may ask about, once."""

from clmstate import Composition, Event, Lifecycle, Many, One, Phase, Signal, anywhere, unless

__all__ = ["Contract", "Customer", "Product", "User"]


class User(Lifecycle):
    logins = Signal.count("login", default=0)
    decides = Signal.flag("decision maker", default=False)
    gone = Event("left the company")
    invited = Phase("Invited", initial=True)
    active = Phase("Active")
    left = Phase("Left", final=True)
    begin = invited.to(active, when=logins >= 5)
    stop = active.to(invited, when=logins < 2)
    leave = anywhere.to(left, on=gone)


class Product(Lifecycle):
    open_contract = Signal.flag("contract open", default=True, port=True)
    ready = Signal.flag("ready", default=False)
    setup = Phase("Set-up", initial=True)
    used = Phase("Used")
    paused = Phase("Paused")
    go_live = setup.to(used, when=ready & open_contract)
    pause = (setup | used).to(paused, when=~open_contract)


class Contract(Lifecycle):
    adopted = Signal.share("users active", port=True)
    sponsor = Signal.flag("sponsor", port=True)
    ended = Event("contract ended")
    trial = Phase("Trial", initial=True)
    running = Phase("Running")
    success = Phase("Success")
    alarm = Phase("Alarm")
    lost = Phase("Lost", final=True)
    begin = trial.to(running, when=adopted >= 0.5)
    succeed = running.to(success, when=adopted >= 0.8)
    relapse = success.to(running, when=unless(adopted >= 0.8))
    warn = (running | success).to(alarm, when=~sponsor)
    calm = alarm.to(running, when=sponsor)
    lose = anywhere.to(lost, on=ended)


class Customer(Composition):
    contract = One(Contract)
    products = Many(Product)
    users = Many(User)
    wiring = (
        contract[Contract.adopted].fed_by(users.share_in(User.active)),
        contract[Contract.sponsor].fed_by(users.where(User.decides).any_in(User.invited, User.active)),
        products[Product.open_contract].fed_by(~contract.is_in(Contract.lost)),
    )
