// What a customer's data say, in the business's words; the sentences themselves come with the model.
"use strict";

/** Says values and makes checklists of one model. */
class Words {
  constructor(meaning) {
    this.meaning = meaning;
    this.model = meaning.model;
  }

  /** A stored value as people say it. */
  value(spec, value) {
    if (value === null || value === undefined) return "unknown";
    switch (spec.kind) {
      case "flag": return value ? "yes" : "no";
      case "choice": return value;
      case "date": return date(value);
      case "share": case "change": {
        const percent = Number((value * 100).toFixed(7)), short = Number(percent.toFixed(2));
        return `${short === percent ? "" : "about "}${amount(short)} %`;
      }
      case "days": return daysLong(value);
      case "count": return amount(value);
      default: return `${amount(value)} ${spec.unit}`.trim();
    }
  }

  signal(state, name) {
    const spec = this.meaning.signals.get(name);
    return `${spec.many} ${this.value(spec, state.values[name])}`;
  }

  /** The checklist of a condition: what is met is not taken apart, and a conjunction at the top needs no heading. */
  checklist(state, number) {
    return number === null ? [] : [...this.lines(state, number, 0)];
  }

  *lines(state, number, depth) {
    let row = this.model.conditions[number];
    if (row.is === "all") {
      for (const inner of row.of) yield* this.lines(state, inner, depth);
      return;
    }
    const truth = this.meaning.truth(state, number);
    yield { words: row.words, truth, value: this.says(state, number), depth };
    if (truth === true || !row.apart) return;
    while (row.is === "named" && ["named", "not", "unless"].includes(this.model.conditions[row.of[0]].is)) {
      if (!this.model.conditions[row.of[0]].apart) break;
      row = this.model.conditions[row.of[0]];
    }
    if (row.is === "not" || row.is === "unless") {
      const wanted = this.meaning.truth(state, this.model.conditions.indexOf(row)) === false ? true : null;
      for (const leaf of this.leaves(row.of[0])) {
        const held = this.meaning.truth(state, leaf);
        const words = this.model.conditions[leaf].words;
        if (held === wanted) yield { words: held ? `but ${words}` : words, truth, value: this.says(state, leaf), depth: depth + 1 };
      }
      return;
    }
    for (const inner of row.of) yield* this.lines(state, inner, depth + 1);
  }

  /** The leaves of a condition as explanations see them. */
  *leaves(number) {
    const row = this.model.conditions[number];
    if (!row.apart) yield number;
    else for (const inner of row.of) yield* this.leaves(inner);
  }

  /** What the data say about a leaf. */
  says(state, number) {
    const row = this.model.conditions[number];
    if (row.is === "for") return [row.apart ? "" : this.says(state, row.of[0]), this.held(state, number)].filter(Boolean).join(", ");
    if (row.apart) return "";
    const terms = { compare: [row.left, row.right], between: [row.term, row.low, row.high] }[row.is];
    if (terms) return [...new Set(terms.map((term) => this.term(state, term)).filter(Boolean))].join(", ");
    const inner = row.of && this.model.conditions[row.of[0]];
    if (["not", "unless"].includes(row.is) && inner.is === "flag" && state.values[inner.signal] !== null) return this.signal(state, inner.signal);
    if (["not", "unless", "named"].includes(row.is)) return this.says(state, row.of[0]);
    if (row.signal !== undefined) return this.value(this.meaning.signals.get(row.signal), state.values[row.signal]);
    return row.reads.map((name) => this.signal(state, name)).join(", ");
  }

  held(state, number) {
    const since = state.clocks[this.model.clocks.indexOf(number)];
    if (this.meaning.truth(state, this.model.conditions[number].of[0]) !== true || since === null || state.at === null) return "";
    return `since ${date(since)}, ${daysLong(Math.floor((state.at - since) / DAY))}`;
  }

  term(state, term) {
    const [kind, name] = term, value = this.meaning.term(state, term);
    switch (kind) {
      case "number": case "limit": return "";
      case "signal": return this.signal(state, name);
      case "days_until": return this.elapsed(state, name, value, "to go", "ago");
      case "days_since": return this.elapsed(state, name, value, "ago", "to go");
      case "days_in_phase": return value === null ? "no time told yet" : `${daysLong(value)} so far`;
      case "event_days": {
        const label = this.model.events[name];
        if (value === null) return `${label}: ${state.events[name].times > 0 ? "no time told yet" : "never"}`;
        return `${label} ${daysLong(value)} ago`;
      }
      case "event_times": case "visits":
        return { 0: "never", 1: "once so far", 2: "twice so far" }[value] ?? `${amount(value)} times so far`;
      default: {
        const names = [...new Set(inside(term))];
        return `${names.map((each) => this.signal(state, each)).join(", ")}: ${value === null ? "unknown" : amount(value)}`;
      }
    }
  }

  elapsed(state, name, value, ahead, behind) {
    const spec = this.meaning.signals.get(name);
    if (value === null) return `${spec.label} ${this.value(spec, state.values[name])}${state.values[name] === null ? "" : ", no time told yet"}`;
    return `${spec.label} ${this.value(spec, state.values[name])}, ${daysLong(Math.abs(value))} ${value < 0 ? behind : ahead}`;
  }
}

function inside([kind, first, second]) {
  if (kind === "signal") return [first];
  return ["plus", "minus", "times"].includes(kind) ? [...inside(first), ...inside(second)] : [];
}

function amount(value) {
  return Number(value).toLocaleString("en-US", { maximumFractionDigits: 9, useGrouping: true });
}

function daysLong(value) {
  return `${amount(value)} day${value === 1 ? "" : "s"}`;
}

/** The shortest ISO spelling of an instant. */
function date(us) {
  const text = new Date(Math.floor(us / 1000)).toISOString();
  return us % DAY === 0 ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, us % 60000000 === 0 ? 16 : 19)}`;
}

if (typeof module !== "undefined") module.exports = { Words, date };
