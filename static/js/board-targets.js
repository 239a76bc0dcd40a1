// Where a visit may go. kc.targets.ask(block) asks the server when a move begins and shades the answer: the
// starts on the lanes, the days (data-kc-day-tab) and, for a whole week, the weeks (data-kc-week) that have one.
// kc.targets.allows(lane, minute): whether a visit may start there. kc.targets.clear(): take the shading away.
(() => {
  const kc = window.kc;
  const GRID = 5;
  let answer = null;
  let asked = 0;

  const board = () => document.querySelector("[data-kc-board]");
  const scope = () => document.querySelector("[data-kc-scopes] input:checked")?.value || "day";
  const starts = (chair) => answer?.days[board().dataset.kcBoard]?.[chair] || [];

  const item = (className, tick, ticks) => {
    const spot = document.createElement("li");
    spot.className = `${className} t${tick} span-${ticks}`;
    spot.setAttribute("aria-hidden", "true");
    spot.dataset.kcSpot = "";
    return spot;
  };

  const runs = (ticks) =>
    ticks.reduce((found, tick) => {
      const last = found[found.length - 1];
      if (last && last[1] === tick) last[1] += 1;
      else found.push([tick, tick + 1]);
      return found;
    }, []);

  const room = (lane) => {
    const ticks = starts(lane.dataset.kcLane).map((minute) => (minute - board().dataset.kcOpens) / GRID);
    const held = [...new Set(ticks.flatMap((tick) => Array.from({ length: answer.ticks }, (_, more) => tick + more)))];
    const shade = runs(held.sort((one, other) => one - other));
    shade.forEach(([from, to]) => {
      for (let at = from; at < to; at += 60) lane.append(item("spot", at, Math.min(60, to - at)));
    });
    runs(ticks).forEach(([from, to]) => {
      for (let at = from; at < to; at += 60) lane.append(item("spot-start", at, Math.min(60, to - at)));
    });
  };

  const paint = () => {
    board()?.querySelectorAll("[data-kc-lane]").forEach(room);
    kc.all(document, "[data-kc-day-tab]").forEach((tab) => {
      tab.classList.toggle("is-target", Boolean(answer.days[tab.dataset.kcDayTab]));
    });
    kc.all(document, "[data-kc-week]").forEach((week) => {
      week.classList.toggle("is-target", answer.weeks.includes(week.dataset.kcWeek));
    });
  };

  const clear = () => {
    asked += 1;
    answer = null;
    document.body.classList.remove("is-moving");
    document.querySelectorAll("[data-kc-spot]").forEach((spot) => spot.remove());
    document.querySelectorAll(".is-target, .is-hot").forEach((place) => place.classList.remove("is-target", "is-hot"));
  };

  const ask = async (block) => {
    clear();
    const mine = asked;
    document.body.classList.add("is-moving");
    const response = await fetch(`${block.dataset.kcMovable}targets/?scope=${scope()}&date=${board().dataset.kcBoard}`, {
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (mine !== asked || !response?.ok) return;
    answer = await response.json();
    if (mine === asked) paint();
  };

  kc.targets = { ask, clear, scope, allows: (lane, minute) => starts(lane.dataset.kcLane).includes(minute), known: () => answer !== null };
})();
