// Shapes on a canvas, in metres of the plan, and colours from the style sheet.

const ROUTE_COLOURS = ["#4269d0", "#d98e04", "#e4572e", "#2a9d8f", "#3ca951", "#a463f2", "#6c8ebf", "#9c6b4e"];
const USE_STEPS = [0.25, 0.5, 0.75, 0.95];

function coloursOf(element) {
  const style = getComputedStyle(element);
  const colours = {};
  for (const name of ["ink", "soft", "line", "page", "apron", "yard", "zone", "unit", "blocked", "wait", "uld", "export",
    "aircraft", "truck", "belt", "use-0", "use-1", "use-2", "use-3", "use-4"]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  return colours;
}

function useColour(colours, share) {
  return colours[`use-${USE_STEPS.filter((step) => share >= step).length}`];
}

function routeColour(route) {
  return ROUTE_COLOURS[route % ROUTE_COLOURS.length];
}

/** A grid of at least n cells in a rectangle, each about `aspect` times as wide as high; filled from the right, where no
 * label stands.
 */
function gridOf(rectangle, n, aspect) {
  const columns = Math.max(1, Math.min(n, Math.round(Math.sqrt((n * rectangle.width) / (rectangle.height * aspect)))));
  const rows = Math.max(1, Math.ceil(n / columns));
  return { ...rectangle, n, columns, rows, cellWidth: rectangle.width / columns, cellHeight: rectangle.height / rows, isFromRight: true };
}

/** The rectangle of a cell; places beyond the last are drawn on the last. */
function cellOf(grid, place) {
  const cell = Math.min(Math.max(place, 0), Math.max(grid.n - 1, 0));
  const column = cell % grid.columns;
  return {
    x: grid.x + (grid.isFromRight ? grid.columns - 1 - column : column) * grid.cellWidth,
    y: grid.y + Math.floor(cell / grid.columns) * grid.cellHeight,
    width: grid.cellWidth,
    height: grid.cellHeight,
  };
}

/** The cell at a point; the other way round of `cellOf`. */
function cellAt(grid, point) {
  const column = Math.min(grid.columns - 1, Math.max(0, Math.floor((point.x - grid.x) / grid.cellWidth)));
  const row = Math.max(0, Math.floor((point.y - grid.y) / grid.cellHeight));
  return row * grid.columns + (grid.isFromRight ? grid.columns - 1 - column : column);
}

function shrunk(rectangle, share) {
  const { x, y, width, height } = rectangle;
  return { x: x + width * share, y: y + height * share, width: width * (1 - 2 * share), height: height * (1 - 2 * share) };
}

function fill(context, rectangle, colour) {
  context.fillStyle = colour;
  context.fillRect(rectangle.x, rectangle.y, rectangle.width, rectangle.height);
}

function outline(context, rectangle, colour, pixels) {
  context.strokeStyle = colour;
  context.lineWidth = pixels / context.scaleNow;
  context.strokeRect(rectangle.x, rectangle.y, rectangle.width, rectangle.height);
}

/** The lines between the cells of a grid. */
function drawGrid(context, grid, colour) {
  context.beginPath();
  for (let place = 0; place < grid.n; place++) {
    const cell = cellOf(grid, place);
    context.rect(cell.x, cell.y, cell.width, cell.height);
  }
  context.strokeStyle = colour;
  context.lineWidth = 0.6 / context.scaleNow;
  context.stroke();
}

/** An aircraft seen from above, nose down towards the hall. */
const AIRCRAFT = [[0, 1], [0.06, 0.92], [0.06, 0.62], [0.5, 0.36], [0.5, 0.28], [0.06, 0.42], [0.045, 0.16], [0.18, 0.06],
  [0.18, 0], [0, 0.05]];

function drawAircraft(context, rectangle, colour, edge, edgePixels) {
  const size = Math.min(rectangle.width, rectangle.height);
  const x = rectangle.x + rectangle.width / 2;
  const y = rectangle.y + (rectangle.height - size) / 2;
  context.beginPath();
  for (const [across, along] of AIRCRAFT) context.lineTo(x + across * size, y + along * size);
  for (const [across, along] of [...AIRCRAFT].reverse()) context.lineTo(x - across * size, y + along * size);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = edgePixels / context.scaleNow;
  context.stroke();
}

/** A trailer, filled from its front with what is on it. */
function drawTruck(context, rectangle, share, colour, colours, edge, edgePixels) {
  fill(context, rectangle, colours.truck);
  fill(context, { ...rectangle, height: rectangle.height * share }, colour);
  outline(context, rectangle, edge, edgePixels);
}

/** Sizes of labels on the screen [px]: of letters, and from line to line. The first in which all has room is taken. */
const SIZES = [{ px: 11, line: 14 }, { px: 8.5, line: 11 }];
/** Below a label, for what is drawn at the foot of a zone [px]. */
const FOOT_PX = 6;

/** Texts in a rectangle of the plan, the first one its name, in lines of whole words; in a narrow one they read upwards.
 * Texts that have no room beside the name are left out; false if the name itself has none, and nothing is drawn.
 */
function label(context, camera, rectangle, texts, colours) {
  let [width, height] = [rectangle.width * camera.scale, rectangle.height * camera.scale];
  const isUpright = width < 70 && height > 2 * width && !texts.some(({ isTail }) => isTail);
  if (isUpright) [width, height] = [height, width];
  const laid = SIZES.map((size) => laidOut(context, texts, size, width - 5, height));
  const tail = texts[0].isTail ? laid.at(-1) : undefined;
  const fitting = laid.find(({ isWhole }) => isWhole) ?? laid.find(({ isNamed }) => isNamed) ?? tail;
  if (width < 24 || fitting === undefined) return false;
  const { px, line, shown } = fitting;
  context.save();
  context.translate(camera.x + rectangle.x * camera.scale, camera.y + rectangle.y * camera.scale);
  if (isUpright) {
    context.translate(0, width);
    context.rotate(-Math.PI / 2);
  }
  let y = 3;
  for (const { text, bold } of shown) {
    context.font = fontOf(bold, px);
    context.globalAlpha = 0.75;
    context.fillStyle = colours.page;
    context.fillRect(2, y - 1, widthOf(context, text) + 3, line);
    context.globalAlpha = 1;
    context.fillStyle = bold ? colours.ink : colours.soft;
    context.fillText(text, 3, y + line - 4);
    y += line;
  }
  context.restore();
  return true;
}

/** What numbers on the plan stand for, in lines at the foot of a space; `names`: by number. */
function legend(context, size, names, colours) {
  context.font = fontOf(false, 11);
  const lines = [];
  names.forEach((name, at) => {
    const text = `${at} ${name}`;
    if (lines.length > 0 && widthOf(context, `${lines.at(-1)}, ${text}`) <= size.width) lines[lines.length - 1] += `, ${text}`;
    else lines.push(text);
  });
  lines.forEach((line, at) => {
    const y = size.height - 6 - 14 * (lines.length - 1 - at);
    fill(context, { x: 4, y: y - 11, width: widthOf(context, line) + 6, height: 14 }, colours.page);
    context.fillStyle = colours.ink;
    context.fillText(line, 7, y);
  });
}

/** A number about the middle of a rectangle of the plan: odd ones beside even ones, since neighbours may be thin. */
function numeral(context, camera, rectangle, at, colours) {
  context.font = fontOf(true, 9);
  context.fillStyle = colours.ink;
  const [width, height] = [rectangle.width * camera.scale, rectangle.height * camera.scale];
  const aside = (at % 2 ? -1 : 1) * Math.min(8, Math.max(width, height) / 4);
  const x = camera.x + rectangle.x * camera.scale + width / 2 + (width > height ? aside : 0);
  const y = camera.y + rectangle.y * camera.scale + height / 2 + (width > height ? 0 : aside);
  context.fillText(String(at), x - widthOf(context, String(at)) / 2, y + 3);
}

/** The lines that have room at a size; whether they are all, and whether the name is whole. */
function laidOut(context, texts, { px, line }, width, height) {
  const room = Math.max(line + 2 < height ? 1 : 0, Math.floor((height - 3 - FOOT_PX) / line));
  const [name, ...others] = texts.map((each) => linesOf(context, each, width, px));
  const isNamed = name.length <= room && !name.some(({ isCut }) => isCut);
  const shown = name.slice(0, room);
  let isWhole = isNamed;
  for (const lines of others) {
    if (shown.length + lines.length <= room && !lines.some(({ isCut }) => isCut)) shown.push(...lines);
    else isWhole = false;
  }
  return { px, line, shown, isNamed, isWhole };
}

function fontOf(bold, px) {
  return `${bold ? "600 " : ""}${px}px system-ui, sans-serif`;
}

/** The lines of a text, parted at blanks; a name that differs at its tail is cut. */
function linesOf(context, { text, bold, isTail }, width, px) {
  context.font = fontOf(bold, px);
  const lines = isTail ? [text] : [""];
  for (const word of isTail ? [] : text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) === "" || widthOf(context, longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => ({ bold, text: shortened(context, line, width, isTail), isCut: widthOf(context, line) > width }));
}

/** Widths of texts by font, since measuring takes more time than drawing. */
const WIDTHS = new Map();

function widthOf(context, text) {
  const key = `${context.font} ${text}`;
  let width = WIDTHS.get(key);
  if (width === undefined) {
    if (WIDTHS.size > 5000) WIDTHS.clear();
    width = context.measureText(text).width;
    WIDTHS.set(key, width);
  }
  return width;
}

/** A text that is no wider: its beginning, or its tail, which distinguishes names. */
function shortened(context, text, width, isTail = false) {
  if (widthOf(context, text) <= width) return text;
  const cut = (n) => (isTail ? `…${text.slice(-n)}` : `${text.slice(0, n)}…`);
  let n = Math.floor((text.length * width) / widthOf(context, text));
  while (n > 1 && widthOf(context, cut(n)) > width) n--;
  return cut(Math.max(n, 1));
}
