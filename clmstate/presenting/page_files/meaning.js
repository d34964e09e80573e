// The meaning of a model, read from its plain JSON: one node at a time, as the framework's own plain evaluation does.
// No document here: this file runs in a page and in a test alike. Instants are microseconds since 1970-01-01 UTC; null is missing.
"use strict";

const DAY = 86400000000;

const BY_SIGN = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, "==": (a, b) => a === b,
  "!=": (a, b) => a !== b, ">=": (a, b) => a >= b, ">": (a, b) => a > b,
};

/** A model that can be asked what is true of a customer, and what an observation does to one. */
class Meaning {
  constructor(model) {
    this.model = model;
    this.signals = new Map(model.signals.map((spec) => [spec.name, spec]));
  }

  /** Somebody of whom nothing is known, in a phase. */
  nobody(phase = this.model.initial) {
    const group = this.model.phases[phase].group;
    return {
      at: null, phase, entered: null, hold: null, resume: {},
      values: Object.fromEntries(this.model.signals.map((spec) => [spec.name, spec.default])),
      events: Object.fromEntries(Object.keys(this.model.events).map((name) => [name, { at: null, times: 0 }])),
      clocks: this.model.clocks.map(() => null),
      visits: Object.fromEntries(this.model.visited.map((path) => [path, Number(path === phase || path === group)])),
    };
  }

  // ---- what is true of a customer: true, false, or null for unknown

  truth(state, number) {
    const row = this.model.conditions[number];
    const inner = (index = 0) => this.truth(state, row.of[index]);
    switch (row.is) {
      case "constant": return row.value;
      case "flag": return state.values[row.signal];
      case "choice": return state.values[row.signal] === null ? null : row.values.includes(state.values[row.signal]);
      case "compare": return compare(this.term(state, row.left), row.op, this.term(state, row.right));
      case "between": {
        const value = this.term(state, row.term);
        return all([compare(this.term(state, row.low), "<=", value), compare(value, "<=", this.term(state, row.high))]);
      }
      case "untold": return state.values[row.signal] === null;
      case "missing": return inner() === null;
      case "phase": return row.phases.includes(state.phase) || row.phases.includes(this.model.phases[state.phase].group);
      case "not": return inner() === null ? null : !inner();
      case "all": return all(row.of.map((_, index) => inner(index)));
      case "any": return any(row.of.map((_, index) => inner(index)));
      case "unless": return inner() !== true;
      case "named": return inner();
      case "for": {
        if (inner() !== true) return inner();
        const since = state.clocks[this.model.clocks.indexOf(number)];
        return since !== null && state.at !== null && state.at - since >= this.term(state, row.days) * DAY;
      }
      default: throw new Error(`a condition of an unknown kind: ${row.is}`);
    }
  }

  /** The number that a term stands for. Sums, differences and multiples are rounded to nine decimals, so that 0.1 + 0.2 is 0.3. */
  term(state, term) {
    const value = this.linear(state, term);
    return value !== null && ["plus", "minus", "times"].includes(term[0]) ? Number(value.toFixed(9)) : value;
  }

  linear(state, [kind, first, second]) {
    const both = (join) => {
      const left = this.linear(state, first), right = this.linear(state, second);
      return left === null || right === null ? null : join(left, right);
    };
    switch (kind) {
      case "signal": return state.values[first];
      case "limit": return this.model.limits[first];
      case "number": return first;
      case "plus": return both((a, b) => a + b);
      case "minus": return both((a, b) => a - b);
      case "times": return both((a, b) => a * b);
      case "days_until": return days(state.at, state.values[first]);
      case "days_since": return days(state.values[first], state.at);
      case "days_in_phase": return days(state.entered, state.at);
      case "event_days": return days(state.events[first].at, state.at);
      case "event_times": return state.events[first].times;
      case "visits": return state.visits[first];
      default: throw new Error(`a term of an unknown kind: ${kind}`);
    }
  }

  // ---- what an observation does

  /** Everything about a customer at one instant; answers with the new state and the moves. The old state is not touched. */
  observe(old, { at = null, values = {}, events = [] } = {}) {
    const state = this.told(old, at, values, events);
    const held = () => state.hold !== null && (state.at === null || state.at < state.hold);
    if (!held()) state.hold = null;
    const moves = [], seen = new Set();
    let entered = false;
    for (let round = 1; ; round += 1) {
      const rule = this.chosen(state, round === 1 ? events : [], held());
      if (rule === null) break;
      const now = JSON.stringify([state.phase, entered, Object.entries(state.resume).sort(), state.visits]);
      if (round > this.model.most_rounds || (round > 1 && seen.has(now))) return { state: old, moves, endless: true };
      if (round > 1) seen.add(now);
      const source = state.phase;
      if (!rule.stay) {
        this.enter(state, rule.resumes === null ? rule.target : state.resume[rule.resumes] ?? rule.target);
        entered = true;
        if (rule.on !== null) state.hold = null;
      }
      moves.push({ rule: rule.name, source, target: state.phase, round });
    }
    state.clocks = this.model.clocks.map((number, index) =>
      this.truth(state, this.model.conditions[number].of[0]) === true ? state.clocks[index] ?? state.at : null);
    return { state, moves, endless: false };
  }

  /** A customer who has been told something, before anything moves. */
  told(old, at, values, events) {
    const state = structuredClone(old);
    if (at !== null) {
      state.at = at;
      if (state.entered === null) {
        state.entered = at;
        for (const event of Object.values(state.events)) if (event.times > 0 && event.at === null) event.at = at;
      }
    }
    for (const [name, value] of Object.entries(values)) state.values[name] = value === null ? this.signals.get(name).default : value;
    for (const name of events) state.events[name] = { at: state.at, times: state.events[name].times + 1 };
    return state;
  }

  /** The first rule that is true: those on offered events first, into a final phase before others; then those that need none. */
  chosen(state, events, held) {
    const rules = this.model.rules;
    const offered = this.model.offered[state.phase].filter((number) => events.includes(rules[number].on));
    const order = held ? offered : [...offered, ...this.model.silent[state.phase]];
    const number = order.find((index) => rules[index].when === null || this.truth(state, rules[index].when) === true);
    return number === undefined ? null : rules[number];
  }

  enter(state, target) {
    const left = this.model.phases[state.phase].group, group = this.model.phases[target].group;
    if (left !== null && left !== group) state.resume[left] = state.phase;
    for (const path of [target, group !== left ? group : null]) if (path in state.visits) state.visits[path] += 1;
    state.phase = target;
    state.entered = state.at;
  }
}

function compare(left, op, right) {
  return left === null || right === null ? null : BY_SIGN[op](left, right);
}

function all(truths) {
  return truths.includes(false) ? false : truths.includes(null) ? null : true;
}

function any(truths) {
  return truths.includes(true) ? true : truths.includes(null) ? null : false;
}

function days(start, end) {
  return start === null || end === null ? null : Math.floor((end - start) / DAY);
}

if (typeof module !== "undefined") module.exports = { DAY, Meaning };
