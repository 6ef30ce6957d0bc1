// Comments without leaving the page, and colleagues offered after an @; both work without a script as well.
"use strict";
(() => {
  const HEADERS = { "X-Fragment": "comments" };
  const MOST = 8;

  // --- sending and refreshing ---------------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    const panel = event.target.closest("[data-comments]");
    if (!panel) return;
    event.preventDefault();
    if (!event.target.dataset.sending) send(panel, event.target);
  });

  async function send(panel, form) {
    form.dataset.sending = "yes";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: HEADERS });
      const fresh = panelIn(await answer.text());
      if (!fresh) throw new Error(String(answer.status));
      panel.replaceWith(fresh);
      fresh.querySelector("textarea")?.focus();
    } catch {
      // What was written stays.
      delete form.dataset.sending;
      fail(form, panel.dataset.failed);
    }
  }

  function panelIn(html) {
    return new DOMParser().parseFromString(html, "text/html").querySelector("[data-comments]");
  }

  function fail(form, text) {
    const note = form.querySelector(".error") ?? document.createElement("p");
    note.className = "error";
    note.setAttribute("role", "alert");
    note.textContent = text;
    form.prepend(note);
  }

  // Somebody else has written: the list is brought up to date, what is being typed is not touched.
  document.addEventListener("guicheng:changed", async () => {
    for (const panel of document.querySelectorAll("[data-comments]")) {
      const answer = await fetch(panel.dataset.comments, { headers: HEADERS }).catch(() => null);
      const fresh = answer?.ok ? panelIn(await answer.text()) : null;
      if (fresh && panel.isConnected) update(panel, fresh);
    }
  });

  function update(panel, fresh) {
    const known = new Set([...panel.querySelectorAll("li[id]")].map((item) => item.id));
    const list = fresh.querySelector(".comment-list");
    if (!list || panel.querySelector(".comment-list")?.innerText === list.innerText) return;
    for (const item of list.children) if (!known.has(item.id)) item.classList.add("new");
    panel.querySelector("h2").replaceWith(fresh.querySelector("h2"));
    panel.querySelector(".comment-list, .nothing")?.replaceWith(list);
  }

  // --- @ ------------------------------------------------------------------------------------------------

  const known = new Map();

  function colleagues(address) {
    if (!known.has(address)) known.set(address, fetch(address).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []));
    return known.get(address);
  }

  /** What is typed behind the last @ before the cursor; null when nobody is being named. */
  function begun(area) {
    const before = area.value.slice(0, area.selectionStart);
    const found = /(?:^|[^0-9A-Za-z_.])[@＠]([^\s@＠]{0,20})$/.exec(before);
    return found && { typed: found[1], at: before.length - found[1].length };
  }

  document.addEventListener("input", async (event) => {
    const area = event.target;
    const panel = area.matches?.(".comment-form textarea") && area.closest("[data-comments]");
    if (!panel) return;
    if (!begun(area)) return close(area);
    const everybody = await colleagues(panel.dataset.colleagues);
    const naming = begun(area);
    if (!naming) return close(area);
    const sought = naming.typed.toLowerCase();
    const found = everybody.filter((one) => one.name.includes(naming.typed) || one.user.toLowerCase().includes(sought));
    offer(area, panel, found.slice(0, MOST), everybody);
  });

  function offer(area, panel, found, everybody) {
    close(area);
    if (!found.length) return;
    const list = document.createElement("ul");
    list.className = "mention-list";
    list.id = "mention-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", panel.dataset.offered);
    for (const [place, one] of found.entries()) {
      const item = document.createElement("li");
      item.id = `mention-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === 0));
      const same = everybody.filter((other) => other.name === one.name).length > 1;
      item.dataset.label = same || !one.name ? one.user : one.name;
      item.textContent = one.name || one.user;
      const small = document.createElement("small");
      small.textContent = one.away ? `${one.user} · ${panel.dataset.away}` : one.user;
      item.append(small);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        pick(area, item);
      });
      list.append(item);
    }
    area.after(list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-activedescendant", "mention-0");
  }

  function close(area) {
    area.parentElement.querySelector(".mention-list")?.remove();
    area.removeAttribute("aria-controls");
    area.removeAttribute("aria-activedescendant");
  }

  function pick(area, item) {
    const naming = begun(area);
    if (naming) {
      const end = naming.at + naming.typed.length;
      area.setRangeText(`${item.dataset.label} `, naming.at, end, "end");
    }
    close(area);
    area.focus();
  }

  document.addEventListener("keydown", (event) => {
    const list = event.target.parentElement?.querySelector?.(":scope > .mention-list");
    if (!list || event.isComposing) return;
    const items = [...list.children];
    const here = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = (here + step + items.length) % items.length;
      items[here].setAttribute("aria-selected", "false");
      items[next].setAttribute("aria-selected", "true");
      items[next].scrollIntoView({ block: "nearest" });
      event.target.setAttribute("aria-activedescendant", items[next].id);
    } else if (event.key === "Enter" || event.key === "Tab") {
      pick(event.target, items[here]);
    } else if (event.key === "Escape") {
      close(event.target);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.(".comment-form textarea")) close(event.target);
  });
})();
