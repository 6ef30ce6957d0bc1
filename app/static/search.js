// "/" leads to the search field from wherever one is; what prints is shown. Pages work without.
"use strict";
(() => {
  const field = document.getElementById("q")?.closest(".searching") ? document.getElementById("q") : document.getElementById("find");
  const areOn = () => {
    try {
      // The same switch as for the single keys of the inbox.
      return localStorage.getItem("guicheng-keys") !== "off";
    } catch {
      return true;
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (!field || !areOn()) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  for (const printer of document.querySelectorAll("[data-print]")) {
    printer.hidden = false;
    printer.addEventListener("click", () => window.print());
  }
})();
