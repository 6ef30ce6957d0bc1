// Arrow keys move about in the month; the page works without.
"use strict";
const days = [...document.querySelectorAll(".month td > a")];
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
for (const [place, day] of days.entries()) {
  day.addEventListener("keydown", (event) => {
    const goal = days[place + (steps[event.key] ?? 0)];
    if (event.key in steps && goal) {
      event.preventDefault();
      goal.focus();
    }
  });
}
const printer = document.getElementById("print");
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => window.print());
}
