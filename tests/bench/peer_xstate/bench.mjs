// The benchmark's chart on XState 5 as its documentation recommends: an actor per customer, rules as eventless (`always`)
// transitions, the group as a nested state, facts as the context. (The pure `transition` function was tried: half as fast.)
//
// node bench.mjs TRAFFIC.json WARM_UP_SECONDS [--phases]
//
// The traffic is a list of customers, each a list of [event or null, values], with days as ISO text. Prints one
// JSON object: observations, seconds and cpu_seconds after the warm-up, and phases on demand.
import { readFileSync } from "node:fs";
import { assign, createActor, setup } from "xstate";

const DAY = 86_400_000;
const daysBetween = (from, to) => to - from;

// days are kept as what is cheapest to subtract, and each one that was read is remembered
const days = new Map();
const day = (text) => {
  let number = days.get(text);
  if (number === undefined) days.set(text, (number = Date.parse(text) / DAY));
  return number;
};

const merged = (context, event) => {
  const values = event.values;
  const next = { ...context, ...values };
  if (values.at !== undefined) next.at = day(values.at);
  if (values.renewal_on !== undefined) next.renewal_on = day(values.renewal_on);
  if (values.last_contact !== undefined) next.last_contact = day(values.last_contact);
  if (next.users_adopted >= 0.6) next.little_used_since = null;
  else if (next.little_used_since === null) next.little_used_since = next.at;
  switch (event.type) {
    case "renewed": next.renewed_at = next.at; break;
    case "notice": next.notice_at = next.at; break;
    case "let_down": next.let_down_at = next.at; break;
    case "strategy_changed": next.strategy_changed_at = next.at; break;
  }
  return next;
};

const inWindow = (c) => daysBetween(c.at, c.renewal_on) <= 120 && daysBetween(c.renewed_at, c.at) > 120;
const strained = (c) =>
  !c.sponsor ||
  c.nps <= 6 ||
  daysBetween(c.last_contact, c.at) > 60 ||
  daysBetween(c.let_down_at, c.at) < 30 ||
  daysBetween(c.strategy_changed_at, c.at) < 30;
const healthy = (c) => c.health >= 70 && c.escalations === 0 && !strained(c);
const worrying = (c) => c.health < 60 || c.escalations >= 2 || strained(c);

const merge = assign(({ context, event }) => merged(context, event));
const onContext = (question) => ({ context }) => question(context);

