// Forms that are kept while one types. The server keeps the draft, judges the fields that were left and says
// what comes next; this script sends what is written, and holds it here as long as the server cannot be reached.
// It has no words of its own: they come with the page.
"use strict";
(() => {
  const form = document.querySelector("form[data-draft]");
  const ahead = document.querySelector("[data-forecast]");
  for (const element of document.querySelectorAll("[data-without-script]")) element.hidden = true;
  if (form) keepForm(form);
  else showUnsent(document.querySelector("[data-unsent]"));
  if (ahead) forecast(ahead.closest("form"), ahead);

  // --- keeping -----------------------------------------------------------------------------------------------

  function keepForm(form) {
    const words = form.dataset;
    const widgets = form.querySelector("[data-widgets]");
    const state = form.querySelector("[data-draft-state]");
    const others = document.querySelector("[data-others]");
    const { key, read, keep, forget } = window.guichengUnsent;
    const SOON = 900;
    const left = new Set();
    let timer = 0;
    let wanted = false;
    let busy = false;
    let leaving = false;
    let composing = false;
    let waiting = 2000;
    let arrived = null;
    let going = false;

    form.addEventListener("input", () => changed(SOON));
    form.addEventListener("change", (event) => {
      if (event.target.name) left.add(event.target.name.replace(/^file:/, ""));
      changed(event.target.matches("input:not([type=radio], [type=checkbox], [type=file]), textarea") ? 150 : 0);
    });
    form.addEventListener("compositionstart", () => (composing = true));
    form.addEventListener("compositionend", () => {
      composing = false;
      if (arrived) show(arrived);
    });
    form.addEventListener("submit", handIn);
    // The next page may have been made before what is on its way arrives: it needs what is kept here.
    addEventListener("beforeunload", () => {
      going = true;
      setTimeout(() => (going = false), 10000);
    });
    addEventListener("pagehide", () => wanted && !leaving && send(true));
    document.addEventListener("visibilitychange", () => document.hidden && wanted && !leaving && send(true));
    addEventListener("online", () => read(key) && send());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    takeUp();
    // What was typed before this script was here.
    if (!read(key) && [...form.elements].some(isTouched)) changed(SOON);

    function isTouched(field) {
      if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
      if (field.matches("select")) return field.selectedIndex !== chosenAtFirst([...field.options]);
      return field.matches("input:not([type=hidden], [type=file]), textarea") && field.value !== field.defaultValue;
    }

    function chosenAtFirst(options) {
      const set = options.findIndex((one) => one.defaultSelected);
      return set < 0 ? options.findIndex((one) => !one.disabled) : set;
    }

    function next() {
      return String(Number(form.elements._seq.value) + 1);
    }

    function entry() {
      const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
      return { at: Date.now(), base: form.elements._base.value, fields };
    }

    function changed(soon) {
      if (leaving) return;
      wanted = true;
      keep(key, entry());
      clearTimeout(timer);
      timer = setTimeout(() => send(), soon);
    }

    // While the server is away one stays on the page; otherwise what was not sent yet goes with the form.
    async function handIn(event) {
      if (leaving) return event.preventDefault();
      clearTimeout(timer);
      leaving = true;
      if (event.submitter?.hasAttribute("formaction")) forget(key);
      else if (state.dataset.kind === "down") {
        event.preventDefault();
        const { name, value } = event.submitter ?? {};
        const sent = await send(false, true);
        leaving = false;
        // The fields may have changed, and the button with them.
        const again = [...form.querySelectorAll("button")].find((one) => one.name === name && one.value === value);
        if (sent) form.requestSubmit(again);
        return;
      } else if (read(key)) keep(key, { ...entry(), handedIn: true });
      form.elements._seq.value = next();
    }

    // Whether the server has answered, be it with a refusal, which the page of the answer explains.
    async function send(inPassing = false, now = false) {
      clearTimeout(timer);
      if (busy && !inPassing && !now) return false;
      busy = true;
      wanted = false;
      form.elements._seq.value = next();
      const sent = new FormData(form);
      sent.set("_shape", widgets.dataset.shape);
      for (const name of left) sent.append("_left", name);
      if (state.textContent !== words.down) say(words.saving);
      try {
        const answer = await fetch(words.draft, { method: "POST", body: sent, keepalive: inPassing === true });
        settle(answer, answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null);
        if (now && !answer.redirected) {
          forget(key);
          state.dataset.kind = "";
        }
        return !answer.redirected;
      } catch {
        say(words.down, "down");
        later();
        return false;
      } finally {
        busy = false;
        if (wanted && !leaving) timer = setTimeout(() => send(), SOON);
      }
    }

    function later() {
      wanted = false;
      clearTimeout(timer);
      timer = setTimeout(() => send(), waiting);
      waiting = Math.min(waiting * 2, 30000);
    }

    function settle(answer, told) {
      if (answer.redirected) return say(words.out, "down");
      if (told?.refused) return say(told.refused, "down");
      if (answer.status >= 500) throw new Error(String(answer.status));
      if (!answer.ok || !told) return say(words.failed, "down");
      waiting = 2000;
      form.elements._base.value = told.revision;
      if (!wanted && !going) forget(key);
      say(told.warning || told.state, told.warning ? "warned" : "");
      if (others) others.textContent = told.others;
      if (told.form === null) return;
      arrived = told;
      if (!composing) show(told);
    }

    function show(told) {
      arrived = null;
      const fresh = document.createElement("div");
      fresh.innerHTML = told.form;
      widgets.dataset.shape = told.shape;
      update(widgets, fresh);
      form.dispatchEvent(new CustomEvent("guicheng:form-changed"));
    }

    function say(text, kind = "") {
      if (state.textContent !== text) state.textContent = text;
      state.dataset.kind = kind;
    }

    // What this tab could not send before: sent now, unless something newer has been kept meanwhile.
    function takeUp() {
      const found = read(key);
      if (!found) return;
      const written = (fields) => JSON.stringify(fields.filter(([name]) => !name.startsWith("_")));
      if (written(found.fields) === written(entry().fields)) return forget(key);
      if (Number(found.base) >= Number(form.elements._base.value)) return void resend(found);
      const note = document.createElement("p");
      note.className = "kept-note";
      note.textContent = `${words.found}(${new Date(found.at).toTimeString().slice(0, 5)}) `;
      for (const [label, act] of [[words.take, () => resend(found)], [words.drop, () => forget(key)]]) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "quiet", textContent: label });
        button.addEventListener("click", () => {
          note.remove();
          act();
        });
        note.append(button, " ");
      }
      widgets.before(note);
    }

    async function resend(found) {
      const body = new FormData();
      const token = form.elements.csrf_token;
      if (token) body.set("csrf_token", token.value);
      for (const [name, value] of found.fields) if (!name.startsWith("_")) body.append(name, value);
      form.elements._seq.value = next();
      for (const name of ["_page", "_seq", "_base"]) body.set(name, form.elements[name].value);
      try {
        const answer = await fetch(words.draft, { method: "POST", body });
        const told = answer.ok && !answer.redirected ? await answer.json() : null;
        if (!told) return;
        // Its own values are the newest there are.
        widgets.innerHTML = told.form;
        widgets.dataset.shape = told.shape;
        form.elements._base.value = told.revision;
        forget(key);
        say(told.state);
        form.dispatchEvent(new CustomEvent("guicheng:form-changed"));
      } catch {
        say(words.down, "down");
      }
    }
  }

  // What was typed for a task that has gone to somebody else meanwhile, to be copied.
  function showUnsent(section) {
    const { key, read, forget } = window.guichengUnsent;
    const found = section && read(key);
    if (!found) return;
    const texts = found.fields.filter(([name, value]) => !name.startsWith("_") && value.trim());
    section.querySelector("pre").textContent = texts.map(([name, value]) => `${name}: ${value}`).join("\n");
    section.hidden = false;
    section.querySelector("button").addEventListener("click", () => {
      forget(key);
      section.hidden = true;
    });
  }

  // --- changing fields under the person who types ------------------------------------------------------------

  // Only what looks different is put in place of the old, with what has been typed in the meantime.
  function update(old, fresh) {
    const typed = written(old);
    const focused = document.activeElement;
    const place = focused && old.contains(focused) ? placeOf(focused) : null;
    const kept = [...old.children];
    const goal = [...fresh.children].map((child) => {
      const found = kept.findIndex((one) => bones(one) === bones(child));
      return found < 0 ? refill(child, typed) : kept.splice(0, found + 1).at(-1);
    });
    for (const child of [...old.children]) if (!goal.includes(child)) child.remove();
    goal.forEach((child, at) => old.children[at] === child || old.insertBefore(child, old.children[at] ?? null));
    if (place && !old.contains(document.activeElement)) putBack(old, place);
  }

  function bones(element) {
    const copy = element.cloneNode(true);
    for (const field of copy.querySelectorAll("input, textarea, option")) {
      if (!field.matches("[type=radio], [type=checkbox], option")) field.removeAttribute("value");
      if (field.matches("textarea")) field.textContent = "";
      field.removeAttribute("checked");
      field.removeAttribute("selected");
    }
    return copy.outerHTML.replace(/\s+/g, " ");
  }

  function written(root) {
    const found = new Map();
    for (const field of root.querySelectorAll("input[name], textarea[name], select[name]")) {
      const ticked = field.matches("[type=radio], [type=checkbox]");
      if (field.type !== "file") found.set(ticked ? `${field.name}=${field.value}` : field.name, ticked ? field.checked : field.value);
    }
    return found;
  }

  function refill(element, typed) {
    for (const field of element.querySelectorAll("input[name], textarea[name], select[name]")) {
      const ticked = field.matches("[type=radio], [type=checkbox]");
      const name = ticked ? `${field.name}=${field.value}` : field.name;
      if (!typed.has(name)) continue;
      if (ticked) field.checked = typed.get(name);
      else if (field.type !== "file") field.value = typed.get(name);
    }
    return element;
  }

  function placeOf(field) {
    const [start, end] = "selectionStart" in field ? [field.selectionStart, field.selectionEnd] : [null, null];
    return { name: field.name, value: field.value, id: field.id, start, end };
  }

  function putBack(root, place) {
    const same = [...root.querySelectorAll("input, textarea, select, button")].filter((field) => field.name === place.name);
    const field = same.find((one) => one.value === place.value) ?? same[0];
    field?.focus({ preventScroll: true });
    if (field && place.start !== null && field.setSelectionRange) field.setSelectionRange(place.start, place.end);
  }

  // --- what comes next ---------------------------------------------------------------------------------------

  function forecast(form, panel) {
    let timer = 0;
    let asking = null;
    const soon = (wait) => {
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    };
    form.addEventListener("input", () => soon(1200));
    form.addEventListener("change", () => soon(500));
    form.addEventListener("guicheng:form-changed", () => soon(0));
    form.addEventListener("submit", () => clearTimeout(timer));
    if (!panel.textContent.trim()) soon(0);

    async function ask() {
      asking?.abort();
      asking = new AbortController();
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
      try {
        const answer = await fetch(panel.dataset.forecast, { method: "POST", body, signal: asking.signal });
        if (!answer.ok || answer.redirected) return;
        const html = await answer.text();
        if (panel.innerHTML !== html) panel.innerHTML = html;
      } catch {
        // Superseded, or no server: what stands there was true of what was sent last.
      }
    }
  }
})();
