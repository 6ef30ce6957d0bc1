// What a form could not send stays in this tab, under its author's name, until it is sent, handed in, or
// they sign out. On every page: whatever belongs to somebody else, or was handed in, goes.
"use strict";
(() => {
  const PREFIX = "guicheng-unsent:";
  const user = document.currentScript.dataset.user;
  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const own = (key) => key.startsWith(`${PREFIX}${user}:`);
  const read = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  };

  const here = `${PREFIX}${user}:${location.pathname}`;
  // Of what was handed in: the form is here again without an answer, so it has not arrived.
  const again = document.querySelector("form[data-draft]:not([data-posted])") !== null;
  for (const key of keys()) {
    const arrived = read(key)?.handedIn && !(key === here && again);
    if (!own(key) || !read(key) || arrived) sessionStorage.removeItem(key);
  }
  document.addEventListener("submit", (event) => {
    if (event.target.action.endsWith("/sign-out")) keys().forEach((key) => sessionStorage.removeItem(key));
  });

  window.guichengUnsent = {
    key: here,
    read,
    keep(key, entry) {
      try {
        sessionStorage.setItem(key, JSON.stringify(entry));
      } catch {
        // No room, or not allowed: the page itself still has it.
      }
    },
    forget: (key) => sessionStorage.removeItem(key),
  };
})();
