// Runs before the first paint, so that a chosen theme does not flash. An external file: the security policy allows no other.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("fairway.theme");
  } catch {
    // Storage may be forbidden; the system's theme is used then.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
