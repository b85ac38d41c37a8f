// What is shown beside the plan: the counts, what is blocked, and the thing that was clicked on.

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function byId(id) {
  return document.getElementById(id);
}

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const NUMBERS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

function number(value) {
  return NUMBERS.format(value);
}

function useText(use) {
  const limit = use.limit > 0 ? ` of ${number(use.limit)}` : "";
  return `${number(use.inside)}${limit} ${use.unit}`;
}

/** By how much the clocks are then ahead of the first midnight's [s]. */
function aheadAt(run, second) {
  return run.clock.reduce((ahead, [since, by]) => (second >= since ? by : ahead), 0);
}

/** The second at which the clocks show a local time [s after the first midnight]; for one that they skip, that of their change. */
function instantAt(run, local) {
  return run.clock.reduce((at, [since, by]) => (at >= since ? Math.max(local - by, since) : at), local);
}

/** A second after the first midnight in the hub's local time; of an hour that the clocks repeat, which of the two it is. */
function instantText(run, second, { withSeconds = true } = {}) {
  const local = second + aheadAt(run, second);
  const date = new Date(Date.parse(`${run.start}T00:00:00Z`) + local * 1000);
  const clock = date.toISOString().slice(11, withSeconds ? 19 : 16) + (instantAt(run, local) < second ? " (second time)" : "");
  return `${WEEKDAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock}`;
}

