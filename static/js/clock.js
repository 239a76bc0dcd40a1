// [data-kc-clock] shows the clinic's time of day, from the server's clock, in the clinic's zone.
// kc.since(): the time of day of the last good answer, for "not current".
(() => {
  const kc = window.kc;
  const format = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: document.body.dataset.kcZone || "UTC",
  });
  const text = () => format.format(new Date(kc.now() * 1000));
  let good = text();

  const tick = () => {
    const now = text();
    document.querySelectorAll("[data-kc-clock]").forEach((clock) => {
      if (clock.textContent !== now) clock.textContent = now;
    });
  };

  kc.since = () => good;
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) good = text();
  });
  kc.onFresh(tick);
  setInterval(tick, 1000);
})();
