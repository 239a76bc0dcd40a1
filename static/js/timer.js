// data-kc-due="epoch": "in 4 min", "now", "7 min late", counted by the server's clock, whole minutes,
// never rounded up. data-kc-soon (minutes) marks it .is-soon, past it is .is-late.
// With data-kc-number and data-kc-unit inside, the number and its unit are written apart, for large type.
// data-kc-since="epoch" counts up: "34:00", minutes and seconds; data-kc-left="epoch" counts down.
(() => {
  const kc = window.kc;

  const put = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  // whole minutes up to two hours, then whole hours, from two days on whole days
  const scaled = (minutes) =>
    minutes < 120 ? [minutes, "min"] : minutes < 2880 ? [Math.floor(minutes / 60), "h"] : [Math.floor(minutes / 1440), "days"];

  const due = (element, now) => {
    const minutes = Math.trunc((Number(element.dataset.kcDue) - now) / 60);
    const [count, unit] = scaled(Math.abs(minutes));
    const late = `${unit} ${element.dataset.kcLate || "late"}`;
    const number = element.querySelector("[data-kc-number]");
    if (number) {
      put(number, String(count));
      put(element.querySelector("[data-kc-unit]"), minutes < 0 ? late : unit);
    } else {
      put(element, minutes === 0 ? "now" : minutes > 0 ? `in ${count} ${unit}` : `${count} ${late}`);
    }
    element.classList.toggle("is-late", minutes < 0);
    element.classList.toggle("is-soon", minutes >= 0 && minutes <= Number(element.dataset.kcSoon ?? 3));
  };

  const span = (element, seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    put(element, `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`);
  };

  const tick = () => {
    const now = kc.now();
    document.querySelectorAll("[data-kc-due]").forEach((element) => due(element, now));
    document.querySelectorAll("[data-kc-since]").forEach((element) => span(element, now - Number(element.dataset.kcSince)));
    document.querySelectorAll("[data-kc-left]").forEach((element) => span(element, Number(element.dataset.kcLeft) - now));
  };

  kc.onFresh(tick);
  setInterval(tick, 1000);
})();
