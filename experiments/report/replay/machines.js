// Machines, their chutes and the lanes, with what flows through them interval by interval.

/** Of a machine's height, above its loop: for the name of the zone. */
const LOOP_TOP = 0.36;

/** A machine as a loop, red where none of its inductions works, and its chutes with what waits in them. */
function drawMachine(hub, hall, machine) {
  const { context, colours, run } = hub;
  const cell = cellOf(hall.machines, machine);
  const loop = { x: cell.x + cell.width * 0.08, y: cell.y + cell.height * LOOP_TOP, width: cell.width * 0.84, height: cell.height * 0.4 };
  const isMine = (post) => post.kind === "inductions" && post.hall === hall.number && post.machine === machine;
  const inductions = mannedAt(run, isMine, hub.second);
  context.beginPath();
  context.roundRect(loop.x, loop.y, loop.width, loop.height, Math.min(loop.height, loop.width) / 2);
  context.strokeStyle = inductions === 0 ? colours.blocked : colours.belt;
  context.lineWidth = Math.min(2.5, loop.height / 6);
  context.stroke();
  const key = flowKey("machine", hall.number, machine, NOT_YET);
  const flow = flowAt(run, key, hub.second);
  const text = flow === null ? "" : `${number((flow.left * 3600) / run.flows.width)} an hour`;
  const middle = { x: loop.x + loop.width * 0.12, y: loop.y + loop.height * 0.3, width: loop.width * 0.76, height: loop.height * 0.6 };
  const about = () => machineFacts(hub, hall, machine, run.posts.find(isMine), key);
  hub.hits.push({ ...loop, key, about }, { ...middle, key, text, about });
  run.routes.forEach((_, route) => drawChute(hub, hall, machine, route, loop));
}

function drawChute(hub, hall, machine, route, loop) {
  const { run } = hub;
  const n = run.routes.length;
  const chute = { x: loop.x + (loop.width * (route + 0.7)) / (n + 0.4), y: loop.y + loop.height, width: (loop.width / n) * 0.3, height: loop.height * 0.25 };
  fill(hub.context, chute, routeColour(route));
  const key = flowKey("chute", hall.number, machine, route);
  const flow = flowAt(run, key, hub.second);
  const queue = { ...chute, x: chute.x - chute.width * 0.5, y: chute.y + chute.height, width: chute.width * 2 };
  const zone = hall.zones.packout;
  const room = (zone ? zone.y + zone.height : chute.y + 2 * chute.height) - queue.y;
  queue.height = flow === null ? 0 : (room * flow.inside) / run.flows.most.chute;
  hub.context.globalAlpha = 0.6;
  fill(hub.context, queue, routeColour(route));
  hub.context.globalAlpha = 1;
  const second = hall.leads[`${machine} ${route}`];
  const title = `Chute of ${run.routes[route]}, machine ${machine + 1}`;
  const about = () => second === undefined
    ? { title, rows: [...flowFacts(hub, key, "Packed", "a packer"), ...postFacts(hub, hall, ["packout_posts"])], command: "" }
    : { title: `${title}, to machine ${second + 1}`, rows: flowFacts(hub, key, "Taken there", "the next round"), command: "" };
  hub.hits.push({ ...queue, y: chute.y, height: chute.height + queue.height, key, about });
}

/** The screening lines of a hall side by side, and what waits for them and is on them: they are counted together. */
function drawScreening(hub, hall) {
  const { run, context, colours } = hub;
  const zone = hall.zones.screening;
  drawGrid(context, row(zone, hall.units.screening), colours.unit);
  const key = flowKey("screening", hall.number, NOT_YET, NOT_YET);
  const flow = flowAt(run, key, hub.second);
  const about = () => {
    const rows = [...flowFacts(hub, key, "Screened", "a screening line"), ["Lines", number(hall.units.screening)]];
    return { title: zone.label, rows: withMore(rows, zoneRows(hub, hall, zone).rows), command: "" };
  };
  hub.hits.push({ ...zone, key, about });
  if (flow === null) return;
  const height = (zone.height * flow.inside) / (run.flows.most.screening ?? 1);
  context.globalAlpha = 0.6;
  fill(context, { ...zone, y: zone.y + zone.height - height, height }, colours.export);
  context.globalAlpha = 1;
  const text = `${number((flow.left * 3600) / run.flows.width)} an hour`;
  hub.hits.push({ ...zone, y: zone.y + zone.height * 0.5, height: zone.height * 0.5, text, key, about });
}

/** How full the lane of each route is. */
function drawLanes(hub, hall) {
  const { run, context } = hub;
  const lanes = row(hall.zones.lanes, run.routes.length);
  run.routes.forEach((_, route) => {
    const key = flowKey("lane", hall.number, NOT_YET, route);
    const flow = flowAt(run, key, hub.second);
    if (flow === null) return;
    const cell = cellOf(lanes, route);
    const height = (cell.height * flow.inside) / run.flows.most.lane;
    context.globalAlpha = 0.6;
    fill(context, { ...cell, y: cell.y + cell.height - height, height }, routeColour(route));
    context.globalAlpha = 1;
    hub.hits.push({ ...cell, key, about: () => laneFacts(hub, hall, route, key) });
  });
}
