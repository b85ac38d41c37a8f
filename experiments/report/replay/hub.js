// One run on one canvas: the plan, and everything that is on it at a second.

const ZONES_BY_STORED = { lanes: "lanes", customs_hold: "customs_hold", export: "export_floor", empty_ulds: "empty_ulds",
  sorting: "sorting", handcoding: "handcoding", packout: "packout", screening: "screening", hand_sorting: "hand_sorting" };
const ONE_FOR_ALL_HALLS = ["sorting", "handcoding", "packout", "customs_hold", "screening", "hand_sorting", "empty_ulds"];
const WAGON_M = { width: 3.2, height: 2.6, gap: 0.8 };

class Hub {
  /** `texts`: what the page says of kinds of things, counts, places, posts and zones; `mark`: A or B of two runs. */
  constructor(run, texts, canvas, mark) {
    this.run = run;
    this.mark = mark;
    this.texts = texts;
    this.kinds = texts.kinds;
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.camera = new Camera();
    this.plan = planOf(run);
    this.things = [];
    this.hits = [];
    this.chosen = null;
  }

  /** Fit the canvas to its place on the page. */
  resize() {
    const box = this.canvas.parentElement.getBoundingClientRect();
    this.pixels = window.devicePixelRatio || 1;
    this.size = { width: box.width, height: box.height };
    this.canvas.width = Math.round(box.width * this.pixels);
    this.canvas.height = Math.round(box.height * this.pixels);
    this.colours = coloursOf(document.documentElement);
  }

  /** How many pixels a metre is when all of the plan is shown. */
  get wholeScale() {
    return 0.97 * Math.min(this.size.width / this.plan.width, this.size.height / this.plan.height);
  }

  showAll(scale) {
    this.camera.fit(this.plan, this.size, scale);
  }

  draw(second) {
    const { context, camera, pixels } = this;
    this.second = second;
    this.things = thingsAt(this.run, this.kinds, second);
    this.hits = [];
    this.resting = restingAt(this, second);
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.clearRect(0, 0, this.size.width, this.size.height);
    context.scaleNow = camera.scale;
    context.setTransform(pixels * camera.scale, 0, 0, pixels * camera.scale, pixels * camera.x, pixels * camera.y);
    this.drawGround();
    for (const hall of this.plan.halls) this.drawHall(hall);
    this.drawResting();
    this.drawThings();
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    this.drawLabels();
    this.drawScale();
  }

  drawGround() {
    const { context, colours, plan } = this;
    const height = plan.apron.height + ROAD_M;
    this.apron = { ...plan.apron, height, name: "apron", label: "Apron", isNotToScale: true };
    fill(context, this.apron, colours.apron);
    context.setLineDash([3, 3]);
    drawGrid(context, plan.stands, colours.soft);
    context.setLineDash([]);
    this.addZone(null, this.apron);
    this.addPlaces("flights", "stand", null, plan.stands);
    for (const hall of plan.halls) {
      const ground = { x: hall.x, y: hall.y + hall.depth, width: hall.width, height: hall.yard.y + hall.yard.height - hall.y - hall.depth };
      fill(context, ground, colours.yard);
      this.addZone(hall, { ...hall.yard, name: "yard", label: "Yard", isNotToScale: true });
    }
  }

  addZone(hall, zone) {
    this.hits.push({ ...zone, key: `zone/${zone.name}/${hall?.number}`, about: () => zoneFacts(this, hall, zone) });
  }

  /** Places of a grid can be clicked on, too; `first`: the cell that has the first place. */
  addPlaces(kind, column, hall, grid, first = 0, n = grid?.n) {
    const place = this.texts.places.find((each) => each.kind === kind && each.column === column);
    if (grid && n > 0) this.hits.push({ ...grid, place, hall, grid, first, stop: first + n });
  }

  addPlacesOf(hall) {
    this.addPlaces("ulds", "position", hall, hall.positions);
    this.addPlaces("ulds", "station", hall, hall.stations);
    this.addPlaces("out_ulds", "place", hall, hall.places);
    this.addPlaces("trucks", "door", hall, hall.doors, 0, hall.units.dock_doors);
    this.addPlaces("collections", "door", hall, hall.doors, hall.units.dock_doors, hall.units.doors_in);
  }

