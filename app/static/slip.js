// Enter prints, Escape goes on to the next visitor; without this the browser's own printing does.
"use strict";
const printer = document.getElementById("print");
const next = document.getElementById("next");
printer.hidden = false;
printer.addEventListener("click", () => window.print());
// Once it is printed, Enter goes on.
window.addEventListener("afterprint", () => (next ?? printer).focus());
printer.focus();
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && next) next.click();
});
