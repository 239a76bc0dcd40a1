// Ways on from "Not saved": the same entry again under the same key, or signing in in another tab first.
// kc.ways(element, status): the buttons for the note beside a form; none where trying again would change nothing.
(() => {
  const kc = (window.kc = window.kc || {});
  const AGAIN = new Set(["hang", "dropped", "renewed", 401, 423, 429, 500, 502, 503, 504]);
  const submitters = new WeakMap();

  document.addEventListener("submit", (event) => submitters.set(event.target, event.submitter), true);

  const again = (element) => {
    const form = element.closest("form");
    if (!form) return element.click();
    const button = submitters.get(form);
    form.requestSubmit(button && form.contains(button) ? button : null);
  };

  const button = (element) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn";
    made.textContent = "Try again";
    made.dataset.kcAgain = "";
    made.addEventListener("click", () => again(element));
    return made;
  };

  const signIn = () => {
    const link = document.createElement("a");
    const { kcSignInUrl, kcSignedInUrl } = document.body.dataset;
    link.className = "btn";
    link.href = `${kcSignInUrl}?next=${encodeURIComponent(kcSignedInUrl)}`;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Sign in, in another tab";
    return link;
  };

  kc.ways = (element, status) => {
    if (!element || !AGAIN.has(status)) return [];
    const ways = document.createElement("span");
    ways.className = "unsaved-ways";
    ways.append(...(status === 401 ? [signIn()] : []), button(element));
    return [ways];
  };
})();