  drawHall(hall) {
    const { context, colours } = this;
    for (const zone of Object.values(hall.zones)) {
      const use = this.useOf(hall, zone.name);
      fill(context, zone, use !== null && use.limit > 0 ? useColour(colours, use.inside / use.limit) : colours.zone);
      this.addZone(hall, zone);
    }
    this.addPlacesOf(hall);
    for (const grid of [hall.positions, hall.stations, hall.places, hall.doors]) {
      if (grid) drawGrid(context, grid, colours.unit);
    }
    for (const zone of Object.values(hall.zones)) outline(context, zone, colours.belt, 1);
    if (hall.machines) this.drawMachines(hall);
    if (hall.zones.lanes) drawLanes(this, hall);
    if (hall.zones.screening) drawScreening(this, hall);
  }

  /** A red edge around what has posts at which nobody works; a machine is red itself. */
  drawResting() {
    for (const { post, key } of this.resting) {
      const zone = post.machine === NOT_YET && this.placed(key);
      if (zone) outline(this.context, zone, this.colours.blocked, 2.5);
    }
  }

  drawMachines(hall) {
    for (let machine = 0; machine < hall.machines.n; machine++) drawMachine(this, hall, machine);
  }

  /** What is stored of a zone: how much is inside and how much there can be; null if nothing is. */
  useOf(hall, name) {
    const zone = ZONES_BY_STORED[name];
    if (zone === undefined) return null;
    const isOfHall = this.run.halls.length > 1 && !ONE_FOR_ALL_HALLS.includes(zone);
    const stored = isOfHall ? `${zone} @ ${hall.name}` : zone;
    const inside = storedInside(this.run, stored, this.second);
    const about = this.run.zonesByName.get(stored);
    if (inside === null || about === undefined) return null;
    return { stored, inside, limit: about.limit, unit: about.unit, isOfAll: this.run.halls.length > 1 && !isOfHall };
  }

  drawThings() {
    this.loads = this.loadsOfTrains();
    this.blockedFlights = new Set(
      this.things.filter((thing) => thing.kind.name === "ulds" && thing.step.since === "lifted").map((thing) => this.columns(thing).flight[thing.row]),
    );
    for (const thing of this.things) {
      const draw = DRAWN[thing.kind.name];
      if (draw) draw(this, thing, this.columns(thing));
    }
  }

  columns(thing) {
    return this.run.tables[thing.kind.name];
  }

  /** How many ULDs are on each train, by flight, deck and train. */
  loadsOfTrains() {
    const loads = new Map();
    for (const thing of this.things) {
      if (thing.kind.name !== "ulds" || !["on_train", "at_door"].includes(thing.step.since)) continue;
      const { flight, deck, train } = this.columns(thing);
      const key = `${flight[thing.row]}/${deck[thing.row]}/${train[thing.row]}`;
      loads.set(key, (loads.get(key) ?? 0) + 1);
    }
    return loads;
  }

  isChosen(thing) {
    return this.chosen !== null && this.chosen.kind === thing.kind && this.chosen.row === thing.row;
  }

  /** The line around a thing: red if it is blocked, thick if it is the one that was clicked on. */
  edge(thing, isBlocked = thing.step.is_blocked) {
    const colour = isBlocked ? this.colours.blocked : this.colours.ink;
    return [colour, this.isChosen(thing) ? 4 : isBlocked ? 2.5 : 0.8];
  }

  box(thing, rectangle, colour) {
    fill(this.context, rectangle, thing.step.is_blocked ? this.colours.blocked : colour);
    if (this.isChosen(thing)) outline(this.context, rectangle, this.colours.ink, 4);
    this.hits.push({ ...rectangle, thing });
  }

