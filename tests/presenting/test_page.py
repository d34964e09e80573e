"""The page in a real browser: every control, by mouse and by keys alone, heard and printed, and nothing leaves it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clmstate.presenting import page
from clmstate.replay import Log, Row, read_log
from clmstate.signals import DAY
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests.presenting.hostile import BAD, Hostile, HostileCustomer

MODELS = Path(__file__).parents[2] / "models" / "dynamic"
Open = Callable[..., Any]


@cache
def contract_page() -> str:
    return page(Contract, read_log(MODELS / "acme.csv", Contract), "Acme")


@cache
def customer_page() -> str:
    return page(Customer, read_log(MODELS / "customer_acme.csv", Customer))


@pytest.fixture(scope="module")
def shared(opened: Open) -> Any:
    return opened(contract_page())


@pytest.fixture
def acme(shared: Any) -> Any:
    """The contract's page with Acme on it, as it is right after opening."""
    shared.page.reload()
    shared.page.wait_for_selector("html[data-ready]", state="attached")
    shared.requests.clear()
    yield shared
    assert shared.complaints == []
    assert shared.requests == []


@pytest.fixture(scope="module")
def composed(opened: Open) -> Any:
    return opened(customer_page())


def test_it_is_one_file_that_asks_for_nothing(opened: Open) -> None:
    for html in (contract_page(), customer_page()):
        assert len(html.encode()) < 1_000_000
        found = opened(html)
        assert len(found.requests) == 1  # the file itself
        assert found.complaints == []
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)


def test_a_phase_is_read_by_pointing_at_it(acme: Any) -> None:
    acme.page.click("#map .card[data-id=onboarding]")
    said = acme.text("#panel-phase")
    for word in (
        "“How do we get live?”",
        "We see a first result",
        "Kick-off call",
        "Implementation",
        "setup signed off and users adopted at least 50 %",
    ):
        assert word in said
    assert "Adoption review" not in said
    assert acme.page.get_attribute("#map .card[data-id=onboarding]", "aria-pressed") == "true"


def test_a_rule_is_read_by_pointing_at_it(acme: Any) -> None:
    acme.page.click("#map .pill[data-id='rule go_live']")
    assert acme.page.locator(".leaflet.chosen .rule.lit").get_attribute("data-rule") == "go_live"


def test_the_map_zooms_pans_and_comes_back(acme: Any) -> None:
    whole = acme.view()
    acme.page.click("#closer")
    closer = acme.view()
    assert closer[2] < whole[2]
    acme.page.click("#further")
    assert acme.view()[2] > closer[2]
    acme.page.mouse.move(500, 650)
    acme.page.mouse.wheel(0, -300)
    acme.page.wait_for_function("document.querySelector('#map svg').viewBox.baseVal.width < " + str(whole[2]))
    before = acme.view()
    acme.page.mouse.down()
    acme.page.mouse.move(400, 600, steps=4)
    acme.page.mouse.up()
    assert acme.view()[0] > before[0]
    assert acme.view()[1] > before[1]
    acme.page.click("#fit")
    assert acme.view() == whole


def test_rules_are_shown_in_full_or_by_name(acme: Any) -> None:
    if acme.page.get_attribute("#words", "aria-pressed") == "true":
        acme.page.click("#words")
    assert "go live" in acme.page.text_content("#map svg .pill[data-id='rule go_live']")
    acme.page.click("#words")
    said = acme.page.text_content("#map svg .pill[data-id='rule go_live']")
    assert "setup signed" in said
    assert acme.page.get_attribute("#words", "aria-pressed") == "true"


def test_somebody_is_stepped_through_time(acme: Any) -> None:
    acme.page.fill("#when", "0")
    assert acme.text("#status").startswith("2026-01-12 · step 1 of 26")
    assert acme.page.is_disabled("#back")
    assert acme.page.get_attribute("#tab-customer", "aria-selected") == "true"
    said = acme.text("#panel-customer")
    assert "Stands in Onboarding" in said
    assert "✗" in said
    assert "setup signed off" in said
    for _ in range(4):
        acme.page.click("#next")
    assert acme.text("#status") == "2026-03-16 · step 5 of 26 · Onboarding → Adoption"
    assert "Hand over to Customer Success" in acme.text("#panel-customer")
    assert acme.page.locator("#map .pin text").text_content() == "Acme"
    assert acme.page.locator("#map .pill.taken").get_attribute("data-id") == "rule go_live"
    acme.page.click("#back")
    assert "step 4 of 26" in acme.text("#status")


