// Drag of a visit ([data-kc-movable]) with mouse, pen or, after a long press, a finger; Escape lets go.
// What is dropped goes to kc.drop(block, place), which asks the server; until it has answered nothing looks moved.
(() => {
  const kc = window.kc;
  const [HOLD, SLOP] = [450, 8]; // ms, px
  let drag = null;
  let ended = -Infinity; // when the last drag ended: the click after it opens nothing

  const begin = () => {
    drag.live = true;
    kc.ghost.lift(drag.block, drag.x);
    kc.targets.ask(drag.block);
    if (drag.touch) navigator.vibrate?.(10);
  };

  const end = () => {
    document.body.classList.remove("is-pressed");
    clearTimeout(drag?.timer);
    if (drag?.live) ended = performance.now();
    drag = null;
  };

  const letGo = () => {
    if (drag?.live) {
      kc.ghost.drop();
      kc.targets.clear();
    }
    end();
  };

  document.addEventListener("pointerdown", (event) => {
    const block = event.target.closest?.("[data-kc-movable]");
    if (!block || event.button || !event.isPrimary) return;
    const touch = event.pointerType === "touch";
    document.body.classList.add("is-pressed"); // the board under the finger stays the same
    drag = { block, x: event.clientX, y: event.clientY, touch, timer: touch ? setTimeout(begin, HOLD) : 0 };
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > SLOP;
    if (!drag.live && far && drag.touch) end(); // a finger that moves at once scrolls
    else if (!drag.live && far) begin();
    if (drag?.live) drag.place = kc.ghost.place(event.clientX, event.clientY);
  });

  document.addEventListener("pointerup", () => {
    const { live, place, block } = drag || {};
    if (!live || !place) {
      letGo();
      return;
    }
    end();
    kc.drop(block, place);
  });

  document.addEventListener("pointercancel", letGo);
  document.addEventListener("keydown", (event) => event.key === "Escape" && letGo());
  document.addEventListener("touchmove", (event) => drag?.live && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => drag?.touch && event.preventDefault());
  window.addEventListener(
    "click",
    (event) => {
      if (performance.now() - ended < 400 && event.target.closest?.("[data-kc-board]")) event.preventDefault();
    },
    true,
  );
})();
