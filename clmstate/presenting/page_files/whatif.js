// "What if": values to try on somebody, and what the model would do; the same meaning as the engines, on a copy.
"use strict";

class WhatIf {
  constructor(place, answered) {
    this.place = place;
    this.answered = answered; // called with the moves of the answer
  }

  /** Starts again from somebody's state. */
  start(meaning, words, state, who) {
    Object.assign(this, { meaning, words, who, model: meaning.model, told: {}, events: new Set(), wait: 0 });
    this.base = structuredClone(state);
    if (this.base.at === null) this.base.at = Math.floor(Date.now() / 86400000) * DAY;
    if (this.base.entered === null) this.base.entered = this.base.at;
    this.draw();
  }

  draw() {
    const here = this.model.phases[this.base.phase], deciding = this.deciding();
    const first = this.model.signals.filter((spec) => deciding.signals.has(spec.name)), rest = this.model.signals.filter((spec) => !deciding.signals.has(spec.name));
    const events = Object.keys(this.model.events);
    this.result = el("div", { role: "status", class: "answer still", id: "answer" });
    this.missing = el("div", { id: "missing" });
    const form = el("form", { id: "try" },
      el("p", {}, `${this.who} in `, el("b", {}, here.label), ` on ${date(this.base.at)}. Try values; nothing is kept.`),
      this.result,
      first.length ? el("fieldset", {}, el("legend", {}, "What decides here"), ...first.map((spec) => this.field(spec))) : null,
      events.length ? el("fieldset", {}, el("legend", {}, "What happens"), ...events.map((name) => this.happens(name))) : null,
      this.waiting(),
      rest.length ? el("details", {}, el("summary", {}, "Everything else that is known"), el("fieldset", {}, el("legend", {}, "Other values"), ...rest.map((spec) => this.field(spec)))) : null,
      this.missing,
      el("div", {}, el("button", { type: "button", id: "reset", onclick: () => this.start(this.meaning, this.words, this.base, this.who) }, "Start again")),
    );
    form.addEventListener("submit", (event) => event.preventDefault());
    this.place.replaceChildren(form);
    this.answer();
  }

  /** The signals that a way out of this phase reads. */
  deciding() {
    const signals = new Set(), seen = new Set();
    const term = (each) => { if (Array.isArray(each)) { if (["signal", "days_until", "days_since"].includes(each[0])) signals.add(each[1]); else each.slice(1).forEach(term); } };
    const look = (number) => {
      if (seen.has(number)) return;
      seen.add(number);
      const row = this.model.conditions[number];
      if (row.signal !== undefined) signals.add(row.signal);
      [row.left, row.right, row.term, row.low, row.high].forEach(term);
      (row.of ?? []).forEach(look);
    };
    for (const number of [...this.model.offered[this.base.phase], ...this.model.silent[this.base.phase]]) if (this.model.rules[number].when !== null) look(this.model.rules[number].when);
    return { signals };
  }

  field(spec) {
    const id = `try-${spec.name}`, now = this.base.values[spec.name], percent = ["share", "change"].includes(spec.kind), scale = percent ? 100 : 1;
    const was = el("span", { class: "was" }), box = el("div", { class: "field" });
    const set = (value) => {
      if (value === now) delete this.told[spec.name]; else this.told[spec.name] = value;
      box.classList.toggle("changed", spec.name in this.told);
      was.textContent = spec.name in this.told ? `was ${this.words.value(spec, now)}` : "";
      this.answer();
    };
    const label = el("label", { for: id, title: spec.help || null }, spec.kind === "count" ? spec.many : spec.label, spec.port ? " (fed by other parts)" : "", percent ? ", %" : spec.unit ? `, ${spec.unit}` : "");
    if (spec.kind === "flag" || spec.kind === "choice") {
      const options = spec.kind === "flag" ? [["yes", true], ["no", false]] : spec.choices.map((each) => [each, each]);
      if (spec.default === null) options.push(["unknown", null]);
      const select = el("select", { id }, ...options.map(([said], index) => el("option", { value: index }, said)));
      select.value = String(options.findIndex(([, value]) => value === now));
      select.addEventListener("change", () => set(options[Number(select.value)][1]));
      box.append(label, select, was);
      return box;
    }
    if (spec.kind === "date") {
      const input = el("input", { id, type: "date", value: now === null ? "" : date(now).slice(0, 10) });
      input.addEventListener("change", () => set(input.value ? Date.parse(`${input.value}T00:00:00Z`) * 1000 : spec.default));
      box.append(label, input, was);
      return box;
    }
    const low = spec.low === null ? null : spec.low * scale, high = spec.high === null ? null : spec.high * scale;
    const shown = now === null ? "" : Number((now * scale).toFixed(7));
    const input = el("input", { id, type: "number", min: low, max: high, step: "any", value: shown, placeholder: "unknown" });
    const range = low !== null && high !== null && high - low <= 1000
      ? el("input", { type: "range", min: low, max: high, step: Number(((spec.step ?? 1) * scale).toFixed(7)), value: shown === "" ? low : shown, "aria-label": `${spec.label}, as a slider` }) : null;
    const read = (from) => {
      if (from.value.trim() === "") return set(spec.default);
      const given = Number(from.value), whole = ["count", "integer", "days"].includes(spec.kind) && spec.kind !== "days";
      const clipped = Math.min(Math.max(given, low ?? -Infinity), high ?? Infinity), value = Number((clipped / scale).toFixed(9));
      if (range) range.value = String(clipped);
      if (from === range || clipped !== given) input.value = String(clipped);
      return set(whole ? Math.round(value) : value);
    };
    input.addEventListener("input", () => read(input));
    if (range) range.addEventListener("input", () => read(range));
    box.append(label, input, ...(range ? [range] : []), was);
    return box;
  }

