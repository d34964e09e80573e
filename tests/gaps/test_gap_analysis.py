"""The four steps of the gap analysis: from a model, from what the team says, and from replayed customers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import models
from clmstate import Composition, Days, InputError, Lifecycle, Many, One, Phase, Risk, Signal, SuccessGap
from clmstate.cli import main
from clmstate.gaps import FIRST_YEAR, alive_in, gap_analysis, markdown, read_team_input, seen_in
from clmstate.replay import Log, Row, read_log
from clmstate.signals import instant
from models.gap_analysis import Client

FOLDER = Path(models.__file__).parent / "gap_analysis"
MODEL, LOG, TEAM = str(FOLDER / "client.py"), str(FOLDER / "clients.csv"), str(FOLDER / "team_input.csv")


class Deal(Lifecycle):
    silent = Signal.flag("silent", default=False)
    live = Signal.flag("live", default=False)
    trial = Phase("Trial", initial=True, goal="we try it", owner="Sales", expected=Days(7, 14))
    paying = Phase("Paying", standing="good")
    pay = trial.to(paying, when=live)
    stop = paying.to(trial, when=~live)
    quiet = Risk("Nobody answers", sign=silent, phases=[trial], interval=Days(45))
    vague = Risk("Something is wrong")
    idle = SuccessGap("Idle", ours="it runs", theirs="it helps", when=live)


def days(*told: tuple[str, str, dict[str, bool]]) -> Log:
    return Log("deals.csv", tuple(Row(who, instant(at), values=values) for who, at, values in told))


def test_stays_are_measured_finished_and_open() -> None:
    seen = seen_in(
        Deal,
        days(
            ("Acme", "2026-01-01", {}),
            ("Acme", "2026-01-11", {"live": True}),
            ("Acme", "2026-02-10", {"live": False, "silent": True}),
            ("Birch", "2026-01-01", {"silent": True}),
            ("Birch", "2026-02-10", {"live": True}),
        ),
    )
    assert seen.customers == 2
    assert seen.stays["trial"].days == (10, 40)
    assert (seen.stays["trial"].open, seen.stays["paying"].open) == (1, 1)
    assert seen.stays["trial"].variable
    assert seen.stays["paying"].days == (30,)
    assert seen.signs["quiet", "trial"] == ("Acme", "Birch")
    assert ("quiet", "paying") not in seen.signs
    assert seen.gaps["idle"] == ("Acme", "Birch")


class Person(Lifecycle):
    seen = Signal.flag("seen", default=False)
    new = Phase("New", initial=True, goal="I know why", owner="Support")
    live = Phase("Paying", standing="good")
    come = new.to(live, when=seen)
    shy = Risk("Never came", sign=~seen, phases=[new], interval=Days(10))


class Site(Composition):
    deal = One(Deal)
    people = Many(Person)


class Group(Composition):
    """Members that are compositions themselves."""

    sites = Many(Site)


def told(part: str, who: str, at: str, event: str = "", **values: bool) -> Row:
    return Row("Acme", instant(at), part, who, event, values={f"{part}.{name}": value for name, value in values.items()})


WHOLE = Log(
    "sites.csv",
    (
        told("deal", "", "2026-01-01"),
        told("people", "dana", "2026-01-01", "@join"),
        told("people", "eli", "2026-01-11", "@join", seen=True),  # passes through
        told("people", "dana", "2026-01-21", seen=True),
        told("deal", "", "2026-01-31", live=True),
        told("people", "dana", "2026-02-10", "@leave"),
        told("deal", "", "2026-03-01"),
    ),
)


def test_the_parts_of_a_whole_customer_are_measured_together() -> None:
    seen = seen_in(Site, WHOLE)
    assert seen.customers == 1
    assert seen.stays["deal.trial"].days == (30,)
    assert (seen.stays["people.new"].days, seen.stays["people.live"].days) == ((20,), (20,))  # who leaves has left the phase
    assert (seen.stays["people.live"].open, seen.stays["people.new"].open) == (1, 0)
    assert seen.signs["people.shy", "people.new"] == ("Acme, people/dana",)
    assert seen.gaps["deal.idle"] == ("Acme",)


def test_each_step_goes_through_the_parts_of_a_whole_customer(tmp_path: Path) -> None:
    team = tmp_path / "team.csv"
    team.write_text(
        "team,interval,kind,phase,text\nSales,day 10,pain,New,slow\nSales,day 10,risk,people: new,slower\nSales,,risk,deal: Paying,x\n"
    )
    analysis = gap_analysis(Site, read_team_input(team, Site.definition), seen_in(Site, WHOLE))
    assert [analysis.phase_label(phase.path) for phase in analysis.phases] == [
        "deal: Trial",
        "deal: Paying",
        "people: New",
        "people: Paying",
    ]
    by = {concern.question: concern for concern in analysis.concerns}
    assert by["Is the work defined?"].where[-2:] == ("people, New: no touchpoint", "people, Paying: no goal")
    assert analysis.unwatched == ("deal: Paying", "people: Paying")
    assert analysis.hot[0].where == "people: New"
    assert analysis.unheard == ("Support",)
    assert [(gap.part, gap.customers) for gap in analysis.gaps] == [("deal", ("Acme",))]
    assert analysis.pinned(FIRST_YEAR[0])["warning sign"] == ["Never came"]
    assert "### people: New" in markdown(analysis)
    team.write_text("team,interval,kind,phase,text\nSales,,risk,Paying,x\nSales,,risk,Payin,x\n")
    with pytest.raises(InputError) as refused:
        read_team_input(team, Site.definition)
    assert [d.remedy for d in refused.value.diagnostics] == [
        "say deal: Paying or people: Paying",
        "known are: deal: Paying, deal: Trial, people: New, people: Paying",
    ]


def test_members_of_members_are_counted() -> None:
    rows = (
        told("sites", "jena", "2026-01-01", "@join"),
        told("sites.people", "jena/dana", "2026-01-01", "@join"),
        told("sites.people", "jena/dana", "2026-01-31", seen=True),
    )
    log = Log("groups.csv", rows)
    assert seen_in(Group, log).stays["sites.people.new"].days == (30,)
    assert str(alive_in(Group, log)["Person", "transition", "come"]) == "groups.csv: Acme, 2026-01-31"
    assert ("Group", "part", "sites") in alive_in(Group, log)
    assert ("Site", "part", "people") in alive_in(Group, log)


def test_what_a_model_leaves_open_is_said() -> None:
    analysis = gap_analysis(Deal)
    by = {concern.question: concern for concern in analysis.concerns}
    assert by["Is the work defined?"].where == ("Trial: no touchpoint", "Paying: no goal")
    assert by["Is the effort known?"].where == ("Paying: no expected length",)
    assert by["Are roles clear?"].where == ("Paying: no owner",)
    assert not by["Do times vary?"].asked
    assert by["Is it clear what to do after going live?"].where == ("Paying: nobody is due to talk to them",)
    assert analysis.unwatched == ("Paying",)  # a risk without a sign warns nobody
    assert analysis.gaps[0].lacks == ("plan", "cost")
    assert analysis.build_next == "stages: Paying has no goal"
    assert analysis.said is None


def test_everything_is_pinned_to_its_interval() -> None:
    analysis = gap_analysis(Client, read_team_input(TEAM, Client.definition))
    second = analysis.pinned(FIRST_YEAR[2])
    assert second["warning sign"] == ["Agreed, but not done", "They do not believe the numbers"]
    assert len(second["success gap"]) == 3
    assert "the same question about exports every week" in second["pain point"]
    pinned = sum(len(texts) for interval in (*FIRST_YEAR, None) for texts in analysis.pinned(interval).values())
    assert pinned == 13 + len(Client.definition.risks) + len(Client.definition.gaps)


def test_anonymous_means_nobody_and_no_team() -> None:
    text = markdown(gap_analysis(Client, read_team_input(TEAM, Client.definition), anonymous=True))
    assert "Edda" not in text
    assert "exports" in text
    step = text.split("## 2.")[1].split("## 3.")[0]
    assert "| Support |" not in step


def test_yaml_says_the_same_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "team.yaml"
    path.write_text("- team: Support\n  interval: day 45\n  kind: pain point\n  phase: Engagement\n  text: too many steps\n")
    (said,) = read_team_input(path, Client.definition)
    other = tmp_path / "team.csv"
    other.write_text("team,interval,kind,phase,text\nSupport,first quarter,Pain,engagement,too many steps\n")
    assert read_team_input(other, Client.definition) == (said,)


def test_all_mistakes_of_a_file_are_said_together(tmp_path: Path) -> None:
    path = tmp_path / "team.csv"
    path.write_text("team,interval,kind,phase,text\nSales,first moth,pane,Engagment,\n,always,risk,,fine\n")
    with pytest.raises(InputError) as refused:
        read_team_input(path, Client.definition)
    assert [d.code for d in refused.value.diagnostics] == ["CLM365"] * 4
    text = str(refused.value)
    assert "Did you mean 'first month'" in text
    assert "Did you mean 'Engagement'?" in text


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("team.txt", "x", "CLM303"),
        ("team.csv", "team,kind,text\nSales,risk,x\n", "CLM304"),
        ("team.csv", "team,interval,kind,text,mood\nSales,always,risk,x,y\n", "CLM305"),
        ("team.yaml", "team: Sales", "CLM302"),
        ("team.yaml", "- [", "CLM302"),
    ],
)
def test_files_that_are_no_team_input_are_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_team_input(path, Client.definition)
    assert refused.value.diagnostics[0].code == code
    with pytest.raises(InputError):
        read_team_input(tmp_path / "nowhere.csv", Client.definition)


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")  # else words of neighbouring columns stand between each other
    assert main(["gaps", MODEL, "--team", TEAM, "--log", LOG]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in ("4 replayed customers", "Improve soon Engagement, second quarter: 4 pains and risks", "Not heard yet Management"):
        assert words in told
    assert main(["gaps", MODEL, "--log", LOG, "--rises", "users_active"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "rules ask for at least: Engagement 50 %, Measurement 80 %, Growth 80 %" in told
    assert "customers have on average: Launch 29 %, Engagement 54 %" in told
    assert main(["gaps", MODEL, "--rises", "user_active"]) == 2
    assert "Did you mean 'users_active'" in capsys.readouterr().err
    assert main(["gaps", MODEL]) == 0
    assert "Nobody was asked yet" in capsys.readouterr().out
    assert main(["gaps", MODEL, "--team", TEAM, "--log", LOG, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["customers"] == 4
    assert data["team_input"]["unheard"] == ["Management"]
    assert data["risks"][0]["phase"] == "presales"
    assert main(["gaps", MODEL, "--md"]) == 0
    assert capsys.readouterr().out.startswith("# Gap analysis: Client")


def test_slides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pptx import Presentation

    out = tmp_path / "gaps.pptx"
    assert main(["gaps", MODEL, "--team", TEAM, "--log", LOG, "--pptx", str(out)]) == 0
    said = [" ".join(shape.text for shape in slide.shapes if shape.has_text_frame) for slide in Presentation(str(out)).slides]
    assert "Gap analysis: Client" in said[0]
    assert "median 77 days, from 14 to 126" in said[1]
    assert "the same question about exports every week" in said[2]
    assert "Management" in said[3]
    assert any("Key skills are missing" in slide for slide in said)
    assert "second quarter, day 91 to 180" in said[-1]
    assert main(["gaps", MODEL, "--pptx", str(tmp_path / "gaps.ppt")]) == 2
    assert "CLM346" in capsys.readouterr().err


def test_a_whole_customer_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    whole = str(FOLDER.parent / "events" / "customer.py")
    assert main(["gaps", whole, "--log", str(FOLDER.parent / "events" / "customers.csv")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for part in ("agreement: Onboarding", "products: In use", "users: Invited", "collaboration: Smooth"):
        assert part.partition(": ")[0] in said
    assert "2 replayed customers" in said
    assert main(["gaps", whole, "--rises", "users_started"]) == 2  # whose use it is must be said
    assert "CLM335" in capsys.readouterr().err


def test_the_sample_log_is_used_whole() -> None:
    assert seen_in(Client, read_log(LOG, Client)).rejected == 0
