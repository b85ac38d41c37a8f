// What a click says of a thing or a place: what it is, since when, what it waits for, and the command for its history.

function sinceFact(run, since, second) {
  return ["Since", `${instantText(run, since)} (${durationText(second - since)})`];
}

/** The rows, and of others those whose term none of them has. */
function withMore(rows, others) {
  return [...rows, ...others.filter(([term]) => !rows.some(([known]) => known === term))];
}

function thingFacts(hub, { kind, row }, second) {
  const { run } = hub;
  const columns = run.tables[kind.name];
  const state = stateOf(kind, columns, row, second);
  const rows = [];
  if (state === null) {
    rows.push(["State", columns.begins[row] > second ? "not here yet" : "gone"]);
  } else {
    const { says, waits, is_blocked: isBlocked } = state.step;
    rows.push(["State", says], sinceFact(run, state.since, second));
    const isOnLoader = kind.name === "flights" && hub.blockedFlights.has(row);
    rows.push(["Waits for", isOnLoader ? "the ULD on its loader, which is blocked" : waits || "nothing", isBlocked || isOnLoader ? "blocked" : ""]);
  }
  const isKnown = kind.facts_since === "" || isInside(columns[kind.facts_since], columns[kind.gone], row, second);
  for (const [column, term] of Object.entries(kind.facts)) {
    rows.push([term, isKnown ? number(columns[column][row]) : "none yet"]);
  }
  if (columns.route?.[row] >= 0) rows.push(["Route", run.routes[columns.route[row]]]);
  const hall = run.halls[columns.hall?.[row]];
  if (run.halls.length > 1 && hall) rows.push(["Hall", hall.name]);
  const command = traceCommand(run, kind, row);
  if (command === "") rows.push(["History", kind.no_trace]);
  return { title: titleOf(run, kind, row), rows, command };
}

/** How many posts of a kind work, since when, and why none does; null before the first step. */
function postAt(post, second) {
  const { since, n, cause } = post.steps;
  let step = lastInterval(since, second);
  if (step < 0) return null;
  const state = { n: n[step], cause: cause[step] === NOT_YET ? "" : post.causes[cause[step]] };
  while (step > 0 && n[step - 1] === n[step] && cause[step - 1] === cause[step]) step--;
  return { ...state, since: since[step] };
}

function postName(run, post) {
  const hall = run.halls.length > 1 && post.hall !== NOT_YET ? `, hall ${run.halls[post.hall].name}` : "";
  return post.machine === NOT_YET ? `Posts of ${post.label}${hall}` : `Sorting machine ${post.machine + 1}${hall}`;
}

/** Machines and posts at which nobody works, with since when, why, and the key of where they are drawn. */
function restingAt(hub, second) {
  return hub.run.posts
    .filter(isEverManned)
    .map((post) => ({ ...postAt(post, second), post, key: keyOfPost(hub, post) }))
    .filter(({ n }) => n === 0);
}

function isEverManned(post) {
  return post.steps.n.some((n) => n > 0);
}

function keyOfPost(hub, post) {
  if (post.machine !== NOT_YET) return flowKey("machine", post.hall, post.machine, NOT_YET);
  return `zone/${hub.texts.posts[post.kind]?.[0]}/${post.hall === NOT_YET ? undefined : post.hall}`;
}

/** What the posts of some kinds do, in a hall or, without one, on the apron. */
function postFacts(hub, hall, kinds) {
  const rows = [];
  for (const post of hub.run.posts) {
    const state = kinds.includes(post.kind) && post.hall === (hall?.number ?? NOT_YET) && postAt(post, hub.second);
    if (!state) continue;
    const [first, ...others] = post.machine === NOT_YET ? post.label : postName(hub.run, post);
    const at = `since ${instantText(hub.run, state.since)}`;
    const text = state.n > 0 ? `${number(state.n)} at work, ${at}` : `at rest: ${state.cause}, ${at}`;
    rows.push([first.toUpperCase() + others.join(""), text, state.n > 0 ? "" : "blocked"]);
  }
  return rows;
}

/** Whether something is inside by counts at the ends of intervals, and from which of these ends on. */
function fillFacts(run, inside, edges, second, waits) {
  let at = lastInterval(edges, second);
  if (at < 0) return [];
  const never = [["State", "empty"], ["Since", "the start of the run"], ["Waits for", "something to come"]];
  if (inside === undefined) return never;
  const isFilled = inside[at] > 0;
  while (at > 0 && inside[at - 1] > 0 === isFilled) at--;
  const state = [["State", isFilled ? "in use" : "empty"], sinceFact(run, edges[at], second)];
  return [...state, ["Waits for", isFilled ? waits : "something to come"]];
}

/** How many rows are between two instants of a count, in a hall or in all, and which is there longest, or null. */
function insideOf(hub, count, hall) {
  const columns = hub.run.tables[count.kind];
  const [since, until] = [columns[count.since], columns[count.until]];
  let n = 0;
  let longest = null;
  for (let row = 0; row < columns.rows; row++) {
    const isHere = hall === null || columns.hall[row] === hall.number;
    if (!isHere || !isInside(since, until, row, hub.second)) continue;
    n++;
    if (longest === null || since[row] < longest.since) longest = { kind: count.kind, row, since: since[row] };
  }
  return { n, longest };
}