  happens(name) {
    const id = `event-${name}`, input = el("input", { id, type: "checkbox" });
    input.addEventListener("change", () => { if (input.checked) this.events.add(name); else this.events.delete(name); this.answer(); });
    return el("div", { class: "field check" }, input, el("label", { for: id }, this.model.events[name]));
  }

  waiting() {
    const input = el("input", { id: "wait", type: "number", min: 0, max: 3650, step: 1, value: 0 });
    input.addEventListener("input", () => { this.wait = Math.min(Math.max(Math.floor(Number(input.value) || 0), 0), 3650); this.answer(); });
    return el("fieldset", {}, el("legend", {}, "And then"), el("div", { class: "field" }, el("label", { for: "wait" }, "days pass in which nothing is told"), input));
  }

  /** What would happen, said and marked on the map. */
  answer() {
    const first = this.meaning.observe(this.base, { at: this.base.at, values: this.told, events: [...this.events] });
    const later = this.wait > 0 && !first.endless ? this.meaning.observe(first.state, { at: this.base.at + this.wait * DAY }) : { state: first.state, moves: [], endless: false };
    const moves = [...first.moves.map((move) => ({ ...move, at: this.base.at })), ...later.moves.map((move) => ({ ...move, at: this.base.at + this.wait * DAY }))];
    const untold = Object.keys(this.told).length === 0 && this.events.size === 0 && this.wait === 0;
    const end = later.state, label = this.model.phases[end.phase].label;
    const said = first.endless || later.endless
      ? "This customer would never settle: rules lead in a circle."
      : moves.length ? `${moves.some((move) => move.source !== move.target) ? `Moves to ${label}` : `Stays in ${label}`}.` : untold ? `Stands in ${label}.` : `Stays in ${label}: no rule is true.`;
    const picture = moves.length ? end : this.meaning.told(later.state, later.state.at, {}, []);
    this.result.className = moves.length ? "answer" : "answer still";
    this.result.replaceChildren(...[
      el("p", {}, el("b", {}, said)),
      moves.length ? el("ol", { class: "moves" }, ...moves.map((move) => this.moved(move))) : null,
      ...signsOf(this.meaning, picture),
    ].filter(Boolean));
    this.missing.replaceChildren(waysOf(this.meaning, this.words, picture));
    this.answered(moves, end);
    return { moves, state: end };
  }

  moved(move) {
    const rule = this.model.rules.find((each) => each.name === move.rule), from = this.model.phases[move.source].label, to = this.model.phases[move.target].label;
    return el("li", { class: "rule" }, el("b", {}, rule.stay ? `Stays in ${from}` : `${from} → ${to}`), el("span", {}, rule.why),
      rule.plays.length ? el("span", { class: "play" }, `▶ ${rule.plays.join(", ")}`) : null);
  }
}

/** An element with text and children; what is said is never markup. */
function el(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    if (key === "onclick") made.addEventListener("click", value); else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Every way out of a phase with what it still needs, the hoped-for ones first; those beyond the first three fold away. */
function waysOf(meaning, words, state) {
  const ways = meaning.model.ways[state.phase].map((name) => meaning.model.rules.find((rule) => rule.name === name));
  if (!ways.length) return el("p", { class: "quiet" }, meaning.model.phases[state.phase].final ? "The journey ends here." : "No rule leads out of here.");
  const items = ways.map((rule) => {
    const lines = words.checklist(state, rule.when);
    if (rule.on !== null) lines.unshift({ words: meaning.model.events[rule.on], truth: false, value: "must happen", depth: 0 });
    const met = lines.filter((line) => line.depth === 0 && line.truth === true).length, all = lines.filter((line) => line.depth === 0).length;
    return el("li", { class: "way" }, el("b", {}, `To ${rule.to}`), el("span", { class: "quiet" }, `${met} of ${all} met`), el("ul", { class: "checks" }, ...lines.map(check)));
  });
  const more = items.slice(3);
  return el("div", {}, el("h2", { class: "small" }, "Ways out, and what is missing"), el("ul", { class: "ways" }, ...items.slice(0, 3)),
    more.length ? el("details", {}, el("summary", {}, `${more.length} more ${more.length === 1 ? "way" : "ways"} out`), el("ul", { class: "ways" }, ...more)) : null);
}

function check({ words, truth, value, depth }) {
  const [mark, name, said] = truth === true ? ["✓", "met", "met: "] : truth === false ? ["✗", "unmet", "not met: "] : ["?", "unknown", "unknown: "];
  const item = el("li", { class: name }, el("span", { class: "mark", role: "img", "aria-label": said }, mark), el("span", {}, words, value ? el("span", { class: "value" }, `  ${value}`) : null));
  item.style.marginLeft = `${depth * 18}px`;
  return item;
}

/** Warning signs and success gaps that are open. */
function signsOf(meaning, state) {
  const group = meaning.model.phases[state.phase].group;
  const open = meaning.model.signs.filter((sign) => (!sign.phases.length || sign.phases.includes(state.phase) || sign.phases.includes(group)) && meaning.truth(state, sign.when) === true);
  return open.length ? [el("p", { class: "unmet" }, el("b", {}, "Watch: "), open.map((sign) => sign.label).join("; "))] : [];
}