function durationText(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The rows of the table of counts: how each is read from a run, and how many there can be. */
function countRows(runs, counts) {
  const counted = counts.map((count) => ({
    label: count.label,
    inside: (run, second) => countInside(run.tables[count.kind], count, second),
    limit: (run) => run.limits[count.limit] ?? 0,
    isUsed: (run) => run.tables[count.kind].rows > 0,
  }));
  const isCounted = new Set(["stands", "uld_positions", "breakdown", "dock_doors", "yard", "doors_in", "build_up", "built_ulds", "tugs", "outbound_tugs"]);
  // What the recovery is measured by (backlog_disturbed and the like) is no place: it is not counted here.
  const isPlace = (name) => !isCounted.has(name.split(" @ ")[0]) && !name.startsWith("backlog_");
  const stored = new Map();
  for (const run of runs) {
    for (const zone of run.occupancy.zones) {
      const isEverUsed = run.inside[zone.name].some((inside) => inside !== 0);
      if (isEverUsed && isPlace(zone.name)) stored.set(zone.name, `${zone.label} [${zone.unit}]`);
    }
  }
  return counted.concat(
    [...stored].map(([zone, label]) => ({
      label: `${label}*`,
      inside: (run, second) => storedInside(run, zone, second),
      limit: (run) => run.zonesByName.get(zone)?.limit ?? 0,
      isUsed: (run) => run.inside[zone] !== undefined,
    })),
    mannedRows(runs),
  );
}

/** A row for each kind of post, with those manned in all halls. */
function mannedRows(runs) {
  const labels = new Map();
  for (const run of runs) for (const post of run.posts) labels.set(post.kind, post.label);
  return [...labels].map(([kind, label]) => ({
    label: kind === "inductions" ? "Inductions at work" : `Posts manned: ${label}`,
    inside: (run, second) => mannedAt(run, (post) => post.kind === kind, second),
    limit: () => 0,
    isUsed: (run) => run.posts.length > 0,
  }));
}

/** What distinguishes two runs in step, beside their names. */
const MARKS = ["A", "B"];

class Counts {
  constructor(table, runs, counts) {
    this.runs = runs;
    this.rows = countRows(runs, counts).filter((row) => runs.some(row.isUsed));
    if (runs.length > 1) this.addHead(table);
    const body = table.createTBody();
    for (const row of this.rows) {
      const line = body.insertRow();
      line.append(element("th", row.label));
      row.cells = runs.map((run) => this.addCell(line, row.limit(run)));
    }
  }

  addHead(table) {
    const line = table.createTHead().insertRow();
    line.append(element("th"), ...this.runs.map((run, at) => element("th", MARKS[at])));
  }

  addCell(line, limit) {
    const cell = line.insertCell();
    const value = element("span");
    cell.append(value, element("small", limit > 0 ? ` / ${number(limit)} ` : " "));
    if (limit <= 0 || this.runs.length > 1) return { value };
    const meter = element("meter");
    meter.max = limit;
    meter.high = 0.95 * limit;
    meter.optimum = 0;
    meter.setAttribute("aria-hidden", "true");
    cell.append(meter);
    return { value, meter };
  }

  show(second) {
    for (const row of this.rows) {
      row.cells.forEach(({ value, meter }, at) => {
        const inside = row.isUsed(this.runs[at]) ? row.inside(this.runs[at], second) : null;
        if (value.shown === inside) return;
        value.shown = inside;
        value.textContent = inside === null ? "–" : number(inside);
        if (meter) meter.value = Math.max(0, inside ?? 0);
      });
    }
  }
}

/** What is blocked: things by what they wait for, most first; then machines and posts at rest, and disruptions. */
function blockedLines(hub) {
  const { run, second } = hub;
  const groups = new Map();
  for (const thing of hub.things) {
    if (!thing.step.is_blocked) continue;
    const key = `× ${thing.kind.noun} waits for ${thing.step.waits} (${thing.step.says})`;
    const group = groups.get(key) ?? { n: 0, hit: { thing } };
    groups.set(key, { n: group.n + 1, hit: group.hit.thing.since <= thing.since ? group.hit : { thing } });
  }
  const lines = [...groups].map(([text, { n, hit }]) => ({ n, text: `${n} ${text}`, hit }));
  lines.sort((a, b) => b.n - a.n);
  for (const { post, since, cause, key } of hub.resting) {
    const text = `${postName(run, post)}: at rest for ${durationText(second - since)}, ${cause}`;
    lines.push({ text, hit: hub.placed(key) });
  }
  for (const { is, since, until } of run.disruptions) {
    if (since > second || second >= until) continue;
    lines.push({ text: `On now: ${is}, until ${instantText(run, until)}`, hit: null });
  }
  return lines;
}

/** Lines of *Blocked now*: buttons that choose what is blocked, of things the one that has waited longest. */
function showBlocked(list, hubs, choose) {
  const lines = hubs.flatMap((hub) => blockedLines(hub).map((line) => ({ ...line, hub })));
  while (list.children.length > Math.max(lines.length, 1)) list.lastChild.remove();
  while (list.children.length < Math.max(lines.length, 1)) list.append(element("li"));
  [...list.children].forEach((item, at) => {
    const { hub, text, hit } = lines[at] ?? { text: "Nothing", hit: null };
    const tag = hit ? "button" : "span";
    // What has the focus stays, so that the list can be read by keyboard while it moves.
    if (item.firstChild?.localName !== tag) item.replaceChildren(element(tag));
    const label = hub && hubs.length > 1 ? `${hub.mark}: ${text}` : text;
    if (item.firstChild.textContent !== label) item.firstChild.textContent = label;
    item.firstChild.onclick = hit && (() => choose(hub, hit));
    item.className = lines.length ? "" : "none";
  });
}

/** What was clicked on: what it is, since when, what it waits for, and the command for its history. */
function showChosen(hub, hit, second) {
  const box = byId("thing");
  box.hidden = hit === null;
  if (hit === null) return;
  const facts = hit.thing ? thingFacts(hub, hit.thing, second) : hit.about();
  byId("thing-title").textContent = facts.title;
  byId("thing-facts").replaceChildren(
    ...facts.rows.flatMap(([term, text, className]) => [element("dt", term), element("dd", text, className ?? "")]),
  );
  byId("thing-trace").hidden = facts.command === "";
  byId("thing-command").textContent = facts.command;
}

function showKey(list, run, colours) {
  const entries = [["ULD of imports", colours.uld], ["exports", colours.export], ["blocked", colours.blocked]];
  run.routes.forEach((route, at) => entries.push([`route ${route}`, routeColour(at)]));
  list.replaceChildren(
    ...entries.map(([text, colour]) => {
      const item = element("li");
      const square = element("i");
      square.style.background = colour;
      item.append(square, element("span", text));
      return item;
    }),
  );
}
