"""freeze, and frozen definitions as models."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from tests import processes
from tests.cli.conftest import Ran

Run = Callable[..., Ran]


def test_what_is_frozen_is_a_model_like_any_other(run: Run, folder: Path) -> None:
    ran = run("freeze", "deal.py", "--out", "kept/deal.json")
    assert (ran.code, ran.err) == (0, "")
    assert "Deal → kept/deal.json" in ran.out
    text = (folder / "kept" / "deal.json").read_text()
    assert run("freeze", "kept/deal.json", "--out", "-").out == text
    (folder / "deal.py").unlink()
    assert "Deal  kept/deal.json  3 phases" in run("check", "kept/deal.json").out
    assert "healthy" in run("show", "kept/deal.json:Deal").out
    assert "Fresh → Won" in run("walk", "kept/deal.json", "acme.csv").out.replace("Acme", "")
    assert run("draw", "kept/deal.json", "--out", "deal.svg").code == 0


def test_a_frozen_model_is_checked_as_its_source_is(run: Run, folder: Path) -> None:
    """What the model accepts, and why, is said of both."""
    source = str(Path(__file__).parents[2] / "models" / "dynamic" / "contract.py")
    run("freeze", f"{source}:Contract", "--out", "contract.json")
    assert (folder / "contract.json").is_file()
    told = [run("check", model, "--json").document for model in (source, "contract.json")]
    for document in told:
        del document["lifecycles"][0]["source"]
    assert told[0] == told[1]
    accepted = {f"{one['code']} {one['about'][0]}": one["accepted"] for one in told[1]["findings"] if one["accepted"]}
    assert list(accepted) == ["CLM518 worry"]
    assert accepted["CLM518 worry"].startswith("an NPS answer comes once a quarter at most")


def test_fingerprints_are_told(run: Run, folder: Path) -> None:
    document = run("freeze", "deal.py:Deal", "--json").document
    assert document["out"] == "deal.json"
    assert document["fingerprint"] == json.loads((folder / "deal.json").read_text())["fingerprint"]


def test_what_is_wrong_with_a_frozen_definition_is_said(run: Run, folder: Path) -> None:
    run("freeze", "deal.py:Deal", "--out", "deal.json")
    text = (folder / "deal.json").read_text()
    (folder / "changed.json").write_text(text.replace(">=", ">", 1))
    (folder / "other.json").write_text("{}")
    assert "CLM374" in run("show", "changed.json").err
    assert run("check", "other.json").code == 1
    assert "CLM371" in run("check", "other.json").out
    assert "CLM330" in run("check", "no_such.json").err
    assert "CLM333" in run("show", "deal.json:Dael").err
    assert "Did you mean 'deal.json'" in run("show", "dael.json").err


def test_nothing_is_half_written(run: Run, folder: Path) -> None:
    (folder / "file").write_text("")
    ran = run("freeze", "deal.py:Deal", "--out", "file/deal.json")
    assert (ran.code, "CLM307" in ran.err) == (2, True)
    assert sorted(p.name for p in folder.iterdir() if p.name != "__pycache__") == ["acme.csv", "deal.py", "file"]


def changed(folder: Path) -> None:
    text = (folder / "deal.py").read_text()
    (folder / "later.py").write_text(text.replace(">= 70", ">= 80").replace('Phase("Won", owner=CSM', 'Phase("Won", owner="Sales"'))


def test_two_versions_are_compared_word_by_word(run: Run, folder: Path) -> None:
    changed(folder)
    ran = run("diff", "deal.py:Deal", "later.py:Deal")
    out = " ".join(ran.out.split())
    assert ran.code == 0
    assert "Deal of deal.py → Deal of later.py" in out
    assert "when contract signed and health at least [-70-]{+80+} stronger: true for fewer customers" in out
    assert "true only before contract signed yes, health 70" in out
    assert "owner [-CSM-]{+Sales+}" in out
    assert "owner" not in run("diff", "deal.py:Deal", "later.py:Deal", "--rules").out
    assert "~~70~~ **80**" in run("diff", "deal.py:Deal", "later.py:Deal", "--md").out
    (win,) = [c for c in run("diff", "deal.py:Deal", "later.py:Deal", "--json").document["changes"] if c["name"] == "win"]
    assert win["verdict"] == {"relation": "stronger", "only_old": {"contract signed": "yes", "health": "70"}}
    assert ["+", "80"] in win["aspects"][0]["words"]
    assert run("diff", "deal.py:Deal", "later.py:Deal", "--exit-code").code == 1
    assert "Nothing is different" in run("diff", "deal.py:Deal", "deal.py:Deal", "--exit-code").out


def test_what_is_renamed_is_compared_under_its_new_name(run: Run, folder: Path) -> None:
    (folder / "later.py").write_text((folder / "deal.py").read_text().replace("won ", "live ").replace(".to(won", ".to(live"))
    out = run("diff", "deal.py:Deal", "later.py:Deal", "--as", "won=live").out
    assert "name [-won-]{+live+}" in " ".join(out.split())
    assert "removed" not in out
    assert "- won" not in out
    assert "CLM377" in run("diff", "deal.py:Deal", "later.py:Deal", "--as", "wno=live").err


def test_what_is_probably_renamed_is_told(run: Run, folder: Path) -> None:
    (folder / "new.py").write_text((folder / "deal.py").read_text().replace("won =", "in_use =").replace("to(won", "to(in_use"))
    told = " ".join(run("diff", "deal.py:Deal", "new.py:Deal").out.split())
    assert "Only called otherwise? Then compare with --as won=in_use" in told
    assert "Only called otherwise" not in run("diff", "deal.py:Deal", "new.py:Deal", "--as", "won=in_use").out


def test_a_revision_of_the_repository_is_a_version(run: Run, folder: Path) -> None:
    def git(*words: str) -> None:
        processes.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    git("add", "deal.py")
    git("commit", "-q", "-m", "first")
    changed(folder)
    (folder / "later.py").rename(folder / "deal.py")
    out = run("diff", "git:HEAD", "deal.py:Deal").out
    assert "Deal of git:HEAD → Deal of deal.py" in out
    assert "[-70-]{+80+}" in out
    assert "Nothing is different" in run("diff", "git:HEAD:deal.py:Deal", "git:HEAD:deal.py:Deal").out
    assert "CLM376 git:nowhere" in run("diff", "git:nowhere", "deal.py").err
    assert "CLM376 git:: no revision" in run("diff", "git:", "deal.py").err
    assert "CLM330 git:HEAD, later.py" in run("diff", "git:HEAD:later.py", "deal.py:Deal").err


def test_customers_migrate(run: Run, folder: Path) -> None:
    (folder / "later.py").write_text((folder / "deal.py").read_text().replace("won ", "live ").replace(".to(won", ".to(live"))
    made = "import json; from deal import Deal; d = Deal('Acme'); d.observe(at='2026-01-01', signed=True, health=80)"
    processes.run([sys.executable, "-c", f"{made}; json.dump(d.snapshot(), open('acme.json', 'w'))"], cwd=folder, check=True)
    ran = run("migrate", "deal.py:Deal", "later.py:Deal", "acme.json")
    assert (ran.code, "Did you mean --as won=live" in ran.err) == (2, True)
    ran = run("migrate", "deal.py:Deal", "later.py:Deal", "acme.json", "--as", "won=live")
    assert (ran.code, ran.err) == (0, "")
    assert "phase  Deal.won  →  live" in ran.out
    assert json.loads((folder / "migrated" / "acme.json").read_text())["phase"] == "live"
    (folder / "map.json").write_text('{"won": "live"}')
    assert run("migrate", "deal.py:Deal", "later.py:Deal", "--map", "map.json", "--json").document["map"][1]["new"] == "live"
    (folder / "bad.json").write_text('{"format": "clmstate-snapshot-1", "lifecycle": "Other"}')
    ran = run("migrate", "deal.py:Deal", "later.py:Deal", "acme.json", "bad.json", "--as", "won=live", "--out", "else")
    assert (ran.code, "CLM378 bad.json" in ran.err, (folder / "else").exists()) == (2, True, False)
    assert "CLM342 --as" in run("migrate", "deal.py:Deal", "later.py:Deal", "--as", "won").err


def test_approvals_are_stale_when_a_rule_changes(run: Run, folder: Path) -> None:
    assert "Nobody has approved it yet" in run("approve", "deal.py:Deal").out
    assert run("approve", "deal.py:Deal", "--check").code == 1
    ran = run("approve", "deal.py:Deal", "--by", "Dana, VP CS", "--note", "go", "--on", "2026-01-30")
    assert (ran.code, ran.err) == (0, "")
    assert "Dana, VP CS  2026-01-30  stands" in ran.out
    text = (folder / "deal.py").read_text()
    (folder / "words.py").write_text(text.replace('"Fresh"', '"Brand new"'))
    (folder / "rules.py").write_text(text.replace(">= 70", ">= 80"))
    assert "stands; words, people or notes have changed" in run("approve", "words.py:Deal", "--check").out
    ran = run("approve", "rules.py:Deal", "--check", "--json")
    assert (ran.code, [a["state"] for a in ran.document["approvals"]]) == (1, ["stale"])
    run("approve", "rules.py:Deal", "--by", "Dana, VP CS")
    assert len(json.loads((folder / "approvals.json").read_text())["approvals"]) == 1
    (folder / "approvals.json").write_text("[]")
    assert "CLM371 approvals.json" in run("approve", "deal.py:Deal").err
    assert "CLM343" in run("approve", "deal.py:Deal", "--note", "x", "--file", "none.json").err
