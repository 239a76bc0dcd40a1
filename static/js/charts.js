// [data-kc-chart] stands in the page as the server drew it. When it comes into view it is drawn again from the
// specification in its template element, so that it answers to the pointer. If that fails, the first drawing stays.
(() => {
  const kc = window.kc;
  const views = new Map();

  const draw = async (figure) => {
    const plot = figure.querySelector("[data-kc-plot]");
    const place = document.createElement("div");
    try {
      const specification = JSON.parse(figure.querySelector("template").content.textContent);
      const view = await window.kcDraw(place, specification);
      if (!figure.isConnected) {
        view.finalize();
        return;
      }
      views.set(figure, view);
      place.querySelector("svg").setAttribute("aria-hidden", "true"); // what stands around it has the name
      plot.replaceChildren(place);
      figure.dataset.kcChart = "drawn";
    } catch {
      figure.dataset.kcChart = "still";
    }
  };

  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      draw(target);
    }
  });

  const forget = () => {
    for (const [figure, view] of views) {
      if (figure.isConnected) continue;
      view.finalize();
      views.delete(figure);
    }
  };

  kc.onFresh((root) => {
    forget();
    kc.all(root, "[data-kc-chart]").forEach((figure) => watcher.observe(figure));
  });
})();
