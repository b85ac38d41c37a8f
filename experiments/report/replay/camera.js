// What part of the plan a canvas shows, and moving it by mouse, touch and keys.

const CLICK_PX = 5;

class Camera {
  constructor() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  /** Show a plan [m] in the middle of a canvas [px], at a scale [px/m]. */
  fit(plan, size, scale) {
    this.scale = scale;
    this.x = (size.width - plan.width * scale) / 2;
    this.y = (size.height - plan.height * scale) / 2;
  }

  zoom(factor, x, y) {
    const scale = Math.min(60, Math.max(0.2, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
  }

  move(dx, dy) {
    this.x += dx;
    this.y += dy;
  }

  toPlan(x, y) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }
}

/** Drag, wheel and pinch move the camera; a press without a drag is a click. */
function steer(canvas, camera, changed, clicked) {
  const pointers = new Map();
  let travelled = 0;
  const place = (event) => ({ x: event.offsetX, y: event.offsetY });
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return { size: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    travelled = pointers.size > 1 ? CLICK_PX : 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = place(event);
    if (pointers.size === 1) {
      camera.move(now.x - before.x, now.y - before.y);
      travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      pointers.set(event.pointerId, now);
    } else {
      const old = spread();
      pointers.set(event.pointerId, now);
      const next = spread();
      if (old.size > 0) camera.zoom(next.size / old.size, next.x, next.y);
      camera.move(next.x - old.x, next.y - old.y);
    }
    changed();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (pointers.has(event.pointerId) && travelled < CLICK_PX) clicked(camera.toPlan(event.offsetX, event.offsetY));
    pointers.delete(event.pointerId);
  });
  canvas.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      camera.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
      changed();
    },
    { passive: false },
  );
}
