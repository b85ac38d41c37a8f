"use strict";
// Packed columns, and what can be read from them at a whole second.

const NOT_YET = -1;
const DAY_S = 86400;

/** The columns of a packed table, by name; `rows` is their length. */
async function unpack(table) {
  const packed = Uint8Array.from(atob(table.data), (character) => character.charCodeAt(0));
  const inflated = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(inflated).arrayBuffer());
  const n = planes.length / 4;
  const columns = { rows: table.rows };
  table.columns.forEach((name, number) => {
    const values = new Int32Array(table.rows);
    let value = 0;
    for (let row = 0, at = number * table.rows; row < table.rows; row++, at++) {
      const step = planes[at] | (planes[n + at] << 8) | (planes[2 * n + at] << 16) | (planes[3 * n + at] << 24);
      value = (value + step) | 0;
      values[row] = value;
    }
    columns[name] = values;
  });
  return columns;
}

function isInside(since, until, row, second) {
  const enter = since[row];
  return enter !== NOT_YET && enter <= second && (until[row] === NOT_YET || until[row] > second);
}

function countInside(columns, count, second) {
  const since = columns[count.since];
  const until = columns[count.until];
  let n = 0;
  for (let row = 0; row < columns.rows; row++) n += isInside(since, until, row, second);
  return n;
}

/** The step that a row is in, and since when; null before its first step and once it is gone. */
function stateOf(kind, columns, row, second) {
  const gone = columns[kind.gone][row];
  if (gone !== NOT_YET && gone <= second) return null;
  let state = null;
  for (const step of kind.steps) {
    const since = columns[step.since][row];
    if (since !== NOT_YET && since <= second && (state === null || since >= state.since)) state = { step, since };
  }
  return state;
}

/** Index of the last interval that has ended by a second; -1 if none has. */
function lastInterval(edges, second) {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= second) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A run with its tables unpacked, and each row's first instant, before which it need not be looked at. */
async function opened(run, kinds) {
  const tables = {};
  for (const kind of kinds) {
    const columns = await unpack(run.tables[kind.name]);
    columns.begins = new Int32Array(columns.rows).fill(2 ** 31 - 1);
    for (const step of kind.steps) {
      const since = columns[step.since];
      for (let row = 0; row < columns.rows; row++) {
        if (since[row] !== NOT_YET && since[row] < columns.begins[row]) columns.begins[row] = since[row];
      }
    }
    tables[kind.name] = columns;
  }
  const flows = await openedFlows(run.flows);
  const posts = [];
  for (const post of run.posts) posts.push({ ...post, steps: await unpack(post.steps) });
  const zonesByName = new Map(run.occupancy.zones.map((zone) => [zone.name, zone]));
  return { ...run, tables, flows, posts, zonesByName, inside: await unpack(run.occupancy.inside) };
}

/** Flows with what is inside each place at the end of every interval, and the most that any place of its kind held. */
async function openedFlows(flows) {
  const counts = await unpack(flows.counts);
  const byKey = new Map();
  const most = {};
  flows.places.forEach((place, number) => {
    const came = counts[`came_${number}`];
    const left = counts[`left_${number}`];
    const inside = new Int32Array(came.length);
    for (let at = 0, n = 0; at < came.length; at++) {
      n += came[at] - left[at];
      inside[at] = n;
      most[place.place] = Math.max(most[place.place] ?? 1, n);
    }
    byKey.set(flowKey(place.place, place.hall, place.machine, place.route), { ...place, came, left, inside });
  });
  return { edge: counts.edge ?? new Int32Array(0), width: flows.width, byKey, most };
}

function flowKey(place, hall, machine, route) {
  return `${place}/${hall}/${machine}/${route}`;
}

/** What came to a place and left it in the last interval, and is inside at its end; null where nothing is stored. */
function flowAt(run, key, second) {
  const flow = run.flows.byKey.get(key);
  const interval = lastInterval(run.flows.edge, second);
  if (run.flows.edge.length === 0 || interval < 0) return null;
  if (flow === undefined) return { came: 0, left: 0, inside: 0 };
  return { came: flow.came[interval], left: flow.left[interval], inside: flow.inside[interval] };
}

/** How many posts of a kind are manned at a second, or null if that is not stored. */
function mannedAt(run, isWanted, second) {
  let n = null;
  for (const post of run.posts) {
    if (!isWanted(post)) continue;
    const step = lastInterval(post.steps.since, second);
    n = (n ?? 0) + (step < 0 ? 0 : post.steps.n[step]);
  }
  return n;
}

/** Every thing that is in a state at a second: its kind, row, step and since when. */
function thingsAt(run, kinds, second) {
  const things = [];
  for (const kind of kinds) {
    const columns = run.tables[kind.name];
    for (let row = 0; row < columns.rows; row++) {
      if (columns.begins[row] > second) continue;
      const state = stateOf(kind, columns, row, second);
      if (state !== null) things.push({ kind, row, step: state.step, since: state.since });
    }
  }
  return things;
}

/** What is in a zone at the end of the last interval; null before the first, or of a zone that has no counts. */
function storedInside(run, zone, second) {
  const values = run.inside[zone];
  const interval = lastInterval(run.inside.edge, second);
  return values === undefined || interval < 0 ? null : values[interval];
}

function titleOf(run, kind, row) {
  const columns = run.tables[kind.name];
  return kind.title.replace(/\{(\w+)(\+1)?\}/g, (_, field, isFromOne) => {
    if (field === "name") return run.names[kind.name][row];
    if (field === "flight") return run.names.flights[columns.flight[row]];
    if (field === "lane") return run.names.lanes[columns.lane[row]];
    if (field === "goods") return columns.route[row] < 0 ? "exports" : `imports for ${run.routes[columns.route[row]]}`;
    if (field === "deck") return columns.deck[row] ? "lower" : "main";
    return String(columns[field][row] + (isFromOne ? 1 : 0));
  });
}

/** The command that prints the whole history of a row; empty for a kind that has none. */
function traceCommand(run, kind, row) {
  if (!kind.trace || (kind.trace.includes("{flight}") && run.tables[kind.name].flight[row] === NOT_YET)) return "";
  const word = titleOf(run, { ...kind, title: kind.trace }, row);
  return `${run.trace} ${/^[\w@%+=:,.\/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`}`;
}
