// The clock and its controls, and the start of it all.

const SPEEDS = [["1 min/s", 60], ["5 min/s", 300], ["15 min/s", 900], ["1 h/s", 3600], ["real time", 1]];
const USUAL_SPEED = 300;
const LONGEST_FRAME_S = 0.1;
const PAN_PX = 60;

class Player {
  constructor(hubs, counts) {
    this.hubs = hubs;
    this.run = hubs[0].run;
    this.end = Math.max(...hubs.map((hub) => hub.run.end)) - 1;
    this.counts = new Counts(byId("counts"), hubs.map((hub) => hub.run), counts);
    this.strips = new Strips(byId("strips"), hubs);
    this.time = 0;
    this.isPlaying = false;
    this.speed = USUAL_SPEED;
    this.chosen = null;
    /** Script time of the last frame [ms]. */
    this.frameMs = 0;
    this.addControls();
    this.addKeys();
    for (const hub of hubs) {
      steer(hub.canvas, hub.camera, () => this.draw(), (point) => this.choose(hub, hub.at(point)));
      hub.canvas.addEventListener("keydown", (event) => this.steerByKey(hub, event));
    }
    window.addEventListener("resize", () => this.resize());
    window.addEventListener("hashchange", () => this.goToAddress());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
  }

  get second() {
    return Math.floor(this.time);
  }

  /** What the clocks show [s after the first midnight]. */
  get local() {
    return this.second + aheadAt(this.run, this.second);
  }

  get day() {
    return Math.floor(this.local / DAY_S);
  }

  seekLocal(day, second) {
    this.seek(instantAt(this.run, day * DAY_S + second));
  }

  addControls() {
    this.run.days.forEach(({ label: text }, day) => byId("day").append(new Option(text, String(day))));
    for (const [text, speed] of SPEEDS) byId("speed").append(new Option(text, String(speed), speed === USUAL_SPEED, speed === USUAL_SPEED));
    byId("play").addEventListener("click", () => this.toggle());
    byId("speed").addEventListener("change", (event) => (this.speed = Number(event.target.value)));
    byId("day").addEventListener("change", (event) => this.seekLocal(Number(event.target.value), this.local % DAY_S));
    byId("slider").addEventListener("input", (event) => this.seekLocal(this.day, Number(event.target.value)));
    byId("closer").addEventListener("click", () => this.zoom(1.4));
    byId("farther").addEventListener("click", () => this.zoom(1 / 1.4));
    byId("whole").addEventListener("click", () => this.showAll());
    byId("close").addEventListener("click", () => this.choose(null, null));
    byId("copy").addEventListener("click", () => this.copyCommand());
  }

  /** On a plan that has the focus arrows move it, and Enter chooses what is in its middle. */
  steerByKey(hub, event) {
    const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Enter: [0, 0] };
    const move = moves[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey || move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const { camera, size } = hub;
    camera.move(move[0] * PAN_PX, move[1] * PAN_PX);
    if (event.key === "Enter") this.choose(hub, hub.at(camera.toPlan(size.width / 2, size.height / 2)));
    else this.draw();
  }

