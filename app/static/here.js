// Fetches the drawing of a case when somebody opens it, and shows the place where the case stands.
"use strict";
for (const place of document.querySelectorAll("[data-here]")) {
  place.addEventListener("toggle", () => open(place));
  // It may have been opened before this script was here.
  open(place);
}

async function open(place) {
  const canvas = place.querySelector(".canvas");
  if (!place.open || canvas.childElementCount) return;
  canvas.setAttribute("aria-busy", "true");
  const answer = await fetch(place.dataset.here).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const drawing = page?.querySelector("svg.diagram");
  canvas.removeAttribute("aria-busy");
  if (!drawing) {
    canvas.textContent = place.dataset.failed;
    return;
  }
  canvas.replaceChildren(document.importNode(drawing, true));
  // Opened at the lower edge of the window, it would be out of sight.
  place.scrollIntoView({ block: "nearest" });
  const here = canvas.querySelector("#here") ?? canvas.querySelector(".current");
  if (!here) return;
  const [frame, spot] = [canvas.getBoundingClientRect(), here.getBoundingClientRect()];
  canvas.scrollLeft += spot.left + spot.width / 2 - frame.left - frame.width / 2;
  canvas.scrollTop += spot.top + spot.height / 2 - frame.top - frame.height / 2;
}
