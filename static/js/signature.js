// A signature drawn with finger, pen or mouse: data-kc-signature holds the box (an SVG of 600 × 200), a hidden
// field for its path and a button that clears it. Nothing is smoothed; a stroke is lines between the points.
(() => {
  const [WIDE, HIGH] = [600, 200];
  const STEP = 3; // units between two points
  const MOST = 18000; // characters of the path
  let drawing = null;

  const parts = (element) => {
    const home = element.closest("[data-kc-signature]");
    return { path: home.querySelector("path"), field: home.querySelector("[data-kc-signature-path]") };
  };

  const point = (box, event) => {
    const frame = box.getBoundingClientRect();
    const inside = (value, most) => Math.min(most, Math.max(0, value)).toFixed(1);
    return [inside(((event.clientX - frame.left) / frame.width) * WIDE, WIDE), inside(((event.clientY - frame.top) / frame.height) * HIGH, HIGH)];
  };

  const add = (box, word, [x, y]) => {
    const { path, field } = parts(box);
    const next = `${field.value}${field.value ? " " : ""}${word}${x} ${y}`;
    if (next.length > MOST) return;
    field.value = next;
    path.setAttribute("d", next);
    drawing.last = [Number(x), Number(y)];
  };

  document.addEventListener("pointerdown", (event) => {
    const box = event.target.closest?.("[data-kc-signature-box]");
    if (!box || !event.isPrimary) return;
    event.preventDefault();
    box.setPointerCapture(event.pointerId);
    drawing = { box, last: null, start: point(box, event) };
  });

  document.addEventListener("pointermove", (event) => {
    if (!drawing || !event.isPrimary) return;
    const at = point(drawing.box, event);
    const [x, y] = drawing.last || drawing.start.map(Number);
    if (Math.hypot(at[0] - x, at[1] - y) < STEP) return;
    if (!drawing.last) add(drawing.box, "M", drawing.start);
    add(drawing.box, "L", at);
  });

  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, () => (drawing = null)));

  document.addEventListener("click", (event) => {
    const clear = event.target.closest?.("[data-kc-signature-clear]");
    if (!clear) return;
    const { path, field } = parts(clear);
    field.value = "";
    path.setAttribute("d", "");
  });
})();
