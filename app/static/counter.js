// The counter by the keyboard alone; without it the page still works, by Tab and its buttons.
"use strict";
const form = document.getElementById("visit");
const known = document.getElementById("known");
const PAUSE = 250;

const shown = (field) => !field.closest("[hidden]") && field.type !== "hidden";
const stops = () => {
  const fields = [...form.elements].filter((one) => one.matches("input, select, textarea, #register") && shown(one));
  // Of a group of radio buttons the one that is chosen, or the first, stands for all.
  return fields.filter((one) => one.type !== "radio" || one.checked ||
    (!form.querySelector(`[name="${one.name}"]:checked`) && one === form.querySelector(`[name="${one.name}"]`)));
};
const goOn = (from) => {
  const all = stops();
  const here = all.findIndex((one) => one === from || (one.type === "radio" && one.name === from.name));
  const next = all[here + 1];
  if (next) {
    next.focus();
    if (next.select && next.type !== "radio") next.select();
  }
};

// --- what belongs to the decision ------------------------------------------------------------------------
const decided = () => form.querySelector("[name=decision]:checked")?.value ?? "";
const fill = (from, names) => {
  for (const name of names) {
    const field = form.elements[name];
    // What somebody has typed stays; what was filled in from another choice goes.
    if (!field.value || field.dataset.filled === field.value) {
      field.value = from?.dataset[name] ?? "";
      field.dataset.filled = field.value;
    }
  }
};
const unitChosen = () => {
  const unit = form.elements.unit.selectedOptions[0];
  fill(unit, ["place", "contact", "receiver"]);
  const names = (unit?.dataset.present ?? "").split("|").filter(Boolean);
  document.getElementById("receivers").replaceChildren(...names.map((name) => new Option(name, name)));
};
const bodyChosen = () => {
  const options = [...document.querySelectorAll("#bodies option")];
  fill(options.find((one) => one.value === form.elements.body.value), ["place", "contact", "receiver"]);
};
const arrange = () => {
  for (const part of form.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").includes(decided());
  }
};
const decide = () => {
  arrange();
  if (decided() === "unit") {
    const unit = matter()?.dataset.unit;
    if (unit && !form.elements.unit.value) form.elements.unit.value = unit;
    unitChosen();
  }
  if (decided() === "body") bodyChosen();
};

// --- matters ---------------------------------------------------------------------------------------------
const matters = [...document.querySelectorAll("#matters option")];
// An office without a catalogue has no such field.
const named = form.elements.matter;
const matter = () => matters.find((one) => one.value === named.value.trim());
const settle = () => {
  const text = named?.value.trim();
  const partly = matters.filter((one) => one.value.includes(text));
  const meant = /^\d+$/.test(text) ? matters[Number(text) - 1] : matter() ?? (partly.length === 1 ? partly[0] : null);
  if (text && meant) named.value = meant.value;
};

// --- who it is -------------------------------------------------------------------------------------------
let pending = 0;
let asked = "";
const lookUp = async () => {
  const body = new FormData();
  for (const name of ["csrf_token", "phone", "name", "identity"]) body.set(name, form.elements[name].value);
  body.set("kind", form.elements.kind.value);
  // What is still being typed is not finished, so nothing is wrong with it yet.
  body.set("at", document.activeElement?.name ?? "");
  const question = new URLSearchParams(body).toString();
  if (question === asked) return;
  asked = question;
  const answer = await fetch(form.dataset.lookup, { method: "POST", body });
  // Only the latest question is answered; what came late is of somebody else.
  if (answer.ok && question === asked) known.innerHTML = await answer.text();
};
const lookUpSoon = () => {
  window.clearTimeout(pending);
  pending = window.setTimeout(lookUp, PAUSE);
};
const takeOver = (button) => {
  for (const name of ["name", "phone", "identity"]) {
    if (button.dataset[name]) form.elements[name].value = button.dataset[name];
  }
  form.querySelector(`[name=kind][value="${button.dataset.kind}"]`).checked = true;
  (named ?? form.elements.asked).focus();
  lookUp();
};
const takers = () => [...known.querySelectorAll("[data-take]")];

// --- keys ------------------------------------------------------------------------------------------------
const choose = (event) => {
  const group = event.target.closest("[data-digits]");
  const wanted = group && /^[1-9]$/.test(event.key) && group.querySelectorAll("[type=radio]")[Number(event.key) - 1];
  if (!wanted) return;
  event.preventDefault();
  wanted.checked = true;
  wanted.dispatchEvent(new Event("change", { bubbles: true }));
  goOn(wanted);
};
form.addEventListener("keydown", (event) => {
  // Enter that ends the writing of Chinese characters is no Enter of ours.
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    settle();
    form.requestSubmit(document.getElementById("register"));
  } else if (event.key === "Enter" && !event.shiftKey && event.target.matches("input, select, textarea")) {
    event.preventDefault();
    if (event.target.name === "matter") settle();
    goOn(event.target);
  } else if (event.key === "ArrowDown" && ["phone", "name", "identity"].includes(event.target.name) && takers()[0]) {
    event.preventDefault();
    takers()[0].focus();
  } else {
    choose(event);
  }
});
known.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = takers();
  const here = all.indexOf(event.target);
  if (event.key === "Escape") form.elements.phone.focus();
  if (!step || here < 0) return;
  event.preventDefault();
  (all[here + step] ?? form.elements.phone).focus();
});
known.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take]");
  if (button) takeOver(button);
});
form.addEventListener("input", (event) => {
  if (["phone", "name", "identity", "kind"].includes(event.target.name)) lookUpSoon();
});
form.addEventListener("focusout", (event) => {
  if (["phone", "name", "identity"].includes(event.target.name) && event.target.value) lookUpSoon();
});
form.addEventListener("change", (event) => {
  if (event.target.name === "decision") decide();
  if (event.target.name === "unit") unitChosen();
  if (event.target.name === "body") bodyChosen();
  if (event.target.name === "matter") settle();
});
form.addEventListener("submit", (event) => {
  // The server takes one form down once; this only spares it the second.
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
for (const button of form.querySelectorAll("[data-scriptless]")) button.hidden = true;
arrange();
// What was typed before this script was here counts as well.
if (["phone", "name", "identity"].some((name) => form.elements[name].value)) lookUpSoon();
form.querySelector(".wrong input, .wrong select, .wrong textarea")?.focus();
if (form.querySelector("#register[autofocus]")) document.getElementById("register").focus();