  train(thing, at, wagons, colour) {
    const n = Math.max(wagons, 0);
    const tug = { x: at.x, y: at.y, width: WAGON_M.width * 0.7, height: WAGON_M.height };
    fill(this.context, tug, this.colours.ink);
    for (let wagon = 0; wagon < n; wagon++) {
      const x = at.x + (wagon + 1) * (WAGON_M.width + WAGON_M.gap);
      fill(this.context, { x, y: at.y, width: WAGON_M.width, height: WAGON_M.height }, thing.step.is_blocked ? this.colours.blocked : colour);
    }
    const whole = { ...tug, width: (n + 1) * (WAGON_M.width + WAGON_M.gap) };
    if (thing.step.is_blocked || this.isChosen(thing)) outline(this.context, whole, ...this.edge(thing));
    this.hits.push({ ...whole, thing });
  }

  drawLabels() {
    const { context, camera, colours, plan } = this;
    const names = [...new Set(plan.halls.flatMap((hall) => Object.values(hall.zones).map((zone) => zone.label)))];
    const numbered = new Map();
    for (const hall of plan.halls) {
      for (const zone of Object.values(hall.zones)) {
        const use = this.useOf(hall, zone.name);
        const texts = [{ text: zone.label, bold: true }];
        if (use !== null) texts.push({ text: `${useText(use)}*${use.isOfAll ? ", all halls" : ""}` });
        const above = zone.name === "sorting" ? { ...zone, height: zone.height * LOOP_TOP } : zone;
        if (label(context, camera, above, texts, colours)) continue;
        const at = names.indexOf(zone.label) + 1;
        numbered.set(at, zone.label);
        numeral(context, camera, zone, at, colours);
      }
      const texts = [{ text: "Yard (not to scale)", bold: false }];
      if (plan.halls.length > 1) texts.unshift({ text: `Hall ${hall.name}, ${number(hall.area)} m²`, bold: true });
      label(context, camera, hall.yard, texts, colours);
    }
    const road = { x: 0, y: plan.apron.height + 2, width: plan.width / 2, height: ROAD_M };
    label(context, camera, road, [{ text: "Apron (not to scale)", bold: false }], colours);
    for (const hit of this.hits) {
      if (hit.text) label(context, camera, hit, [{ text: hit.text }], colours);
      if (hit.thing && hit.name) label(context, camera, { ...hit, x: hit.x + hit.width * 0.03 }, [{ text: hit.name, bold: true, isTail: true }], colours);
    }
    legend(context, { ...this.size, width: this.size.width - this.metres * camera.scale - 24 }, numbered, colours);
  }

  /** The length of the scale that is drawn. */
  get metres() {
    return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((length) => length * this.camera.scale >= 50) ?? 1000;
  }

  drawScale() {
    const { context, camera, colours, metres, size } = this;
    const x = size.width - metres * camera.scale - 12;
    fill(context, { x, y: size.height - 10, width: metres * camera.scale, height: 2 }, colours.ink);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = colours.ink;
    context.fillText(`${metres} m`, x, size.height - 14);
  }

  /** The place of a key, such as a machine or a zone; null where it is not on the plan. */
  placed(key) {
    return this.hits.find((hit) => hit.key === key) ?? null;
  }

  /** What is at a point of the plan: the thing, place or zone drawn last there; null where there is nothing. */
  at(point) {
    const margin = 3 / this.camera.scale;
    const isOn = (hit) => point.x >= hit.x - margin && point.x <= hit.x + hit.width + margin && point.y >= hit.y - margin && point.y <= hit.y + hit.height + margin;
    const isPlace = (hit) => isOn(hit) && this.cellOn(hit, point) !== NOT_YET;
    const hit = this.hits.findLast((each) => each.thing && isOn(each)) ?? this.hits.findLast(isPlace);
    if (!hit?.grid) return hit ?? null;
    const cell = this.cellOn(hit, point) - hit.first;
    return { about: () => placeFacts(this, hit.place, hit.hall, cell) };
  }

  /** The cell of a grid's places at a point; `NOT_YET` between or beside them, 0 of what is no grid. */
  cellOn(hit, point) {
    const cell = hit.grid ? cellAt(hit.grid, point) : 0;
    return hit.grid && (cell < hit.first || cell >= hit.stop) ? NOT_YET : cell;
  }
}
