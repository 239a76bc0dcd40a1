// "Read aloud" reads every [data-kc-read-text] of the page in order, with the device's own voice;
// pressing again stops. The button stays hidden where the device cannot speak.
(() => {
  const speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) return;
  window.kc.onFresh((root) => window.kc.all(root, "[data-kc-read]").forEach((button) => (button.hidden = false)));

  // Each text in its own language: the page may be in Spanish and an instrument's wording in English.
  const texts = () =>
    [...document.querySelectorAll("[data-kc-read-text]")].map((element) => {
      const utterance = new SpeechSynthesisUtterance(element.textContent.replace(/\s+/g, " ").trim());
      utterance.lang = element.closest("[lang]").lang;
      utterance.rate = 0.9;
      return utterance;
    });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-read]");
    if (!button) return;
    if (speech.speaking) return speech.cancel();
    const plain = button.textContent;
    const read = texts();
    const last = read.at(-1);
    read[0].onstart = () => (button.textContent = button.dataset.kcRead || "Stop reading");
    read.forEach((utterance) => (utterance.onerror = () => (button.textContent = plain)));
    last.onend = () => (button.textContent = plain);
    read.forEach((utterance) => speech.speak(utterance));
  });
  window.addEventListener("pagehide", () => speech.cancel());
})();
