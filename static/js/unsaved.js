// What the person sees when something was not saved, or when the page is not current.
// kc.unsaved(element, sentence, status): beside the form, with ways on, and in the banner. kc.saved(element): takes
// it away.
// kc.stale(sentence), kc.current(): the page could not be refreshed; it is again.
(() => {
  const kc = (window.kc = window.kc || {});
  const banner = document.querySelector("[data-kc-banner]");

  const line = (word, sentence) => {
    const strong = document.createElement("b");
    strong.textContent = `${word} `;
    const text = document.createElement("span");
    text.append(strong, sentence);
    return text;
  };

  const show = (word, sentence, kind) => {
    if (!banner) return;
    banner.dataset.kcBanner = kind;
    banner.classList.toggle("banner--stale", kind === "stale");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn";
    close.textContent = kc.says?.close || "Close";
    close.addEventListener("click", () => hide(kind));
    banner.replaceChildren(line(word, sentence), close);
    banner.hidden = false;
  };

  const hide = (kind) => {
    if (banner && banner.dataset.kcBanner === kind) banner.hidden = true;
  };

  const place = (element) => element?.closest("form, dialog, [data-kc-act]");

  kc.unsaved = (element, sentence, status) => {
    const home = place(element);
    if (home) {
      let note = home.querySelector("[data-kc-unsaved]");
      if (!note) {
        note = document.createElement("p");
        note.className = "unsaved";
        note.dataset.kcUnsaved = "";
        note.tabIndex = -1;
        home.append(note);
      }
      note.replaceChildren(line(kc.says?.notSaved || "Not saved:", sentence), ...(kc.ways?.(element, status) || []));
      note.scrollIntoView({ block: "nearest" });
    }
    show(kc.says?.notSaved || "Not saved:", sentence, "unsaved");
  };

  kc.saved = (element) => {
    place(element)?.querySelector("[data-kc-unsaved]")?.remove();
    hide("unsaved");
  };

  kc.stale = (sentence) => {
    document.body.classList.add("is-stale");
    if (banner?.hidden !== false) show("Not current:", sentence, "stale");
  };

  kc.current = () => {
    document.body.classList.remove("is-stale");
    hide("stale");
  };
})();