def test_it_plays_to_the_end_and_pauses(acme: Any) -> None:
    acme.page.evaluate("clmstate.page.go(23)")
    acme.page.clock.install()
    acme.page.click("#play")
    assert acme.text("#play") == "Pause"
    acme.page.clock.run_for(1300)
    assert "step 25 of 26" in acme.text("#status")
    acme.page.click("#play")
    acme.page.clock.run_for(5000)
    assert "step 25 of 26" in acme.text("#status")
    acme.page.click("#play")
    acme.page.clock.run_for(9000)
    assert "step 26 of 26" in acme.text("#status")
    assert acme.text("#play") == "Play"


def test_values_events_and_days_are_tried(acme: Any) -> None:
    acme.page.fill("#when", "4")
    acme.page.click("#tab-whatif")
    assert acme.text("#answer").startswith("Stands in Adoption.")
    assert "users adopted at least 80 %" in acme.text("#missing")
    acme.page.fill("#try-users_adopted", "85")
    assert acme.text("#answer").startswith("Moves to Success.")
    assert "users adopted at least 80 %, no open escalations and on good terms" in acme.text("#answer")
    assert acme.page.locator("#map .pill.taken").count() == 1
    acme.page.fill("#try-users_adopted", "40")
    assert acme.text("#answer").startswith("Stays in Adoption")
    acme.page.check("#event-ended")
    assert acme.text("#answer").startswith("Moves to Churned.")
    acme.page.click("#reset")
    assert acme.text("#answer").startswith("Stands in Adoption.")
    acme.page.fill("#wait", "300")
    assert "Renewal: High risk" in acme.text("#answer")


def test_a_range_a_date_and_a_choice_are_tried(acme: Any) -> None:
    acme.page.fill("#when", "4")
    acme.page.click("#tab-whatif")
    acme.page.fill("#panel-whatif .field:has(#try-users_adopted) input[type=range]", "90")
    assert acme.page.input_value("#try-users_adopted") == "90"
    assert "was 55 %" in acme.text("#panel-whatif")
    acme.page.fill("#try-renewal_on", "2026-04-01")
    assert acme.text("#answer").startswith("Moves to Renewal: Happy.")
    acme.page.select_option("#try-sponsor", label="no")
    assert acme.text("#answer").startswith("Moves to Renewal: High risk.")
    assert "Decision maker gone" in acme.text("#answer")
    acme.page.fill("#try-health", "")
    acme.page.fill("#try-health", "900")
    assert acme.page.input_value("#try-health") == "100"


def test_teams_filter_the_map(acme: Any) -> None:
    acme.page.click("#teams button[data-team=Renewals]")
    faded = acme.page.eval_on_selector_all("#map .card.faded", "all => all.map(card => card.dataset.id)")
    assert sorted(faded) == ["adoption", "churned", "growth", "onboarding", "success"]
    assert "Renewals owns or contributes to 2 of 7 phases" in acme.text("#hint")
    acme.page.click("#teams button[data-team='']")
    assert acme.page.locator("#map .faded").count() == 0


def test_light_and_dark(acme: Any, opened: Open) -> None:
    shade = "getComputedStyle(document.body).backgroundColor"
    assert acme.page.evaluate(shade) == "rgb(255, 255, 255)"
    acme.page.click("#theme")
    assert acme.page.evaluate(shade) == "rgb(11, 18, 32)"
    assert acme.page.get_attribute("#map svg > rect", "fill") == "#0B1220"
    acme.page.click("#theme")
    night = opened(page(Contract), color_scheme="dark")
    assert night.page.evaluate(shade) == "rgb(11, 18, 32)"
    assert night.complaints == []


def test_parts_of_a_composition_are_switched(composed: Any) -> None:
    assert composed.page.get_attribute("#parts button[data-part=contract]", "aria-pressed") == "true"
    composed.page.click("#parts button[data-part=users]")
    assert composed.page.locator("#map .card[data-id=champion]").count() == 1
    composed.page.click("#tab-customer")
    composed.page.select_option("#who", "users/kai")
    assert "Acme: users/kai" in composed.text("#panel-customer")
    composed.page.click("#tab-whatif")
    composed.page.fill("#try-logins_28d", "0")
    assert composed.text("#answer").startswith("Moves to Dormant.")
    composed.page.click("#parts button[data-part=products]")
    assert "products/Analytics" in composed.text("#panel-whatif")
    assert composed.complaints == []


def focused(found: Any) -> str:
    return str(
        found.page.evaluate(
            "(document.activeElement.id || document.activeElement.dataset.id || document.activeElement.textContent).trim()"
        )
    )


