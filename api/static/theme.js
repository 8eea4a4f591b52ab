// Runs before the first paint so that a chosen theme never flashes.
(() => {
  const root = document.documentElement;
  let saved = null;
  try { saved = localStorage.getItem("theme"); } catch { /* storage may be blocked */ }
  if (saved) root.dataset.theme = saved;
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme]:not(html)")) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not kept then */ }
  });
})();
