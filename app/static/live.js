// Asks every few seconds whether anything has changed: one window asks for all windows of a browser, and a
// window nobody looks at does not ask. Nothing here is needed for work: without it one reloads the page.
"use strict";
(() => {
  const { pulse, broken, signedOut } = document.currentScript.dataset;
  const EVERY = 5000;
  const LONGEST = 60000;
  const KEY = "guicheng-live";
  const me = Math.random().toString(36).slice(2);
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(KEY) : null;

  /** What other windows watch: permit → until when they are taken to be there. */
  const others = new Map();
  let tag = "";
  let failures = 0;
  let timer = 0;
  let over = false;

  // --- whose turn it is ---------------------------------------------------------------------------------

  // Kept where all windows of this browser see it; locks of the browser would need HTTPS.
  function lease() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  }

  function keep(until) {
    try {
      localStorage.setItem(KEY, JSON.stringify({ by: me, until }));
    } catch {
      // Without a place to keep it each window asks for itself.
    }
  }

  function isMyTurn() {
    const { by, until } = lease();
    return by === me || !(until > Date.now() && until < Date.now() + 3 * LONGEST);
  }

  function giveUpTurn() {
    if (lease().by === me) keep(0);
  }

  // --- asking -------------------------------------------------------------------------------------------

  const permits = () => [...document.querySelectorAll("[data-watch]")].map((one) => one.dataset.watch);

  function pause() {
    return failures ? Math.min(EVERY * 2 ** failures, LONGEST) : EVERY;
  }

  function next(soon) {
    clearTimeout(timer);
    if (!over) timer = setTimeout(turn, soon ? 0 : pause() * (0.9 + Math.random() / 5));
  }

  async function turn() {
    if (document.hidden || over) return giveUpTurn();
    channel?.postMessage({ watching: permits() });
    if (isMyTurn()) {
      keep(Date.now() + 2.5 * pause());
      await ask();
    }
    next();
  }

  async function ask() {
    const now = Date.now();
    for (const [permit, until] of others) if (until < now) others.delete(permit);
    const watched = [...new Set([...permits(), ...others.keys()])].slice(0, 20);
    const query = new URLSearchParams(watched.map((one) => ["watch", one]));
    let answer;
    try {
      answer = await fetch(`${pulse}?${query}`, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    } catch {
      return failed();
    }
    if (answer.status === 401) return stop();
    if (answer.status !== 304 && !answer.ok) return failed();
    recovered();
    if (answer.status === 304) {
      channel?.postMessage({ well: true });
      return;
    }
    tag = answer.headers.get("ETag") ?? "";
    const told = await answer.json();
    channel?.postMessage({ told });
    hear(told);
  }

  channel?.addEventListener("message", ({ data }) => {
    for (const permit of data.watching ?? []) others.set(permit, Date.now() + 3 * EVERY);
    if (data.told) hear(data.told);
    if (data.told || data.well) recovered();
    if (data.failed) complain(broken);
    if (data.signedOut) stop();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? giveUpTurn() : next(true)));
  window.addEventListener("pagehide", giveUpTurn);
  window.addEventListener("pageshow", (event) => event.persisted && next(true));

  // --- when the server does not answer ------------------------------------------------------------------

  function failed() {
    failures += 1;
    // Once may be a hiccup.
    if (failures < 2) return;
    complain(broken);
    channel?.postMessage({ failed: true });
  }

  function recovered() {
    failures = 0;
    complain("");
  }

  function stop() {
    if (over) return;
    over = true;
    clearTimeout(timer);
    giveUpTurn();
    complain(signedOut);
    channel?.postMessage({ signedOut: true });
  }

  function complain(text) {
    let note = document.getElementById("live-broken");
    if (!note) {
      if (!text) return;
      note = document.createElement("p");
      note.id = "live-broken";
      note.className = "live-broken";
      note.setAttribute("role", "status");
      document.body.append(note);
    }
    if (note.textContent !== text) note.textContent = text;
    note.hidden = !text;
  }

  // --- what is heard ------------------------------------------------------------------------------------

  function hear(told) {
    for (const { box, count, mark } of told.boxes) {
      for (const place of document.querySelectorAll(`[data-live-count="${box}"]`)) {
        place.textContent = count > 999 ? "999+" : String(count);
        if (place.dataset.liveMark === mark) continue;
        place.dataset.liveMark = mark;
        document.dispatchEvent(new CustomEvent("guicheng:box", { detail: { box } }));
      }
    }
    document.dispatchEvent(new CustomEvent("guicheng:pulse", { detail: told }));
    const at = new Map(told.cases.map((one) => [one.case, one.seq]));
    for (const place of document.querySelectorAll("[data-news]")) {
      const seq = at.get(place.dataset.watch);
      if (seq > Number(place.dataset.heard ?? place.dataset.since)) tell(place, seq);
    }
  }

  // What has happened to the task or the case this page is about; what is being filled in is not touched.
  async function tell(place, seq) {
    place.dataset.heard = seq;
    const address = new URL(place.dataset.news, location.href);
    address.searchParams.set("since", place.dataset.since);
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) {
      delete place.dataset.heard;
      if (answer?.status !== 403) return;
    }
    document.dispatchEvent(new CustomEvent("guicheng:changed"));
    const news = answer.ok
      ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-seq]")
      : document.createElement("div");
    if (answer.ok && !news.children.length) return;
    const heading = document.createElement("strong");
    heading.textContent = place.dataset.heading;
    place.replaceChildren(heading, news);
    place.classList.add("told");
  }

  document.addEventListener("click", (event) => {
    const place = event.target.closest?.("[data-dismiss]")?.closest("[data-news]");
    if (!place) return;
    place.classList.remove("told");
    place.replaceChildren();
    place.dataset.since = place.dataset.heard;
  });

  // What the page shows is of a moment ago.
  next();
})();
