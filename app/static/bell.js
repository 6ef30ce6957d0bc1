// The number beside the bell follows what the page hears; without it the next page shows the right one.
"use strict";
document.addEventListener("guicheng:pulse", ({ detail }) => {
  const { unread } = detail;
  if (typeof unread !== "number") return;
  for (const bell of document.querySelectorAll("[data-bell]")) {
    if (Number(bell.dataset.unread) === unread) continue;
    bell.dataset.unread = unread;
    const count = bell.querySelector("[data-bell-count]");
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.parentElement.hidden = unread === 0;
  }
});