  addKeys() {
    const steps = { ArrowLeft: -60, ArrowRight: 60, PageUp: -DAY_S, PageDown: DAY_S };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
      if (event.target.tagName === "ASIDE" && event.key.startsWith("Page")) return;
      if (event.key === " " && event.target.tagName !== "BUTTON") this.toggle();
      else if (event.key in steps) this.seek(this.second + steps[event.key] * (event.shiftKey && Math.abs(steps[event.key]) === 60 ? 60 : 1));
      else if (event.key === "+" || event.key === "=") this.zoom(1.4);
      else if (event.key === "-") this.zoom(1 / 1.4);
      else if (event.key === "0") this.showAll();
      else if (event.key === "Escape") this.choose(null, null);
      else return;
      event.preventDefault();
    });
  }

  async copyCommand() {
    const text = byId("thing-command").textContent;
    try {
      await navigator.clipboard.writeText(text);
      byId("copy").textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(byId("thing-command"));
      byId("copy").textContent = "Selected: copy it now";
    }
    setTimeout(() => (byId("copy").textContent = "Copy"), 2000);
  }

  resize() {
    for (const hub of this.hubs) hub.resize();
    this.strips.resize();
    showKey(byId("key"), this.run, this.hubs[0].colours);
    this.stripsDay = null;
    this.showAll();
  }

  zoom(factor) {
    for (const hub of this.hubs) hub.camera.zoom(factor, hub.size.width / 2, hub.size.height / 2);
    this.draw();
  }

  /** All of every plan, at one scale, so that halls can be compared. */
  showAll() {
    const scale = Math.min(...this.hubs.map((hub) => hub.wholeScale));
    for (const hub of this.hubs) hub.showAll(scale);
    this.draw();
  }

  toggle() {
    this.isPlaying = !this.isPlaying && this.second < this.end;
    byId("play").textContent = this.isPlaying ? "Pause" : "Play";
    if (!this.isPlaying) return;
    this.lastFrame = performance.now();
    requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    if (!this.isPlaying) return;
    const passed = Math.min(LONGEST_FRAME_S, Math.max(0, (now - this.lastFrame) / 1000));
    this.lastFrame = now;
    this.seek(this.time + passed * this.speed);
    if (this.second >= this.end) this.toggle();
    else requestAnimationFrame((next) => this.frame(next));
  }

  /** Show an instant, in seconds after the first midnight. */
  seek(second) {
    this.time = Math.min(this.end, Math.max(0, second));
    this.draw();
  }

  /** An address as replay.html#2022-09-06T09:05:00 opens at that instant. */
  goToAddress() {
    const asked = Date.parse(`${decodeURIComponent(location.hash.slice(1))}Z`) - Date.parse(`${this.run.start}T00:00:00Z`);
    if (!Number.isNaN(asked)) this.seekLocal(0, asked / 1000);
    return !Number.isNaN(asked);
  }

  choose(hub, hit) {
    this.chosen = hit === null ? null : { hub, hit };
    for (const one of this.hubs) one.chosen = one === hub ? (hit?.thing ?? null) : null;
    this.draw();
    if (hit !== null) byId("thing").scrollIntoView({ block: "nearest" });
  }

  draw() {
    const started = performance.now();
    const { second } = this;
    for (const hub of this.hubs) hub.draw(second);
    this.counts.show(second);
    showBlocked(byId("blocked"), this.hubs, (hub, hit) => this.choose(hub, hit));
    if (this.chosen) showChosen(this.chosen.hub, this.chosen.hit, second);
    else byId("thing").hidden = true;
    if (this.stripsDay !== this.day) {
      this.stripsDay = this.day;
      this.strips.draw(this.day, this.hubs[0].colours);
    }
    byId("clock").textContent = instantText(this.run, second);
    byId("slider").value = String(this.local % DAY_S);
    byId("slider").setAttribute("aria-valuetext", instantText(this.run, second, { withSeconds: false }));
    byId("day").value = String(this.day);
    this.frameMs = performance.now() - started;
  }
}

/** `mark`: A or B where there are two runs. */
function floorFor(run, mark) {
  const floor = element("div", "", "floor");
  if (mark) floor.append(element("h2", `${mark}: ${run.title}`));
  const canvas = element("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `Floor plan of ${run.title}; arrows move it, Enter shows what is in its middle`);
  floor.append(canvas);
  byId("floors").append(floor);
  return canvas;
}

/** Begin with the first flight that lands in the measured days, or at the first midnight. */
function firstInstant(run) {
  const measured = run.days.findIndex((day) => day.label.includes("(day "));
  const landed = run.tables.flights.aldt.filter((second) => second >= measured * DAY_S);
  return landed.length ? landed.reduce((a, b) => Math.min(a, b)) + 1800 : measured * DAY_S;
}

function aboutText(runs) {
  const texts = runs.map((run) => {
    const area = run.halls.reduce((sum, hall) => sum + hall.area, 0);
    return `${run.halls.length > 1 ? `${run.halls.length} halls, ` : ""}${number(area)} m², ${number(run.tables.flights.rows)} flights`;
  });
  const shared = runs.length > 1 ? ` (${sharedFlights(runs)} flights the same)` : "";
  return texts.join(" and ") + shared;
}

/** Flights that both runs have, by name. */
function sharedFlights([first, second]) {
  const names = new Set(first.names.flights);
  return number(second.names.flights.filter((name) => names.has(name)).length);
}

async function start() {
  const { runs, ...texts } = JSON.parse(byId("data").textContent);
  const hasTwo = runs.length > 1;
  document.body.classList.toggle("has-two", hasTwo);
  const hubs = [];
  for (const [at, run] of runs.entries()) {
    const mark = hasTwo ? MARKS[at] : "";
    hubs.push(new Hub(await opened(run, texts.kinds), texts, floorFor(run, mark), mark));
  }
  byId("halves").textContent = hasTwo ? `Each row: above ${MARKS[0]}, below ${MARKS[1]}` : "";
  byId("about").textContent = aboutText(hubs.map((hub) => hub.run));
  const player = new Player(hubs, texts.counts);
  player.resize();
  if (!player.goToAddress()) player.seek(firstInstant(player.run));
  window.replay = player;
}

/** A mistake in this page is shown on it. */
function say(message) {
  byId("error").hidden = false;
  byId("error").textContent = `This page has failed: ${message}. A newer browser may help.`;
}

window.addEventListener("error", (event) => say(event.message));
window.addEventListener("unhandledrejection", (event) => say(event.reason?.message ?? String(event.reason)));
start();
