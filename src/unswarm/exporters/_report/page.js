// What the page does: draw what comes into view, open what a link leads to, theme, copy, print.
(() => {
  const redraws = new Map();
  const draw = (figure) => {
    if (redraws.has(figure)) redraws.get(figure)();
    else redraws.set(figure, drawGraph(figure));
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "300px" });
  const figures = document.querySelectorAll("[data-graph]");
  figures.forEach((figure) => seen.observe(figure));
  const redraw = () => redraws.forEach((again) => again());

  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", redraw);
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    redraw();
  });

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();

  document.querySelectorAll(".copy").forEach((button) => button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
  }));

  document.querySelectorAll(".back").forEach((button) => button.addEventListener("click", () => history.back()));

  // On paper everything but the rows is open, and light.
  document.getElementById("print").addEventListener("click", () => print());
  let before = [];
  addEventListener("beforeprint", () => {
    before = [...document.querySelectorAll("details:not([open], .entry, .pairing)")];
    before.forEach((details) => { details.open = true; });
    root.dataset.before = root.dataset.theme || "";
    root.dataset.theme = "light";
    figures.forEach(draw);
  });
  addEventListener("afterprint", () => {
    before.forEach((details) => { details.open = false; });
    if (root.dataset.before) root.dataset.theme = root.dataset.before;
    else delete root.dataset.theme;
    redraw();
  });
})();
