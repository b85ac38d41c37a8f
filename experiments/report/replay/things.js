// What moves on the plan: how each kind of thing is drawn at its place.

function share(columns, row, since, until, second) {
  const from = columns[since][row];
  const to = columns[until][row];
  if (to === NOT_YET || to <= from) return 0.5;
  return Math.min(1, Math.max(0, (second - from) / (to - from)));
}

/** How each kind is drawn at its place. */
const DRAWN = {
  flights(hub, thing, columns) {
    const stand = columns.stand[thing.row];
    if (stand === NOT_YET || thing.step.since === "stand_requested") return;
    const cell = cellOf(hub.plan.stands, stand);
    const isBlocked = thing.step.is_blocked || hub.blockedFlights.has(thing.row);
    hub.context.globalAlpha = columns.aibt[thing.row] !== NOT_YET && columns.aibt[thing.row] <= hub.second ? 1 : 0.45;
    drawAircraft(hub.context, shrunk(cell, 0.06), hub.colours.aircraft, ...hub.edge(thing, isBlocked));
    hub.context.globalAlpha = 1;
    hub.hits.push({ ...cell, thing, name: hub.run.names.flights[thing.row] });
  },

  ulds(hub, thing, columns) {
    const hall = hub.plan.halls[columns.hall[thing.row]];
    const { row, step } = thing;
    if (step.since === "lifted") {
      const { x, y } = atStand(hub.plan, hub.run.tables.flights.stand[columns.flight[row]], columns.deck[row]);
      hub.box(thing, { x: x - 3, y: y - 6, width: 4, height: 4 }, hub.colours.uld);
    } else if (hall && ["start", "end"].includes(step.since) && hall.stations) {
      hub.box(thing, shrunk(cellOf(hall.stations, columns.station[row]), 0.16), hub.colours.uld);
    } else if (hall && !["on_train", "at_door"].includes(step.since) && hall.positions) {
      hub.box(thing, shrunk(cellOf(hall.positions, columns.position[row]), 0.16), hub.colours.uld);
    }
  },

  trains(hub, thing, columns) {
    const { row } = thing;
    const stand = atStand(hub.plan, hub.run.tables.flights.stand[columns.flight[row]], columns.deck[row]);
    const door = atHall(hub.plan.halls[columns.hall[row]] ?? hub.plan.halls[0], columns.at_hall[row]);
    const wagons = hub.loads.get(`${columns.flight[row]}/${columns.deck[row]}/${columns.train[row]}`) ?? 0;
    const ways = { granted: stand, at_door: door, goes_on: door, left: null, placed: null };
    let at = ways[thing.step.since];
    if (thing.step.since === "left") at = between(stand, door, share(columns, row, "left", "at_door", hub.second));
    if (thing.step.since === "placed") at = between(door, stand, share(columns, row, "placed", "returned", hub.second));
    hub.train(thing, at, wagons, hub.colours.uld);
  },

  trucks(hub, thing, columns) {
    const hall = hub.plan.halls[columns.hall[thing.row]];
    const colour = routeColour(columns.route[thing.row]);
    if (thing.step.since === "called") return;
    const isAtDoor = thing.step.since !== "arrived";
    const place = isAtDoor ? truckAtDoor(hall, columns.door[thing.row]) : truckInYard(hall, columns.yard[thing.row]);
    const loaded = thing.step.since === "cut_off" ? columns.n_parcels[thing.row] / hub.run.trailer : 0;
    drawTruck(hub.context, place, Math.min(1, Math.max(loaded, 0.06)), colour, hub.colours, ...hub.edge(thing));
    hub.hits.push({ ...place, thing });
  },

  collections(hub, thing, columns) {
    const hall = hub.plan.halls[columns.hall[thing.row]];
    if (["scheduled", "called"].includes(thing.step.since)) return;
    const isAtDoor = thing.step.since !== "arrived";
    const place = isAtDoor
      ? truckAtDoor(hall, hall.units.dock_doors + columns.door[thing.row])
      : truckInYard(hall, hall.slots.n - 1 - columns.yard[thing.row]);
    const left = ["unloaded"].includes(thing.step.since) ? 0.06 : 1;
    drawTruck(hub.context, place, left, hub.colours.export, hub.colours, ...hub.edge(thing));
    hub.hits.push({ ...place, thing });
  },

  out_ulds(hub, thing, columns) {
    const hall = hub.plan.halls[columns.hall[thing.row]];
    const colour = columns.route[thing.row] < 0 ? hub.colours.export : hub.colours.uld;
    if (thing.step.since === "start" && hall.places) {
      hub.box(thing, shrunk(cellOf(hall.places, columns.place[thing.row]), 0.16), colour);
    } else if (thing.step.since === "built") {
      const perRow = Math.max(1, Math.floor(hall.width / 8));
      const dolly = columns.dolly[thing.row];
      const x = hall.x + hall.width - 6 - (dolly % perRow) * 5;
      hub.box(thing, { x, y: hall.y - 5 - Math.floor(dolly / perRow) * 4, width: 3.4, height: 2.8 }, colour);
    }
  },

  out_trains(hub, thing, columns) {
    const { row } = thing;
    const stand = atStand(hub.plan, hub.run.tables.flights.stand[columns.flight[row]], 1);
    const hall = hub.plan.halls[columns.hall[row]];
    const door = { x: hall.x + hall.width * 0.8, y: hall.y - 3 };
    let at = stand;
    if (thing.step.since === "granted") at = between(door, stand, share(columns, row, "granted", "at_aircraft", hub.second));
    if (thing.step.since === "emptied") at = between(stand, door, share(columns, row, "emptied", "returned", hub.second));
    hub.train(thing, at, thing.step.since === "emptied" ? 0 : columns.n_positions[row], hub.colours.export);
  },

  shuttles(hub, thing, columns) {
    const at = (number) => {
      const hall = hub.plan.halls[number];
      return { x: hall.x + hall.width / 2, y: hall.y + hall.depth - 6 };
    };
    const from = at(columns.origin[thing.row]);
    const to = at(columns.destination[thing.row]);
    const place = { taken: from, departed: between(from, to, share(columns, thing.row, "departed", "arrived", hub.second)),
      arrived: between(to, from, share(columns, thing.row, "arrived", "returned", hub.second)) }[thing.step.since];
    hub.box(thing, { ...place, width: 8, height: 3 }, hub.colours.wait);
  },
};
