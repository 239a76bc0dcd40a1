// "My patients first": the pairs of chairs with a patient of mine come first, in reading order too; nobody is hidden.
// Remembered on this device for this person.
(() => {
  const kc = window.kc;
  const button = document.querySelector("[data-kc-mine]");
  const me = document.body.dataset.kcUser;
  const place = `kcMine-${me}`;

  const order = () => {
    const on = localStorage[place] === "1";
    button.setAttribute("aria-pressed", String(on));
    const mine = (element) => element.querySelector(`[data-kc-nurse="${me}"]`);
    document.querySelectorAll("[data-kc-tile]").forEach((tile) => tile.classList.toggle("is-mine", on && tile.dataset.kcNurse === me));
    document.querySelectorAll(".chairs").forEach((chairs) => {
      const first = (pair) => Number(pair.querySelector("[data-kc-tile]").id.slice(6));
      const weight = (pair) => (on && mine(pair) ? 0 : 1000) + first(pair);
      const pairs = [...chairs.querySelectorAll(".pair")];
      const sorted = [...pairs].sort((one, other) => weight(one) - weight(other));
      if (sorted.some((pair, index) => pair !== pairs[index])) chairs.append(...sorted);
    });
  };

  button.addEventListener("click", () => {
    localStorage[place] = localStorage[place] === "1" ? "0" : "1";
    order();
  });
  kc.onFresh(order);
})();
