// The device's clock against the server's. Nothing is dated by the device; a clock that is more than a minute off
// is said all the same, because people read it. kc.skew(): milliseconds, device minus server.
(() => {
  const kc = window.kc;
  const MOST = 60; // seconds (VIT-21)
  let note = null;

  kc.skew = () => Math.round(Date.now() - kc.now() * 1000);

  const size = (seconds) => {
    const minutes = Math.round(seconds / 60);
    if (minutes < 120) return `${minutes} min`;
    return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
  };

  const look = () => {
    const off = kc.skew() / 1000;
    const wrong = Number.isNaN(off) || Math.abs(off) > MOST;
    if (!wrong) {
      note?.remove();
      note = null;
      return;
    }
    const place = document.querySelector("[data-kc-skew]");
    if (!place) return;
    if (!note) {
      note = document.createElement("p");
      note.className = "skew";
      note.setAttribute("role", "status");
      place.append(note);
    }
    const way = off > 0 ? "ahead" : "behind";
    const text = `This tablet's clock is ${size(Math.abs(off))} ${way}. Go by the clinic's time above; everything here is dated by it. Have the tablet set right.`;
    if (note.textContent !== text) note.textContent = text;
  };

  kc.onFresh(look);
  setInterval(look, 1000);
})();
