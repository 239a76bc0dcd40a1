// Spoken once, however often the page around it is replaced: each element with data-kc-tell="name" is said when
// its name first appears, in [data-kc-say=polite], or at once in [data-kc-say=now] where it has data-kc-now-tell.
// The two places stand outside the replaced part, so that a screen reader hears what changes and nothing twice.
(() => {
  const kc = window.kc;
  const said = new Set();

  const words = (element) => (element.querySelector("div") || element).innerText.replace(/\s+/g, " ").trim();

  const say = (manner, texts) => {
    const place = document.querySelector(`[data-kc-say=${manner}]`);
    if (place && texts.length) place.textContent = texts.join(". ");
  };

  kc.onFresh((root) => {
    const fresh = kc.all(root, "[data-kc-tell]").filter((element) => !said.has(element.dataset.kcTell));
    fresh.forEach((element) => said.add(element.dataset.kcTell));
    const now = fresh.filter((element) => "kcNowTell" in element.dataset);
    say("now", now.map(words));
    say("polite", fresh.filter((element) => !now.includes(element)).map(words));
  });
})();
