// Materials: files go up while the form stays where it is, and are looked at in front of it. Without a script
// they go up with the form, and open in the browser.
"use strict";
(() => {
  if (document.documentElement.dataset.materials) return;
  document.documentElement.dataset.materials = "ready";
  const PICTURE = /\.(jpe?g|png)$/i;
  const PDF = /\.pdf$/i;
  const STEP = 1.25;

  // --- sending files --------------------------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const field = event.target.closest('.drop input[type="file"]');
    if (!field || !field.files.length) return;
    const files = [...field.files];
    field.value = "";
    send(field.closest(".drop"), files);
  });

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const place = event.target.closest?.(".drop");
      if (!place || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      place.classList.toggle("over", kind === "dragover");
      if (kind === "drop") send(place, [...event.dataTransfer.files]);
    });
  }

  async function send(place, files) {
    const home = place.closest("[data-upload]");
    const bar = place.querySelector("progress");
    const refused = place.querySelector("[data-refused]");
    const submit = place.closest("form")?.querySelector('button[value="complete"]');
    refused.hidden = true;
    bar.hidden = false;
    if (submit) submit.disabled = true;
    for (const [number, file] of files.entries()) {
      const part = (done) => { bar.value = ((number + done) / files.length) * 100; };
      try {
        add(place, await put(home, place, file, part));
      } catch (failure) {
        refused.textContent = `${file.name}：${failure.message || home.dataset.failed}`;
        refused.setAttribute("role", "alert");
        refused.hidden = false;
      }
    }
    bar.hidden = true;
    bar.value = 0;
    if (submit) submit.disabled = false;
  }

  function put(home, place, file, part) {
    return new Promise((resolve, reject) => {
      const body = new FormData();
      body.append("file", file);
      body.append("csrf_token", place.closest("form").querySelector('[name="csrf_token"]').value);
      const request = new XMLHttpRequest();
      request.open("POST", home.dataset.upload);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) part(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        const said = request.response ?? {};
        if (request.status === 201) resolve(said);
        else reject(new Error(said.message ?? ""));
      });
      request.addEventListener("error", () => reject(new Error("")));
      request.send(body);
    });
  }

  function add(place, file) {
    const row = place.closest(".material");
    const line = document.createElement("li");
    const label = document.createElement("label");
    label.className = "choice";
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", value: file.id, checked: true });
    tick.name = `${row.dataset.place}.files`;
    const spoken = Object.assign(document.createElement("span"), { className: "unseen" });
    spoken.textContent = `${place.closest("[data-submit]").dataset.submit} ${file.name}`;
    label.append(tick, spoken);
    const link = Object.assign(document.createElement("a"), { textContent: file.name });
    link.href = `${place.closest("[data-upload]").dataset.upload}/${file.id}`;
    link.dataset.preview = "";
    const print = Object.assign(document.createElement("small"), { className: "faint", title: file.sha256 });
    print.textContent = `SHA-256 ${file.sha256.slice(0, 12)}`;
    line.append(label, " ", link, " ", print);
    // What comes now stands in the place of what was there: the older file stays in the case.
    place.querySelector(".kept").append(line);
    const handedIn = row.querySelector('input[value="handed-in"]');
    if (handedIn) handedIn.checked = true;
    tick.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- looking at them ------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-preview]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const name = link.textContent.trim();
    if (!PICTURE.test(name) && !PDF.test(name)) return;
    event.preventDefault();
    open(link.href, name, link);
  });

  function open(address, name, link) {
    const words = WORDS[document.documentElement.lang.startsWith("en") ? "en" : "zh"];
    const box = document.createElement("dialog");
    box.className = "preview";
    box.setAttribute("aria-label", name);
    const head = document.createElement("p");
    head.className = "preview-head";
    const title = Object.assign(document.createElement("strong"), { textContent: name });
    const acts = document.createElement("span");
    const whole = Object.assign(document.createElement("a"), { href: address, textContent: words.tab });
    Object.assign(whole, { target: "_blank", rel: "noopener", className: "button secondary" });
    const picture = PICTURE.test(name);
    if (picture) acts.append(button("−", words.smaller, () => zoom(1 / STEP)), button("+", words.larger, () => zoom(STEP)));
    acts.append(whole, button(words.close, words.close, () => box.close()));
    head.append(title, acts);
    const stage = document.createElement("div");
    stage.className = "preview-stage";
    stage.tabIndex = 0;
    const shown = document.createElement(picture ? "img" : "iframe");
    shown.src = address;
    if (picture) shown.alt = name;
    else shown.title = name;
    stage.append(shown);
    box.append(head, stage);
    let size = 100;
    function zoom(by) {
      size = Math.min(800, Math.max(20, size * by));
      shown.style.width = `${size}%`;
    }
    box.addEventListener("keydown", (event) => {
      if (!picture) return;
      if (event.key === "+" || event.key === "=") zoom(STEP);
      if (event.key === "-") zoom(1 / STEP);
      if (event.key === "0") zoom(100 / size);
    });
    box.addEventListener("close", () => { box.remove(); link.focus(); });
    document.body.append(box);
    box.showModal();
    stage.focus();
  }

  const WORDS = {
    zh: { tab: "在新标签页打开", close: "关闭", larger: "放大", smaller: "缩小" },
    en: { tab: "Open in a new tab", close: "Close", larger: "Larger", smaller: "Smaller" },
  };

  function button(text, label, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "secondary", textContent: text });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  // --- copying a hash -------------------------------------------------------------------------------------

  if (navigator.clipboard) for (const one of document.querySelectorAll("[data-copy]")) one.hidden = false;
  document.addEventListener("click", async (event) => {
    const one = event.target.closest("[data-copy]");
    if (!one) return;
    await navigator.clipboard.writeText(one.dataset.copy);
    one.textContent = one.dataset.done;
  });
})();
