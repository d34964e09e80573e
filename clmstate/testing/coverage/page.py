"""Coverage as one HTML page: what was seen of each model, every transition with what is still owed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from clmstate.conditions import words
from clmstate.lifecycle import ANYWHERE, LifecycleDefinition
from clmstate.testing.coverage.obligations import KINDS, Duty, Ledger

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --dim: #5b6776; --line: #d9dfe6; --paper: #ffffff; --good: #1b7f4d; --bad: #b3261e;
  --goodbg: #e6f4ec; --badbg: #fdeceb; --bar: #2f9e6b; --track: #e7ebf0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --dim: #9aa7b6; --line: #303a46; --paper: #12171d; --good: #6fd3a0;
  --bad: #ff9c93; --goodbg: #15301f; --badbg: #3a1a18; --bar: #35b27a; --track: #263039; } }
* { box-sizing: border-box } body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem } h1 { font-size: 1.6rem; margin: 0 0 .25rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line) } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem }
p { margin: .25rem 0 1rem; color: var(--dim) } .wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; color: var(--dim); font-size: .85rem } td.n, th.n { text-align: right; white-space: nowrap }
.bar { display: inline-block; width: 6rem; height: .5rem; border-radius: .25rem; background: var(--track); overflow: hidden; vertical-align: middle }
.bar i { display: block; height: 100%; background: var(--bar) } .full { color: var(--good) } .part { color: var(--bad) }
.chip { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: .85rem; background: var(--goodbg); color: var(--good) }
.chip.none { background: var(--badbg); color: var(--bad) } ul { margin: .25rem 0 0; padding-left: 1.1rem } li { color: var(--bad) }
.rule { color: var(--dim); font-size: .9rem } a { color: inherit } td:first-child { min-width: 13rem } dl { margin: .5rem 0 1rem; font-size: .9rem }
dt { font-weight: 600 } dd { margin: 0 0 .35rem; color: var(--dim) } details { margin-top: .75rem } summary { cursor: pointer; color: var(--dim) } details li { color: var(--dim) }
"""

_MEANING = {
    "outcome": "the condition was asked, and was true, false, unknown",
    "mcdc": "each leaf of the condition was seen to decide alone: two customers alike in all other leaves, one of whom moved",
    "boundary": "values at a limit, and one step beyond it",
    "pair": "one transition right after another",
    "wire": "what a port was fed",
}


def page(ledgers: Sequence[Ledger], lifecycles: Mapping[str, LifecycleDefinition]) -> str:
    """The page.

    Example:
        >>> page([Ledger("Deal", (), frozenset(), (), {})], {}).startswith("<!doctype html>")
        True
    """
    body = [
        "<h1>Lifecycle coverage</h1>",
        "<p>What ordinary tests saw of each model. What no customer can ever show is left out.</p>",
        _overview(ledgers),
        _legend(ledgers),
        *(_model(ledger, lifecycles.get(ledger.model)) for ledger in ledgers),
    ]
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>Lifecycle coverage</title><style>{_STYLE}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def _overview(ledgers: Sequence[Ledger]) -> str:
    kinds = [kind for kind in KINDS if any(ledger.count(kind)[1] for ledger in ledgers)]
    head = "".join(f"<th class='n'>{escape(KINDS[kind])}</th>" for kind in kinds)
    rows = []
    for ledger in ledgers:
        cells = "".join(_cell(*ledger.count(kind)) for kind in kinds)
        percent = int(ledger.percent() * 10) / 10
        bar = f"<span class='bar'><i style='width:{percent}%'></i></span>"
        rows.append(
            f"<tr><td><a href='#{escape(ledger.model)}'>{escape(ledger.model)}</a></td>{cells}<td class='n'>{bar} {percent:.1f} %</td></tr>"
        )
    return f"<div class='wide'><table><tr><th>model</th>{head}<th class='n'>total</th></tr>{''.join(rows)}</table></div>"


def _legend(ledgers: Sequence[Ledger]) -> str:
    counted = [kind for kind in _MEANING if any(ledger.count(kind)[1] for ledger in ledgers)]
    told = "".join(f"<dt>{escape(KINDS[kind])}</dt><dd>{escape(_MEANING[kind])}</dd>" for kind in counted)
    return f"<details><summary>What is counted</summary><dl>{told}</dl></details>" if told else ""


def _cell(met: int, owed: int) -> str:
    if not owed:
        return "<td class='n'>·</td>"
    return f"<td class='n {'full' if met == owed else 'part'}'>{met} / {owed}</td>"


def _model(ledger: Ledger, definition: LifecycleDefinition | None) -> str:
    title = ledger.model if definition is None else definition.title
    parts = [f"<h2 id='{escape(ledger.model)}'>{escape(title)}</h2>"]
    if definition is None:
        parts.append(_list(ledger.missing()) or "<p>Everything was seen.</p>")
    else:
        parts += [_phases(ledger, definition), _transitions(ledger, definition)]
    if ledger.impossible:
        items = "".join(f"<li>{escape(duty.words)}</li>" for duty in ledger.impossible)
        parts.append(
            f"<details><summary>{len(ledger.impossible)} more that no customer can show, by proof</summary><ul>{items}</ul></details>"
        )
    return "".join(parts)


def _phases(ledger: Ledger, definition: LifecycleDefinition) -> str:
    chips = " ".join(
        f"<span class='chip{'' if ledger.hits.get(path) else ' none'}'>{escape(phase.label)} {ledger.hits.get(path, 0):,}</span>"
        for path, phase in definition.phases.items()
    )
    return f"<h3>Phases, and how often they were seen</h3><div>{chips}</div>"


def _transitions(ledger: Ledger, definition: LifecycleDefinition) -> str:
    kinds = ("outcome", "mcdc", "boundary", "pair")
    head = "".join(f"<th class='n'>{escape(KINDS[kind])}</th>" for kind in kinds)
    rows = []
    for name, transition in definition.transitions.items():
        sources = " or ".join("anywhere" if s == ANYWHERE else definition.places[s].label for s in transition.sources)
        way = f"stays in {sources}" if transition.stay else f"{sources} → {definition.places[transition.target].label}"
        rule = "" if transition.when is None else f"<div class='rule'>{escape(words(transition.when, definition))}</div>"
        owed = [duty for duty in ledger.owed if duty.of == name]
        cells = []
        for kind in kinds:
            some = [duty for duty in owed if duty.kind == kind]
            cells.append(_cell(sum(duty in ledger.met for duty in some), len(some)))
        missing = [duty for duty in owed if duty not in ledger.met]
        hits = ledger.hits.get(name, 0)
        chip = f"<span class='chip{'' if hits else ' none'}'>{hits:,}</span>"
        rows.append(
            f"<tr><td><b>{escape(name)}</b> <span class='rule'>{escape(way)}</span>{rule}{_list(missing)}</td>"
            f"<td class='n'>{chip}</td>{''.join(cells)}</tr>"
        )
    table = f"<tr><th>transition</th><th class='n'>taken</th>{head}</tr>{''.join(rows)}"
    return f"<h3>Transitions, in order of declaration</h3><div class='wide'><table>{table}</table></div>"


def _list(missing: Sequence[Duty]) -> str:
    if not missing:
        return ""
    items = "".join(f"<li>{escape(duty.words)}</li>" for duty in missing[:12])
    more = f"<li>and {len(missing) - 12} more</li>" if len(missing) > 12 else ""
    return f"<ul>{items}{more}</ul>"
