// Below the plan: how full each zone was through the day, interval by interval, and when flights landed.

const STRIP_ZONES = ["stands", "uld_positions", "breakdown", "sorting", "packout", "lanes", "dock_doors", "export_floor"];

class Strips {
  constructor(canvas, hubs) {
    this.canvas = canvas;
    this.hubs = hubs;
    this.zones = STRIP_ZONES.filter((zone) => hubs.some((hub) => hub.run.inside[zone] !== undefined));
    this.most = new Map();
    for (const hub of hubs) for (const zone of this.zones) this.noteMost(hub.run, zone);
  }

  /** What a zone without a limit is measured by: the most that any of the runs had inside. */
  noteMost(run, zone) {
    const limit = this.about(run, zone)?.limit ?? 0;
    const most = limit > 0 ? limit : (run.inside[zone] ?? []).reduce((a, b) => Math.max(a, b), 1);
    this.most.set(zone, Math.max(limit > 0 ? 0 : (this.most.get(zone) ?? 0), most));
  }

  about(run, zone) {
    return run.zonesByName.get(zone);
  }

  resize() {
    const pixels = window.devicePixelRatio || 1;
    const box = this.canvas.getBoundingClientRect();
    this.width = box.width;
    this.height = box.height;
    this.canvas.width = Math.round(box.width * pixels);
    this.canvas.height = Math.round(box.height * pixels);
    this.context = this.canvas.getContext("2d");
    this.context.setTransform(pixels, 0, 0, pixels, 0, 0);
    this.gutter = parseFloat(getComputedStyle(this.canvas.parentElement).getPropertyValue("--gutter"));
  }

  draw(day, colours) {
    const { context, zones, gutter, hubs } = this;
    context.clearRect(0, 0, this.width, this.height);
    const lineHeight = (this.height - 8) / zones.length;
    const midnight = instantAt(hubs[0].run, day * DAY_S);
    context.font = `${Math.min(11, lineHeight)}px system-ui, sans-serif`;
    zones.forEach((zone, at) => {
      const y = 8 + at * lineHeight;
      const text = hubs.map((hub) => this.about(hub.run, zone)?.label).find(Boolean);
      context.fillStyle = colours.ink;
      context.fillText(shortened(context, text, gutter - 8), 0, y + lineHeight - 2);
      hubs.forEach((hub, number) => {
        const height = (lineHeight - 1) / hubs.length;
        this.drawZone(hub.run, zone, midnight, { y: y + number * height, height: height - (hubs.length > 1 ? 0.5 : 0) }, colours);
      });
    });
    this.drawLandings(hubs[0].run, midnight, colours);
  }

  drawZone(run, zone, midnight, strip, colours) {
    const values = run.inside[zone];
    if (values === undefined) return;
    const { edge } = run.inside;
    const limit = this.about(run, zone).limit > 0 ? this.about(run, zone).limit : this.most.get(zone);
    for (let at = Math.max(0, lastInterval(edge, midnight) + 1); at < edge.length && edge[at] <= midnight + DAY_S; at++) {
      const since = at > 0 ? edge[at - 1] : 0;
      this.context.fillStyle = useColour(colours, values[at] / limit);
      this.context.fillRect(this.toX(since - midnight), strip.y, this.toX(edge[at] - midnight) - this.toX(since - midnight) + 0.5, strip.height);
    }
  }

  drawLandings(run, midnight, colours) {
    this.context.fillStyle = colours.ink;
    for (const landed of run.tables.flights.aldt) {
      if (landed === NOT_YET || landed < midnight || landed >= midnight + DAY_S) continue;
      const x = this.toX(landed - midnight);
      this.context.beginPath();
      this.context.moveTo(x - 4, 0);
      this.context.lineTo(x + 4, 0);
      this.context.lineTo(x, 7);
      this.context.fill();
    }
  }

  toX(second) {
    return this.gutter + ((this.width - this.gutter) * second) / DAY_S;
  }
}
