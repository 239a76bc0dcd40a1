// The board by keys: one visit takes part in Tab, arrows go on from it: left and right in its chair, up and down
// to the nearest in time in the next chair, Home and End to the first and last of the chair. M moves the visit.
// After a move that one takes part which has been moved (data-kc-arrived).
(() => {
  const kc = window.kc;
  let here = null; // key of the visit that had the focus last

  const blocks = (lane) => [...lane.querySelectorAll("[data-kc-block]")].sort((one, other) => left(one) - left(other));
  const left = (block) => block.getBoundingClientRect().left;

  const rove = (block, focus = true) => {
    const board = block.closest("[data-kc-board]");
    board.querySelectorAll("[data-kc-block]").forEach((one) => (one.tabIndex = one === block ? 0 : -1));
    here = block.dataset.kcBlock;
    if (!focus) return;
    block.focus({ preventScroll: true });
    block.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const nextLane = (block, by) => {
    const lanes = [...block.closest("[data-kc-board]").querySelectorAll("[data-kc-lane]")];
    const from = lanes.indexOf(block.closest("[data-kc-lane]"));
    for (let at = from + by; at >= 0 && at < lanes.length; at += by) {
      const found = blocks(lanes[at]);
      const near = (one) => Math.abs(left(one) - left(block));
      if (found.length) return found.reduce((best, one) => (near(one) < near(best) ? one : best));
    }
    return null;
  };

  const target = (block, key) => {
    const row = blocks(block.closest("[data-kc-lane]"));
    const at = row.indexOf(block);
    if (key === "ArrowLeft") return row[at - 1];
    if (key === "ArrowRight") return row[at + 1];
    if (key === "Home") return row[0];
    if (key === "End") return row[row.length - 1];
    if (key === "ArrowUp") return nextLane(block, -1);
    return key === "ArrowDown" ? nextLane(block, 1) : null;
  };

  document.addEventListener("keydown", (event) => {
    const block = event.target.closest?.("[data-kc-block]");
    if (!block || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const next = target(block, event.key);
    if (next) rove(next);
    else if (event.key.toLowerCase() === "m" && localStorage.getItem("kc-keys") !== "off" && block.dataset.kcMovable) {
      kc.preview?.(block.dataset.kcMovable);
    } else if (!event.key.startsWith("Arrow") && !["Home", "End"].includes(event.key)) return;
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const block = event.target.closest?.("[data-kc-block]");
    if (block && block.dataset.kcBlock !== here) rove(block, false);
  });

  kc.onFresh((root) => {
    const board = kc.all(root, "[data-kc-board]")[0];
    if (!board) return;
    const arrived = board.querySelector("[data-kc-arrived]");
    const known = here && board.querySelector(`[data-kc-block="${here}"]`);
    const first = arrived || known || board.querySelector("[data-kc-movable]") || board.querySelector("[data-kc-block]");
    if (!first) return;
    rove(first, Boolean(arrived));
    board.removeAttribute("tabindex");
  });
})();
