// "Read aloud" reads every [data-kc-read-text] of the page in order, with the device's own voice;
// pressing again stops. The button stays hidden where the device cannot speak.
(() => {
  const speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) return;
  window.kc.onFresh((root) => window.kc.all(root, "[data-kc-read]").forEach((button) => (button.hidden = false)));

  const words = () =>
    [...document.querySelectorAll("[data-kc-read-text]")].map((element) => element.textContent.replace(/\s+/g, " ").trim()).join(". ");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-read]");
    if (!button) return;
    if (speech.speaking) return speech.cancel();
    const utterance = new SpeechSynthesisUtterance(words());
    utterance.lang = document.documentElement.lang;
    utterance.rate = 0.9;
    const plain = button.textContent;
    utterance.onstart = () => (button.textContent = button.dataset.kcRead || "Stop reading");
    utterance.onend = utterance.onerror = () => (button.textContent = plain);
    speech.speak(utterance);
  });
  window.addEventListener("pagehide", () => speech.cancel());
})();