def test_keys_alone_reach_and_use_everything(acme: Any) -> None:
    reached = []
    for _ in range(60):
        acme.page.keyboard.press("Tab")
        reached.append(focused(acme))
        if reached[-1] == "when":
            break
    for name in (
        "theme",
        "Everybody",
        "Sales",
        "closer",
        "further",
        "fit",
        "map",
        "onboarding",
        "churned",
        "tab-phase",
        "panel-phase",
        "back",
        "play",
        "when",
    ):
        assert name in reached, (name, reached)
    acme.page.focus("#map")
    whole = acme.view()
    for key in ("+", "ArrowRight", "ArrowDown"):
        acme.page.keyboard.press(key)
    assert acme.view()[0] > whole[0]
    acme.page.keyboard.press("0")
    assert acme.view() == whole
    acme.page.focus("#map .card[data-id=growth]")
    acme.page.keyboard.press("Enter")
    assert "What else could you do for us?" in acme.text("#panel-phase")
    acme.page.focus("#tab-phase")
    acme.page.keyboard.press("ArrowRight")
    assert focused(acme) == "tab-customer"
    acme.page.keyboard.press("End")
    assert acme.page.is_visible("#try")
    acme.page.keyboard.press("Home")
    assert acme.page.is_visible("#panel-phase")
    acme.page.focus("#when")
    acme.page.keyboard.press("Home")
    assert "step 1 of 26" in acme.text("#status")
    acme.page.keyboard.press("ArrowRight")
    assert "step 2 of 26" in acme.text("#status")


def test_a_card_that_gets_the_focus_comes_into_sight(acme: Any) -> None:
    for _ in range(6):
        acme.page.click("#closer")
    acme.page.focus("#map .card[data-id=onboarding]")
    x, y, width, height = acme.view()
    box = acme.page.evaluate("clmstate.page.map.boxOf(document.activeElement)")
    assert x <= box["x"] + box["width"] / 2 <= x + width
    assert y <= box["y"] + box["height"] / 2 <= y + height


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(acme: Any, composed: Any, *, dark: bool) -> None:
    sync_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = composed if dark else acme
    if dark:
        found.page.click("#theme")
    for tab in ("whatif",) if dark else ("phase", "customer", "whatif"):
        found.page.click(f"#tab-{tab}")
        wrong = sync_playwright.Axe().run(found.page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in wrong if each["impact"] in ("serious", "critical")] == []


def test_what_is_heard_is_said(acme: Any) -> None:
    tree = acme.page.locator("body").aria_snapshot()
    for word in (
        'heading "Contract"',
        'region "Map of the journey',
        'button "Onboarding. Implementation.',
        'tab "What if"',
        'button "Play"',
        "slider",
    ):
        assert word in tree, word


def test_everything_is_printed_in_light(acme: Any) -> None:
    acme.page.click("#theme")
    acme.page.emulate_media(media="print")
    assert acme.page.locator(".leaflet:visible").count() == len(Contract.definition.phases)
    assert not acme.page.is_visible("#player")
    acme.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert acme.page.evaluate("document.documentElement.dataset.theme") == "light"
    acme.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert acme.page.evaluate("document.documentElement.dataset.theme") == "dark"
    acme.page.emulate_media(media="screen")
    acme.page.click("#theme")


def test_without_scripts_the_words_remain(opened: Open) -> None:
    found = opened(contract_page(), java_script_enabled=False)
    assert found.page.locator(".leaflet:visible").count() == len(Contract.definition.phases)
    assert found.page.locator("button:visible").count() == 0


def test_a_small_screen_can_use_it(opened: Open) -> None:
    found = opened(contract_page(), viewport={"width": 390, "height": 800})
    found.page.click("#tab-whatif")
    assert found.page.is_visible("#answer")
    assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_hostile_text_is_text(opened: Open) -> None:
    rows = [
        Row("<b>Mallory</b>", 0, values={"ready": True}),
        Row("<b>Mallory</b>", DAY, values={"level": 3, "kind": BAD[0]}),
        Row("<b>Mallory</b>", 2 * DAY, event="over"),
    ]
    found = opened(page(Hostile, Log("</script>.csv", tuple(rows))))
    for tab in ("customer", "whatif", "phase"):
        found.page.click(f"#tab-{tab}")
    for step in range(3):
        found.page.evaluate(f"clmstate.page.go({step})")
    assert found.page.evaluate("window.hacked") is None
    assert found.page.locator("img").count() == 0
    assert found.page.locator("#panel b:text-is('bold')").count() == 0
    assert BAD[0] in found.text("h1")
    assert found.complaints == []
    assert len(found.requests) == 1
    other = opened(page(HostileCustomer))
    assert other.complaints == []
    assert len(other.requests) == 1
