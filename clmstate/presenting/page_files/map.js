// The map: pan, zoom, which phase is chosen, where somebody stands, what was taken.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

class Journey {
  constructor(place, choose) {
    this.place = place;
    this.pills = {}; // the pill that says each rule, by the phase that it leaves
    this.choose = choose; // called with the path of a phase, and the rules if some were pointed at
    place.addEventListener("wheel", (event) => { event.preventDefault(); this.zoom(event.deltaY < 0 ? 1 / 1.15 : 1.15, event); }, { passive: false });
    place.addEventListener("pointerdown", (event) => this.grab(event));
    place.addEventListener("keydown", (event) => this.key(event));
  }

  /** Shows the map of a part in a theme, with the rules in full or by their names. */
  show(part, theme, full) {
    const view = full ? "full" : "names";
    const template = [...document.querySelectorAll("template[data-map]")].find((each) => each.dataset.map === part && each.dataset.theme === theme && each.dataset.view === view);
    this.svg = template.content.firstElementChild.cloneNode(true);
    const same = this.part === part && this.full === full;
    Object.assign(this, { part, full });
    this.whole = { x: 0, y: 0, width: Number(this.svg.getAttribute("width")), height: Number(this.svg.getAttribute("height")) };
    this.svg.removeAttribute("width");
    this.svg.removeAttribute("height");
    for (const card of this.cards()) {
      card.setAttribute("role", "button");
      card.setAttribute("tabindex", "0");
      card.setAttribute("aria-pressed", "false");
      card.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.choose(card.dataset.id, null); }
      });
      card.addEventListener("focus", () => this.bringIn(card));
    }
    this.place.replaceChildren(this.svg);
    this.look(same && this.view ? this.view : this.whole);
  }

  cards() { return [...this.svg.querySelectorAll(".card")]; }

  card(path) { return this.cards().find((card) => card.dataset.id === path); }

  // ---- where one looks

  look(view) {
    this.view = view;
    this.svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  }

  fit() { this.look({ ...this.whole }); }

  /** Nearer (below 1) or further; around the pointer, or around the middle. */
  zoom(factor, at) {
    const width = Math.min(Math.max(this.view.width * factor, this.whole.width / 12), this.whole.width * 1.6), scale = width / this.view.width;
    const box = this.place.getBoundingClientRect();
    const fx = at ? (at.clientX - box.left) / box.width : 0.5, fy = at ? (at.clientY - box.top) / box.height : 0.5;
    const height = this.view.height * scale;
    this.look({ x: this.view.x + (this.view.width - width) * fx, y: this.view.y + (this.view.height - height) * fy, width, height });
  }

  pan(dx, dy) { this.look({ ...this.view, x: this.view.x + dx, y: this.view.y + dy }); }

  grab(event) {
    if (event.button !== 0) return;
    const start = { x: event.clientX, y: event.clientY }, view = { ...this.view };
    const scale = 1 / this.svg.getScreenCTM().a;
    let moved = false;
    const move = (now) => {
      const dx = now.clientX - start.x, dy = now.clientY - start.y;
      if (!moved && Math.hypot(dx, dy) < 5) return;
      moved = true;
      this.place.classList.add("moving");
      this.look({ ...view, x: view.x - dx * scale, y: view.y - dy * scale });
    };
    const end = (now) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      this.place.classList.remove("moving");
      if (!moved && now.type === "pointerup") this.point(event.target);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  point(target) {
    const card = target.closest(".card"), pill = target.closest(".pill");
    if (card) this.choose(card.dataset.id, null);
    else if (pill) {
      const rules = Object.keys(this.pills).filter((rule) => Object.values(this.pills[rule]).includes(pill.dataset.id));
      const link = [...this.svg.querySelectorAll(".link")].find((each) => each.dataset.head === pill.dataset.id);
      this.choose(link && this.card(link.dataset.tail) ? link.dataset.tail : null, rules);
    }
  }

  key(event) {
    if (event.target !== this.place && !event.target.closest("#map")) return;
    const step = this.view.width / 10;
    const acts = {
      ArrowLeft: () => this.pan(-step, 0), ArrowRight: () => this.pan(step, 0), ArrowUp: () => this.pan(0, -step), ArrowDown: () => this.pan(0, step),
      "+": () => this.zoom(1 / 1.25), "=": () => this.zoom(1 / 1.25), "-": () => this.zoom(1.25), "0": () => this.fit(),
    };
    if (acts[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); acts[event.key](); }
  }

  /** Moves the view so that a card that gets the focus can be seen. */
  bringIn(card) {
    const box = this.boxOf(card), view = this.view;
    if (box.x < view.x || box.y < view.y || box.x + box.width > view.x + view.width || box.y + box.height > view.y + view.height) {
      this.look({ ...view, x: box.x + box.width / 2 - view.width / 2, y: box.y + box.height / 2 - view.height / 2 });
    }
  }

  /** A card's box in the coordinates of the whole picture. */
  boxOf(card) {
    const box = card.querySelector(".box").getBBox(), matrix = card.parentNode.transform.baseVal.consolidate()?.matrix;
    return { x: box.x + (matrix?.e ?? 0), y: box.y + (matrix?.f ?? 0), width: box.width, height: box.height };
  }

  // ---- what is marked

  mark(path) {
    for (const card of this.cards()) {
      card.classList.toggle("chosen", card.dataset.id === path);
      card.setAttribute("aria-pressed", String(card.dataset.id === path));
    }
  }

  /** Fades what a team has nothing to do with; `paths` null is everybody. */
  filter(paths) {
    for (const card of this.cards()) card.classList.toggle("faded", paths !== null && !paths.has(card.dataset.id));
    const touched = new Set();
    for (const link of this.svg.querySelectorAll(".link")) {
      const near = paths === null || paths.has(link.dataset.tail) || paths.has(link.dataset.head);
      if (near) touched.add(link.dataset.tail).add(link.dataset.head);
    }
    for (const link of this.svg.querySelectorAll(".link")) {
      link.classList.toggle("faded", paths !== null && !(touched.has(link.dataset.tail) && touched.has(link.dataset.head)));
    }
    for (const pill of this.svg.querySelectorAll(".pill")) pill.classList.toggle("faded", paths !== null && !touched.has(pill.dataset.id));
  }

  /** Pins on phases: a label for each path. */
  pins(labels) {
    for (const old of this.svg.querySelectorAll(".pin")) old.remove();
    for (const [path, label] of Object.entries(labels)) {
      const card = this.card(path);
      if (!card) continue;
      const box = card.querySelector(".box").getBBox(), pin = document.createElementNS(SVG, "g");
      pin.setAttribute("class", "pin");
      pin.setAttribute("aria-hidden", "true");
      const words = document.createElementNS(SVG, "text"), rect = document.createElementNS(SVG, "rect"), tip = document.createElementNS(SVG, "path");
      words.textContent = label;
      words.setAttribute("text-anchor", "middle");
      const x = box.x + box.width / 2, y = box.y - 12;
      words.setAttribute("x", x);
      words.setAttribute("y", y - 7);
      pin.append(rect, tip, words);
      card.parentNode.append(pin);
      const wide = words.getComputedTextLength() + 24;
      Object.entries({ x: x - wide / 2, y: y - 25, width: wide, height: 27, rx: 13 }).forEach(([name, value]) => rect.setAttribute(name, value));
      tip.setAttribute("d", `M${x - 8} ${y}h16l-8 10z`);
    }
  }

  /** Marks the rules that were just taken, with their lines. */
  taken(moves) {
    const pills = new Set(moves.map((move) => this.pills[move.rule]?.[move.source]));
    for (const pill of this.svg.querySelectorAll(".pill")) pill.classList.toggle("taken", pills.has(pill.dataset.id));
    for (const link of this.svg.querySelectorAll(".link")) {
      link.classList.toggle("taken", pills.has(link.dataset.tail) || moves.some((move) =>
        link.dataset.head === this.pills[move.rule]?.[move.source] && (link.dataset.tail === move.source || move.source.startsWith(`${link.dataset.tail}.`))));
    }
  }
}