/** What is counted in a zone, the yard or the apron, what its posts do, and what is there longest. */
function zoneRows(hub, hall, zone) {
  const rows = zone.isNotToScale ? [] : [["Area", `${number(zone.width * zone.height)} m²`]];
  let longest = null;
  for (const count of hub.texts.counts.filter((each) => each.zones.includes(zone.name))) {
    if (hub.run.tables[count.kind].rows === 0) continue;
    const inside = insideOf(hub, count, hall);
    const limit = hall?.units[count.limit] ?? hub.run.limits[count.limit] ?? 0;
    rows.push([count.label, `${number(inside.n)}${limit > 0 ? ` of ${number(limit)}` : ""}`]);
    if (longest === null || inside.longest?.since < longest.since) longest = inside.longest;
  }
  const use = hub.useOf(hall, zone.name);
  if (use !== null) {
    const { edge, [use.stored]: inside } = hub.run.inside;
    rows.push([use.isOfAll ? "Inside, all halls" : "Inside", `${useText(use)}, at the end of the last interval`]);
    if (longest === null) rows.push(...fillFacts(hub.run, inside, edge, hub.second, hub.texts.waits[zone.name]));
  }
  const kinds = Object.entries(hub.texts.posts).filter(([, zones]) => zones.includes(zone.name));
  rows.push(...postFacts(hub, hall, kinds.map(([kind]) => kind)));
  if (rows.length === (zone.isNotToScale ? 0 : 1)) rows.push(["State", "nothing is counted here"]);
  return { rows, longest };
}

function zoneFacts(hub, hall, zone) {
  const { rows, longest } = zoneRows(hub, hall, zone);
  if (longest === null) return { title: zone.label, rows, command: "" };
  const kind = hub.kinds.find(({ name }) => name === longest.kind);
  const facts = thingFacts(hub, { kind, row: longest.row }, hub.second);
  const states = facts.rows.filter(([term]) => ["State", "Since", "Waits for"].includes(term));
  return { title: zone.label, rows: [...rows, ["There longest", facts.title], ...states], command: facts.command };
}

/** A place of a grid: what holds it, or since when it is empty and what held it last. */
function placeFacts(hub, place, hall, cell) {
  const columns = hub.run.tables[place.kind];
  const kind = hub.kinds.find(({ name }) => name === place.kind);
  const title = `${place.label} ${cell + 1}`;
  const [since, until] = [columns[place.since], columns[place.until]];
  let last = null;
  for (let row = 0; row < columns.rows; row++) {
    if (columns[place.column][row] !== cell || (hall !== null && columns.hall[row] !== hall.number)) continue;
    if (isInside(since, until, row, hub.second)) {
      const facts = thingFacts(hub, { kind, row }, hub.second);
      return { ...facts, title, rows: [["Held by", facts.title], ...facts.rows] };
    }
    if (until[row] !== NOT_YET && until[row] <= hub.second && (last === null || until[row] > until[last])) last = row;
  }
  const rows = [["State", "empty"], ["Since", "the start of the run"], ["Waits for", `the next ${kind.noun}`]];
  if (last !== null) {
    rows[1] = sinceFact(hub.run, until[last], hub.second);
    rows.push(["Held last by", titleOf(hub.run, kind, last)]);
  }
  rows.push(...zoneRows(hub, hall, hall === null ? hub.apron : hall.zones[place.zones[0]]).rows);
  return { title, rows, command: last === null ? "" : traceCommand(hub.run, kind, last) };
}

/** What came and left in the last interval, and what is inside since when. */
function flowFacts(hub, key, leaves, waits) {
  const { run } = hub;
  const now = flowAt(run, key, hub.second);
  if (now === null) return [["Flow", "not stored, or before the first interval"]];
  const minutes = run.flows.width / 60;
  return [
    ...fillFacts(run, run.flows.byKey.get(key)?.inside, run.flows.edge, hub.second, waits),
    ["Inside", `${number(now.inside)}, at the end of the last interval`],
    ["Came", `${number(now.came)} in its ${minutes} min`],
    [leaves, `${number(now.left)} in its ${minutes} min`],
  ];
}

/** The lane of a route: what is on it, and the truck that takes it. */
function laneFacts(hub, hall, route, key) {
  const kind = hub.kinds.find(({ name }) => name === "trucks");
  const { route: routes, hall: halls } = hub.run.tables.trucks;
  const isMine = ({ row }) => routes[row] === route && halls[row] === hall.number;
  const next = hub.things.find((each) => each.kind === kind && each.step.since !== "cut_off" && isMine(each));
  const waits = next ? `${titleOf(hub.run, kind, next.row)}, ${next.step.says}` : "a truck, which is not called yet";
  const rows = flowFacts(hub, key, "Taken by trucks and shuttles", waits);
  return { title: `Lane of ${hub.run.routes[route]}`, rows, command: next ? traceCommand(hub.run, kind, next.row) : "" };
}

/** A sorting machine: how many of its inductions work, or why none does, and what it sorts. */
function machineFacts(hub, hall, machine, post, key) {
  const state = post && postAt(post, hub.second);
  const rows = [];
  if (state) {
    rows.push(["State", state.n > 0 ? `at work, inductions: ${state.n}` : "at rest"]);
    rows.push(sinceFact(hub.run, state.since, hub.second));
    rows.push(state.n > 0 ? ["Waits for", "nothing"] : ["Waits for", `the end of: ${state.cause}`, "blocked"]);
  }
  const all = withMore(rows, flowFacts(hub, key, "Sorted", "nothing"));
  return { title: `Sorting machine ${machine + 1}`, rows: all, command: "" };
}
