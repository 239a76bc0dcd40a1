// The shadow of a dragged visit: kc.ghost.lift(block, x) makes it, kc.ghost.place(x, y) puts it on the grid under
// the pointer and returns where that is: {lane, minute}, {day} or {week}, null elsewhere. It shows the clock time
// and says where the visit may not start. The visit itself stays where it is.
(() => {
  const kc = window.kc;
  const GRID = 5;
  let [ghost, own, span, grab] = [null, null, "", 0];

  const board = () => document.querySelector("[data-kc-board]");
  const two = (number) => String(number).padStart(2, "0");
  const clock = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

  const tickAt = (lane, x) => {
    const box = lane.getBoundingClientRect();
    return Math.floor(((x - box.left) / box.width) * board().dataset.kcTicks);
  };

  const lift = (block, x) => {
    own = block.closest("li");
    span = own.className.match(/\bspan-\d+\b/)[0];
    grab = tickAt(block.closest("[data-kc-lane]"), x) - Number(own.className.match(/\bt(\d+)\b/)[1]);
    ghost = document.createElement("li");
    ghost.setAttribute("aria-hidden", "true");
    own.classList.add("is-lifted");
  };

  const onLane = (lane, x) => {
    const tick = Math.max(0, tickAt(lane, x) - grab);
    const minute = Number(board().dataset.kcOpens) + tick * GRID;
    const no = kc.targets.known() && !kc.targets.allows(lane, minute);
    ghost.className = `ghost t${tick} ${span}${no ? " ghost--no" : ""}`;
    ghost.textContent = `${clock(minute)}${no ? " not free" : ""}`;
    lane.append(ghost);
    return { lane, minute };
  };

  const place = (x, y) => {
    const under = (selector) => document.elementFromPoint(x, y)?.closest(selector);
    const [lane, tab, week] = ["[data-kc-lane]", "[data-kc-day-tab]", "[data-kc-week]"].map(under);
    document.querySelectorAll(".is-hot").forEach((hot) => hot.classList.remove("is-hot"));
    if (lane) return onLane(lane, x);
    ghost.remove();
    (tab || week)?.classList.add("is-hot");
    if (tab) return { day: tab.dataset.kcDayTab };
    return week ? { week: week.dataset.kcWeek } : null;
  };

  const drop = () => {
    ghost?.remove();
    own?.classList.remove("is-lifted");
    [ghost, own] = [null, null];
  };

  kc.ghost = { lift, place, drop };
})();
