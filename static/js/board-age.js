// A board that is not current says so, and how old it is: "No connection. This is from 10:14, 3 min ago."
// It says it once ten seconds have gone without an answer, at once when the device is offline or woke from sleep,
// and it goes by itself. The age counts sleep too: the longer of the device's two clocks.
(() => {
  const kc = window.kc;
  const AFTER = 10; // seconds
  const line = document.querySelector("[data-kc-age]");
  const SIGNED_OUT = new Set([401, 403]);
  let good = { mark: performance.now(), wall: Date.now(), at: kc.now() };
  let why = "";

  const zone = document.body.dataset.kcZone || "UTC";
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });

  const age = () => Math.max(performance.now() - good.mark, Date.now() - good.wall) / 1000;
  const long = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 1) return "less than a minute ago";
    return minutes < 120 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
  };

  const words = () => {
    const from = `This is from ${clock.format(new Date(good.at * 1000))}, ${long(age())}.`;
    if (SIGNED_OUT.has(why)) return `You are signed out. ${from} Reload the page to sign in.`;
    return typeof why === "number" ? `The server does not answer as it should. ${from}` : `No connection. ${from}`;
  };

  const show = () => {
    const stale = why && (age() >= AFTER || why === "offline" || why === "slept" || typeof why === "number");
    line.hidden = !stale;
    document.body.classList.toggle("is-stale", Boolean(stale));
    const text = stale ? words() : "";
    if (line.textContent !== text) line.textContent = text;
  };

  document.addEventListener("kc:board-good", () => {
    good = { mark: performance.now(), wall: Date.now(), at: kc.now() };
    why = "";
    show();
  });
  document.addEventListener("kc:board-bad", (event) => {
    why = event.detail.why;
    show();
  });
  setInterval(show, 1000);
})();
