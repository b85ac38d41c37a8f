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

const LINE_PX = 14;
const TEXT_PX = 11;
const SMALL_PX = 8.5;

/** Texts in a rectangle of the plan, at a fixed size on the screen, in lines of whole words; what has no room is left out.
 * In a rectangle too narrow for them they read upwards.
 */
function label(context, camera, rectangle, texts, colours) {
  let [width, height] = [rectangle.width * camera.scale, rectangle.height * camera.scale];
  const isUpright = width < 70 && height > 2 * width && !texts.some(({ isTail }) => isTail);
  context.save();
  context.translate(camera.x + rectangle.x * camera.scale, camera.y + rectangle.y * camera.scale);
  if (isUpright) {
    context.translate(0, height);
    context.rotate(-Math.PI / 2);
    [width, height] = [height, width];
  }
  const px = texts.some((each) => longestWord(context, each) > width - 6) ? SMALL_PX : TEXT_PX;
  let y = 3;
  for (const { bold, line } of texts.flatMap((each) => linesOf(context, each, width - 3, px))) {
    // The first line stands in the flattest zone; others leave what is drawn at its foot free.
    if (y + LINE_PX > height + (y > 3 ? -6 : 2) || width < 24) break;
    context.font = fontOf(bold, px);
    context.globalAlpha = 0.75;
    context.fillStyle = colours.page;
    context.fillRect(2, y - 1, widthOf(context, line) + 3, LINE_PX);
    context.globalAlpha = 1;
    context.fillStyle = bold ? colours.ink : colours.soft;
    context.fillText(line, 3, y + 10);
    y += LINE_PX;
  }
  context.restore();
}

function fontOf(bold, px) {
  return `${bold ? "600 " : ""}${px}px system-ui, sans-serif`;
}

/** The width of a text's longest word; of a name, which may be cut, nothing. */
function longestWord(context, { text, bold, isTail }) {
  context.font = fontOf(bold, TEXT_PX);
  return isTail ? 0 : Math.max(...text.split(" ").map((word) => widthOf(context, word)));
}

/** The lines of a text, parted at blanks; a word that is too long, or a name that is told by its tail, is cut. */
function linesOf(context, { text, bold, isTail }, width, px) {
  context.font = fontOf(bold, px);
  const lines = isTail ? [text] : [""];
  for (const word of isTail ? [] : text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) === "" || widthOf(context, longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => ({ bold, line: shortened(context, line, width, isTail) }));
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

/** A text that is no wider: its beginning, or its tail, which tells names apart. */
function shortened(context, text, width, isTail = false) {
  if (widthOf(context, text) <= width) return text;
  const cut = (n) => (isTail ? `…${text.slice(-n)}` : `${text.slice(0, n)}…`);
  let n = Math.floor((text.length * width) / widthOf(context, text));
  while (n > 1 && widthOf(context, cut(n)) > width) n--;
  return cut(Math.max(n, 1));
}
