// The inbox by keyboard, and kept up to date while it is open. Both work on the page as it was sent.
"use strict";
(() => {
  const SWITCH = "guicheng-keys";
  const rows = () => [...document.querySelectorAll("[data-inbox] tr[data-row]:not(.gone)")];
  const linkOf = (row) => row.querySelector("td.number a");

  // --- keys ---------------------------------------------------------------------------------------------

  const dialog = document.getElementById("keys");
  const keysOn = dialog?.querySelector("[data-keys-on]");

  function areOn() {
    try {
      return localStorage.getItem(SWITCH) !== "off";
    } catch {
      return true;
    }
  }

  if (dialog) {
    const opener = document.querySelector("[data-keys-open]");
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
    keysOn.checked = areOn();
    keysOn.addEventListener("change", () => localStorage.setItem(SWITCH, keysOn.checked ? "on" : "off"));
  }

  function here() {
    return document.activeElement?.closest?.("[data-inbox] tr[data-row]");
  }

  function move(step) {
    const all = rows();
    const place = all.indexOf(here());
    const goal = place < 0 ? all[step > 0 ? 0 : all.length - 1] : all[place + step];
    linkOf(goal ?? document.createElement("tr"))?.focus();
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    c: () => here()?.querySelector('form[action$="/claim"] button')?.click(),
    x: () => here()?.querySelector(".tick input")?.click(),
    r: () => document.querySelector("[data-inbox-news] p:not([hidden]) button")?.click(),
    "?": () => dialog?.showModal(),
  };
  const TYPED_INTO = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])";

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      // Where the browser does not know access keys by Alt alone.
      const meant = /^[a-z]$/i.test(event.key) && document.querySelector(`[accesskey=${event.key.toLowerCase()}]`);
      if (!meant) return;
      event.preventDefault();
      meant.click();
      return;
    }
    if (event.target.matches(TYPED_INTO) || dialog?.open) return;
    const arrow = here() && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const act = arrow ? () => move(arrow) : areOn() && KEYS[event.key.length === 1 ? event.key.toLowerCase() : ""];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // --- what comes in ------------------------------------------------------------------------------------

  const list = document.querySelector("[data-inbox]");
  const news = document.querySelector("[data-inbox-news]");
  if (!list || !news) return;
  let fresh = null;
  let asking = false;
  let again = false;

  document.addEventListener("guicheng:box", ({ detail }) => {
    if (detail.box === list.dataset.inbox) look();
  });
  // What was hidden when it changed is looked at once somebody looks.
  document.addEventListener("visibilitychange", () => !document.hidden && again && look());

  async function look() {
    if (asking || document.hidden) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    const answer = await fetch(location.href).catch(() => null);
    asking = false;
    if (!answer?.ok || answer.redirected) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-inbox]");
    if (fresh) compare();
    if (again) look();
  }

  const byName = (root) => new Map([...root.querySelectorAll("tr[data-row]")].map((row) => [row.dataset.row, row]));
  const said = (row) => row.textContent.replace(/\s+/g, " ").trim();

  function compare() {
    const [shown, now] = [byName(list), byName(fresh)];
    for (const [name, row] of shown) {
      const other = now.get(name);
      if (!other) retire(row);
      else if (row.classList.contains("gone") || said(row) !== said(other)) renew(row, other);
    }
    announce([...now.keys()].filter((name) => !shown.has(name)).length);
  }

  function retire(row) {
    if (row.classList.contains("gone")) return;
    row.classList.add("gone");
    for (const control of row.querySelectorAll("input, button")) control.disabled = true;
    const note = document.createElement("span");
    note.textContent = news.dataset.gone;
    row.lastElementChild.replaceChildren(note);
  }

  /** Show a row as it is now; its tick stays, and whoever is at it stays there. */
  function renew(row, other) {
    const copy = document.importNode(other, true);
    const [tick, was] = [copy.querySelector(".tick input"), row.querySelector(".tick input")];
    if (tick && was) tick.checked = was.checked;
    const [isHere, isAtTick] = [row.contains(document.activeElement), was === document.activeElement];
    row.replaceWith(copy);
    if (isHere) (isAtTick && tick ? tick : linkOf(copy))?.focus({ preventScroll: true });
  }

  function announce(count) {
    const line = news.querySelector("p");
    line.hidden = count === 0;
    const text = count === 1 ? news.dataset.one : news.dataset.many.replace("{n}", count);
    if (line.firstElementChild.textContent !== text) line.firstElementChild.textContent = text;
  }

  news.querySelector("button").addEventListener("click", () => {
    const [mine, now] = [list.querySelector("table.list tbody"), fresh?.querySelector("table.list tbody")];
    // A list that was empty has no table yet.
    if (!mine || !now) return location.reload();
    const known = new Set(byName(list).keys());
    const ticked = new Set([...list.querySelectorAll(".tick input:checked")].map((tick) => tick.value));
    const body = document.importNode(now, true);
    for (const tick of body.querySelectorAll(".tick input")) tick.checked = ticked.has(tick.value);
    mine.replaceWith(body);
    news.querySelector("p").hidden = true;
    const added = rows().filter((row) => !known.has(row.dataset.row));
    for (const row of added) row.classList.add("fresh");
    if (added.length) linkOf(added[0])?.focus();
  });
})();