const machine = setup({
  actions: { merge },
  guards: {
    goesLive: onContext((c) => c.setup_done && c.users_adopted >= 0.5),
    adopts: onContext((c) => c.users_adopted >= 0.8 && c.escalations === 0 && !strained(c)),
    relapses: onContext((c) => c.little_used_since !== null && daysBetween(c.little_used_since, c.at) >= 14),
    losesSponsor: onContext((c) => !c.sponsor),
    renewsCalmly: onContext((c) => inWindow(c) && healthy(c)),
    renewsTensely: onContext((c) => inWindow(c) && !healthy(c)),
    worries: onContext(worrying),
    calmsDown: onContext((c) => healthy(c) && daysBetween(c.notice_at, c.at) > 365),
    grows: onContext((c) => c.expansion && healthy(c)),
    hasGrown: onContext((c) => !c.expansion),
    worriesBig: onContext((c) => inWindow(c) && worrying(c)),
    savedInWindow: ({ context, event }) => ((c) => inWindow(c) && healthy(c))(merged(context, event)),
    savedOutside: ({ context, event }) => !inWindow(merged(context, event)),
  },
}).createMachine({
  id: "contract",
  initial: "onboarding",
  context: {
    at: -Infinity,
    setup_done: false,
    users_adopted: 0,
    escalations: 0,
    health: 0,
    expansion: false,
    sponsor: true,
    nps: 10,
    renewal_on: Infinity,
    last_contact: Infinity,
    renewed_at: -Infinity,
    notice_at: -Infinity,
    let_down_at: -Infinity,
    strategy_changed_at: -Infinity,
    little_used_since: null,
  },
  // an event that no phase takes, or that leads nowhere else, still brings its values
  on: {
    observed: { actions: "merge" },
    renewed: { actions: "merge" },
    notice: { actions: "merge" },
    saved: { actions: "merge" },
    strategy_changed: { actions: "merge" },
    let_down: { actions: "merge" },
    delighted: { actions: "merge" },
    ended: { target: ".churned", actions: "merge" },
  },
  states: {
    onboarding: { always: { guard: "goesLive", target: "adoption" } },
    adoption: {
      always: [
        { guard: "adopts", target: "success" },
        { guard: "renewsCalmly", target: "renewal.happy" },
        { guard: "renewsTensely", target: "renewal.high_risk" },
        { guard: "grows", target: "growth" },
      ],
      on: { notice: { target: "renewal.high_risk", actions: "merge" } },
    },
    success: {
      always: [
        { guard: "relapses", target: "adoption" },
        { guard: "losesSponsor", target: "adoption" },
        { guard: "renewsCalmly", target: "renewal.happy" },
        { guard: "renewsTensely", target: "renewal.high_risk" },
        { guard: "grows", target: "growth" },
      ],
      on: {
        notice: { target: "renewal.high_risk", actions: "merge" },
        strategy_changed: { target: "adoption", actions: "merge" },
      },
    },
    renewal: {
      initial: "high_risk",
      on: { renewed: { target: "success", actions: "merge" } },
      states: {
        happy: {
          always: [
            { guard: "worries", target: "high_risk" },
            { guard: "grows", target: "#contract.growth" },
          ],
          on: { notice: { target: "high_risk", actions: "merge" } },
        },
        high_risk: {
          always: { guard: "calmsDown", target: "happy" },
          on: {
            saved: [
              { guard: "savedInWindow", target: "happy", actions: "merge" },
              { guard: "savedOutside", target: "#contract.adoption", actions: "merge" },
            ],
          },
        },
      },
    },
    growth: {
      always: [
        { guard: "losesSponsor", target: "adoption" },
        { guard: "hasGrown", target: "success" },
        { guard: "worriesBig", target: "renewal.high_risk" },
      ],
      on: {
        notice: { target: "renewal.high_risk", actions: "merge" },
        strategy_changed: { target: "adoption", actions: "merge" },
      },
    },
    churned: { type: "final" },
  },
});

const phaseOf = (value) => (typeof value === "string" ? value : `renewal.${value.renewal}`);

const walk = (fleet, actors) => {
  for (let i = 0; i < fleet.length; i++) {
    const actor = actors[i];
    for (const event of fleet[i]) actor.send(event);
  }
};

const phases = (fleet) =>
  fleet.map((events) => {
    const actor = createActor(machine).start();
    return events.map((event) => {
      actor.send(event);
      return phaseOf(actor.getSnapshot().value);
    });
  });

const [path, warmUp, flag] = process.argv.slice(2);
const fleet = JSON.parse(readFileSync(path, "utf8")).map((steps) =>
  steps.map(([event, values]) => ({ type: event ?? "observed", values })),
);
const inFleet = fleet.reduce((sum, events) => sum + events.length, 0);

// fresh customers for every pass, made before the clock starts; passes until the clock has run long enough
const timed = (longEnough) => {
  const answer = { observations: 0, seconds: 0, cpu_seconds: 0 };
  do {
    const actors = fleet.map(() => createActor(machine).start());
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    walk(fleet, actors);
    answer.seconds += (performance.now() - before) / 1000;
    const used = process.cpuUsage(cpuBefore);
    answer.cpu_seconds += (used.user + used.system) / 1e6;
    answer.observations += inFleet;
  } while (answer.seconds < longEnough);
  return answer;
};

timed(Number(warmUp));
const answer = timed(0.2);
if (flag === "--phases") answer.phases = phases(fleet);
process.stdout.write(JSON.stringify(answer));
