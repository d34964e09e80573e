// The page: which part, which phase, which instant; everything else is asked of the map, the meaning and the words.
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.parts = new Map(DATA.parts.map((part) => {
      const meaning = new Meaning(part.model);
      return [part.part, { ...part, meaning, words: new Words(meaning) }];
    }));
    this.walk = DATA.walk && DATA.walk.steps.length ? DATA.walk : null;
    this.step = this.walk ? this.walk.steps.length - 1 : 0;
    this.team = "";
    this.full = !this.crowded();
    this.map = new Journey(byId("map"), (path, rules) => this.choose(path, rules));
    this.whatIf = new WhatIf(byId("panel-whatif"), (moves, end) => this.answered(moves, end));
    this.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.body.classList.remove("no-script");
    this.listen();
    this.paint();
    this.open(DATA.parts[0].part);
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
  }

  get current() { return this.parts.get(this.part); }

  // ---- controls

  listen() {
    byId("closer").addEventListener("click", () => this.map.zoom(1 / 1.25));
    byId("further").addEventListener("click", () => this.map.zoom(1.25));
    byId("fit").addEventListener("click", () => this.map.fit());
    byId("words").addEventListener("click", () => { this.full = !this.full; this.redraw(); });
    byId("theme").addEventListener("click", () => { this.theme = this.theme === "dark" ? "light" : "dark"; this.paint(); this.redraw(); });
    for (const button of document.querySelectorAll("#parts button")) button.addEventListener("click", () => this.open(button.dataset.part));
    for (const button of document.querySelectorAll("#teams button")) button.addEventListener("click", () => this.show(button.dataset.team));
    const tabs = [...document.querySelectorAll("[role=tab]")];
    for (const tab of tabs) {
      tab.addEventListener("click", () => this.tab(tab.id.slice(4)));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(tab), End: tabs.length - 1 - tabs.indexOf(tab) }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
        next.focus();
        this.tab(next.id.slice(4));
      });
    }
    addEventListener("beforeprint", () => { this.kept = { theme: this.theme, view: { ...this.map.view } }; this.theme = "light"; this.paint(); this.redraw(); this.map.fit(); });
    addEventListener("afterprint", () => { this.theme = this.kept.theme; this.paint(); this.redraw(); this.map.look(this.kept.view); });
    if (!this.walk) return;
    byId("back").addEventListener("click", () => this.go(this.step - 1));
    byId("next").addEventListener("click", () => this.go(this.step + 1));
    byId("play").addEventListener("click", () => this.play());
    byId("when").addEventListener("input", () => this.go(Number(byId("when").value)));
  }

  paint() {
    document.documentElement.dataset.theme = this.theme;
    byId("theme").setAttribute("aria-pressed", String(this.theme === "dark"));
  }

  tab(name) {
    for (const tab of document.querySelectorAll("[role=tab]")) {
      const chosen = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.shown = name;
    if (name === "whatif") this.restart();
    this.redraw();
  }

  /** Whether rules in full would be too small to read on the map of the first part. */
  crowded() {
    const svg = [...document.querySelectorAll("template[data-map]")].find((each) => each.dataset.view === "full").content.firstElementChild;
    const room = byId("map").getBoundingClientRect();
    return Math.min(room.width / svg.getAttribute("width"), room.height / svg.getAttribute("height")) * 14 < 8.5;
  }

  // ---- what is looked at

  open(part) {
    this.part = part;
    for (const button of document.querySelectorAll("#parts button")) button.setAttribute("aria-pressed", String(button.dataset.part === part));
    const here = this.members().filter((address) => this.partOf(address) === part);
    this.address = here.includes(this.address) ? this.address : here[0] ?? null;
    const stands = this.address !== null ? this.state(this.address).phase : this.current.model.initial;
    this.phase = stands;
    this.redraw();
    this.leaflet(null);
    this.restart();
  }

  choose(path, rules) {
    if (path) this.phase = path;
    this.map.mark(this.phase);
    this.leaflet(rules);
    if (this.shown === "whatif" && this.address === null) this.restart(); else this.tab("phase");
  }

  leaflet(rules) {
    for (const each of document.querySelectorAll(".leaflet")) {
      each.classList.toggle("chosen", each.dataset.part === this.part && each.dataset.phase === this.phase);
      for (const item of each.querySelectorAll(".rule")) item.classList.toggle("lit", rules !== null && rules.includes(item.dataset.rule));
    }
    const lit = rules === null ? null : document.querySelector(".leaflet.chosen .rule.lit");
    if (lit) lit.scrollIntoView({ block: "nearest" }); else byId("panel-phase").scrollTop = 0;
  }

  show(team) {
    this.team = team;
    for (const button of document.querySelectorAll("#teams button")) button.setAttribute("aria-pressed", String(button.dataset.team === team));
    this.filter();
  }

  filter() {
    const mine = [...document.querySelectorAll(".leaflet")].filter((each) => each.dataset.part === this.part && each.dataset.teams.split("|").includes(this.team));
    this.map.filter(this.team === "" ? null : new Set(mine.map((each) => each.dataset.phase)));
    if (this.team !== "") byId("hint").textContent = mine.length ? `${this.team} owns or contributes to ${mine.length} of ${Object.keys(this.current.model.phases).length} phases here.` : `${this.team} has no phase here.`;
    else byId("hint").textContent = "Choose a phase to read its rules. Drag to move, scroll to zoom.";
  }

  redraw() {
    this.map.show(this.part, this.theme, this.full);
    this.map.pills = this.current.pills;
    byId("words").setAttribute("aria-pressed", String(this.full));
    this.map.mark(this.phase);
    this.filter();
    if (this.walk) this.tell();
    if (this.shown === "whatif") this.whatIf.answer();
  }

  // ---- somebody's way

  /** Everybody who is there at this instant. */
  members() { return this.walk ? Object.keys(this.states()) : []; }

  partOf(address) {
    if (this.parts.has(address)) return address;
    const names = address.split("/");
    return [...this.parts.keys()].filter((path) => path.split(".")[0] === names[0] && path.split(".").at(-1) === names[names.length % 2 ? names.length - 1 : names.length - 2]).sort((a, b) => b.length - a.length)[0] ?? names[0];
  }

  states() {
    if (this.memo?.step !== this.step) {
      const states = {};
      for (const step of this.walk.steps.slice(0, this.step + 1)) {
        Object.assign(states, step.states);
        for (const address of step.left) delete states[address];
      }
      this.memo = { step: this.step, states };
    }
    return this.memo.states;
  }

  state(address) { return { ...this.states()[address], at: this.walk.steps[this.step].at }; }

  go(step) {
    this.step = Math.min(Math.max(step, 0), this.walk.steps.length - 1);
    const moved = this.walk.steps[this.step].moves.filter((move) => this.partOf(move.address) === this.part);
    if (moved.length) this.address = moved[moved.length - 1].address;
    const here = this.members().filter((address) => this.partOf(address) === this.part);
    if (!here.includes(this.address)) this.address = here[0] ?? null;
    if (this.address !== null) this.phase = this.state(this.address).phase;
    this.map.mark(this.phase);
    this.leaflet(null);
    if (this.shown === "whatif") this.restart();
    else if (this.shown !== "customer") this.tab("customer");
    this.tell();
  }

  play() {
    if (this.timer) { this.pause(); return; }
    if (this.step === this.walk.steps.length - 1) this.go(0);
    byId("play").textContent = "Pause";
    this.timer = setInterval(() => { this.go(this.step + 1); if (this.step === this.walk.steps.length - 1) this.pause(); }, 1200);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    byId("play").textContent = "Play";
  }

  /** The instant in words: below the map, in the panel, and on the map. */
  tell() {
    const step = this.walk.steps[this.step], last = this.walk.steps.length - 1;
    byId("when").value = String(this.step);
    byId("when").setAttribute("aria-valuetext", step.date);
    byId("back").disabled = this.step === 0;
    byId("next").disabled = this.step === last;
    const who = (address) => (address && address !== this.address ? `${address}: ` : "");
    const moved = step.moves.map((move) => `${move.address ? `${move.address}: ` : ""}${move.stayed ? `stays in ${move.from}` : `${move.from} → ${move.to}`}`);
    byId("status").textContent = `${step.date} · step ${this.step + 1} of ${last + 1} · ${moved.length ? moved.join("; ") : "nobody moves"}`;
    this.pins();
    this.map.taken(this.shown === "whatif" ? [] : step.moves.filter((move) => this.partOf(move.address) === this.part));
    const { meaning, words } = this.current, panel = byId("panel-customer");
    const here = this.members().filter((address) => this.partOf(address) === this.part);
    const state = this.address === null ? null : this.state(this.address);
    panel.replaceChildren(...[
      el("p", { class: "quiet" }, `${step.date}, step ${this.step + 1} of ${last + 1}`),
      el("h2", {}, this.address ? `${DATA.walk.name}: ${this.address}` : DATA.walk.name),
      here.length > 1 ? this.chooser(here) : null,
      state === null ? el("p", {}, "Nobody is here yet.") : el("p", {}, "Stands in ", el("b", {}, meaning.model.phases[state.phase].label), state.entered === null ? "" : ` since ${date(state.entered)}.`),
      step.told.length ? el("div", {}, el("h2", { class: "small" }, "What was told"), el("ul", {}, ...step.told.map((line) => el("li", {}, line)))) : null,
      step.moves.length ? el("div", {}, el("h2", { class: "small" }, "What moved"), el("ol", { class: "moves" }, ...step.moves.map((move) => el("li", { class: "rule" },
        el("b", {}, `${who(move.address)}${move.stayed ? `stays in ${move.from}` : `${move.from} → ${move.to}`}`), el("span", {}, move.by === "hand" ? `by hand: ${move.why}` : move.why),
        move.due ? el("span", { class: "quiet" }, `due since ${move.due}`) : null, move.plays.length ? el("span", { class: "play" }, `▶ ${move.plays.join(", ")}`) : null)))) : null,
      step.also.length || step.untaken.length ? el("div", {}, el("h2", { class: "small" }, "Also"), el("ul", {}, ...[...step.also, ...step.untaken].map((line) => el("li", {}, line)))) : null,
      ...(state === null ? [] : [...signsOf(meaning, state), waysOf(meaning, words, state), this.touchpoints(state)]),
    ].filter(Boolean));
  }

  touchpoints(state) {
    const all = this.current.model.phases[state.phase].touchpoints;
    if (!all.length) return null;
    return el("div", {}, el("h2", { class: "small" }, "Touchpoints of this phase"), el("ul", { class: "checks" }, ...all.map((label) => check({ words: label, truth: state.touchpoints.includes(label) ? true : null, value: state.touchpoints.includes(label) ? "" : "open", depth: 0 }))));
  }

  chooser(here) {
    const select = el("select", { id: "who" }, ...here.map((address) => el("option", { value: address }, address)));
    select.value = this.address;
    select.addEventListener("change", () => {
      this.address = select.value;
      this.phase = this.state(this.address).phase;
      this.map.mark(this.phase);
      this.leaflet(null);
      this.tell();
      byId("who").focus();
    });
    return el("p", { class: "field" }, el("label", { for: "who" }, "Who"), select);
  }

  /** Where everybody of this part stands. */
  pins(phase = null) {
    const labels = {}, here = this.members().filter((address) => this.partOf(address) === this.part);
    if (!this.walk && phase === null) { this.map.pins({}); return; }
    if (this.current.many) {
      const counts = {};
      for (const address of here) (counts[this.state(address).phase] ??= []).push(address.split("/").at(-1));
      for (const [path, names] of Object.entries(counts)) labels[path] = names.length > 2 ? `${names.length} here` : names.join(", ");
    } else if (here.length) labels[this.state(here[0]).phase] = DATA.walk.name;
    if (phase !== null && !this.current.many) { for (const path of Object.keys(labels)) delete labels[path]; }
    if (phase !== null) labels[phase] = "what if";
    this.map.pins(labels);
  }

  // ---- what if

  restart() {
    const { meaning, words } = this.current;
    if (this.address !== null && this.walk) this.whatIf.start(meaning, words, this.state(this.address), this.address || DATA.walk.name);
    else this.whatIf.start(meaning, words, meaning.nobody(this.phase), "Somebody new");
  }

  answered(moves, end) {
    if (this.shown !== "whatif") return;
    this.pins(end.phase);
    this.map.taken(moves);
  }
}

window.clmstate = { page: new Page(), Meaning };
