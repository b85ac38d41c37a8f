// Where everything is on the plan [m]: the apron on top, the halls side by side, doors and yard below.

const LEAST_STAND_M = 36;
const STAND_DEPTH_M = 54;
const ROAD_M = 24;
const BETWEEN_HALLS_M = 40;
const TRUCK_M = 16;
const YARD_SLOT_M = { width: 5, height: 18 };
const YARD_NAME_M = 8;

function planOf(run) {
  const width = run.halls.reduce((sum, hall) => sum + hall.width, 0) + BETWEEN_HALLS_M * (run.halls.length - 1);
  const rows = Math.ceil(run.limits.stands / Math.max(1, Math.floor(width / LEAST_STAND_M)));
  const perRow = Math.ceil(run.limits.stands / rows);
  const apron = { x: 0, y: 0, width, height: rows * STAND_DEPTH_M };
  const stands = { ...apron, n: run.limits.stands, columns: perRow, rows, cellWidth: width / perRow, cellHeight: STAND_DEPTH_M };
  const halls = [];
  let x = 0;
  for (const hall of run.halls) {
    halls.push(hallPlan(run, hall, x, apron.height + ROAD_M));
    x += hall.width + BETWEEN_HALLS_M;
  }
  const height = Math.max(...halls.map((hall) => hall.yard.y + hall.yard.height));
  return { width, height, apron, stands, halls };
}

function hallPlan(run, hall, x, y) {
  const zones = {};
  for (const zone of hall.zones) zones[zone.name] = { ...zone, x: x + zone.x, y: y + zone.y };
  const depth = hall.area / hall.width;
  const dock = zones.dock_doors;
  const doors = row(dock, hall.units.dock_doors + hall.units.doors_in);
  const below = y + depth + 1;
  const slots = Math.max(1, Math.round(run.limits.yard / run.halls.length));
  const perRow = Math.max(1, Math.floor(hall.width / YARD_SLOT_M.width));
  const trucks = { x, y: below + TRUCK_M + YARD_NAME_M, width: hall.width, height: Math.max(1, Math.ceil(slots / perRow)) * YARD_SLOT_M.height };
  return {
    ...hall,
    number: run.halls.indexOf(hall),
    x,
    y,
    depth,
    zones,
    doors,
    below,
    yard: { ...trucks, y: trucks.y - YARD_NAME_M, height: trucks.height + YARD_NAME_M },
    slots: { ...trucks, n: slots, columns: perRow, cellWidth: hall.width / perRow, cellHeight: YARD_SLOT_M.height },
    positions: zones.uld_positions && gridOf(zones.uld_positions, hall.units.uld_positions, 1.6),
    stations: zones.breakdown && gridOf(zones.breakdown, hall.units.stations, 1.3),
    places: zones.build_up && gridOf(zones.build_up, hall.units.build_up, 1.3),
    machines: zones.sorting && row(zones.sorting, hall.units.machines),
  };
}

/** A rectangle cut into n cells from left to right. */
function row(rectangle, n) {
  return { ...rectangle, n, columns: Math.max(n, 1), cellWidth: rectangle.width / Math.max(n, 1), cellHeight: rectangle.height };
}

function truckAtDoor(hall, door) {
  const cell = cellOf(hall.doors, door);
  const width = Math.min(3.2, cell.width * 0.7);
  return { x: cell.x + (cell.width - width) / 2, y: hall.below, width, height: TRUCK_M };
}

function truckInYard(hall, place) {
  const cell = cellOf(hall.slots, place);
  return { x: cell.x + (cell.width - 3) / 2, y: cell.y + 1, width: 3, height: TRUCK_M };
}

/** The middle of a stand's near edge, where trains are filled and emptied. */
function atStand(plan, stand, deck) {
  const cell = cellOf(plan.stands, stand);
  return { x: cell.x + cell.width * (deck ? 0.72 : 0.18), y: cell.y + cell.height - 6 };
}

/** Where a train stands at a hall's airside door. */
function atHall(hall, place) {
  const strip = hall.zones.airside_circulation ?? { x: hall.x, y: hall.y, width: hall.width, height: 8 };
  const perRow = Math.max(1, Math.floor(strip.width / 26));
  return { x: strip.x + 4 + (Math.max(place, 0) % perRow) * 26, y: strip.y + strip.height * 0.55 };
}

function between(from, to, share) {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
