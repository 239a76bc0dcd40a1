// Two short tones for what must not wait: an urgent flag, and one that nobody answered in time. Once when it comes
// and again each minute while it stands. Off until somebody switches it on, on this device; in the calm theme only
// urgent ones sound. A browser lets a page sound only after a tap on it: until then the button says so.
(() => {
  const kc = window.kc;
  const AGAIN = 60000;
  const TONES = { urgent: [880, 880], overdue: [660, 523] }; // Hz
  const button = document.querySelector("[data-kc-sound]");
  const heard = new Map();
  let audio = null;

  const on = () => localStorage.kcBoardSound === "1";
  const ready = () => audio?.state === "running";
  const show = () => {
    button.setAttribute("aria-pressed", String(on()));
    button.textContent = !on() ? "Sound: off" : ready() ? "Sound: on" : "Sound: on, tap once on this page";
  };

  const wake = async () => {
    if (!on()) return;
    audio ??= new AudioContext();
    await audio.resume();
    show();
  };

  const play = (kind) =>
    TONES[kind].forEach((pitch, index) => {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const begin = audio.currentTime + index * 0.3;
      volume.gain.value = 0.2;
      tone.frequency.value = pitch;
      tone.connect(volume).connect(audio.destination);
      tone.start(begin);
      tone.stop(begin + 0.2);
    });

  const look = () => {
    const calm = document.documentElement.dataset.theme === "calm";
    const loud = [...document.querySelectorAll("[data-kc-loud]")].filter((tile) => !calm || tile.dataset.kcLoud === "urgent");
    const names = new Set(loud.map((tile) => `${tile.id}-${tile.dataset.kcLoud}`));
    [...heard.keys()].forEach((name) => names.has(name) || heard.delete(name));
    if (!on() || !ready()) return;
    const due = [...names].filter((name) => performance.now() - (heard.get(name) ?? -AGAIN) >= AGAIN);
    due.forEach((name) => heard.set(name, performance.now()));
    if (due.length) play(due.some((name) => name.endsWith("urgent")) ? "urgent" : "overdue");
  };

  button.addEventListener("click", () => {
    localStorage.kcBoardSound = on() && ready() ? "0" : "1";
    wake().catch(() => {});
    show();
  });
  document.addEventListener("pointerdown", () => wake().catch(() => {}));
  show();
  kc.onFresh(look);
  setInterval(look, 1000);
})();
