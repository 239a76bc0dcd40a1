// Signed out in one tab and in again in another, this page's forms carry an old token, which the server
// refuses. Nothing typed need be lost for that: the page is asked for again unseen, and when the same person
// is signed in, its fresh token goes into the forms here. For another person nothing is renewed, so that
// nobody's entry is saved under another name.
// kc.lost(form, status, html): a save was refused because of the sign-in; remembered until that is mended.
(() => {
  const kc = window.kc;
  const TOKEN = "input[name=csrfmiddlewaretoken]";
  const KEPT = "What you entered is still on this page.";
  let waiting = null;

  const here = async () => {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(8000) });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const mend = async () => {
    const form = waiting;
    const page = await here();
    const [mine, theirs] = [document.body, page.body].map((body) => body.dataset.kcUser);
    const token = page.querySelector(TOKEN)?.value;
    if (!waiting || !theirs || !token) return;
    if (theirs !== mine) {
      kc.unsaved(form, `somebody else is signed in on this device now. ${KEPT} Sign in as yourself in another tab, then save here again.`);
      return;
    }
    document.querySelectorAll(TOKEN).forEach((input) => (input.value = token));
    waiting = null;
    kc.unsaved(form, `you are signed in again. ${KEPT} Save it now.`, "renewed");
  };

  const tries = () => mend().catch(() => {}); // no connection: what is said already stays true

  kc.lost = (form, status, html = "") => {
    const older = status === 403 && html.includes("data-kc-older");
    if (status !== 401 && !older) return;
    waiting = form;
    if (older) tries();
  };

  const back = () => waiting && !document.hidden && tries();
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
})();
