// [data-kc-zone-name] beside it shows the zone, which changes in the night of the change: "EDT", "EST".
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
  const zone = new Intl.DateTimeFormat("en-US", { timeZoneName: "short", timeZone: document.body.dataset.kcZone || "UTC" });
  const zoneName = () => zone.formatToParts(new Date(kc.now() * 1000)).find((part) => part.type === "timeZoneName")?.value;
  let good = text();

  const tick = () => {
    const now = text();
    document.querySelectorAll("[data-kc-clock]").forEach((clock) => {
      if (clock.textContent !== now) clock.textContent = now;
    });
    document.querySelectorAll("[data-kc-zone-name]").forEach((place) => {
      const name = zoneName();
      if (/^[A-Z]{2,5}$/.test(name) && place.textContent !== name) place.textContent = name;
    });
  };

  kc.since = () => good;
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) good = text();
  });
  kc.onFresh(tick);
  setInterval(tick, 1000);
})();
