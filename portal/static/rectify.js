// Nicer with it, and nothing needs it: a form is sent once, and says that it is under way.
"use strict";
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const asked = event.submitter && event.submitter.dataset.ask;
    if (asked && !window.confirm(asked)) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
}
// A page shown again from the browser's memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const busy of form.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  }
});
// What is too large is said before it is sent.
for (const field of document.querySelectorAll("input[type=file][data-most]")) {
  field.addEventListener("change", () => {
    const chosen = [...field.files];
    const fits = chosen.length <= Number(field.dataset.files) && chosen.every((file) => file.size <= Number(field.dataset.most));
    field.setCustomValidity(fits ? "" : field.dataset.refusal);
    field.reportValidity();
  });
}
// What is typed into an act's form stays in this browser until it is sent, signed out of, or a week old.
const DRAFT = "rectify.draft|";
const WEEK = 7 * 24 * 3600 * 1000;
function drafts() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(DRAFT));
  } catch {
    return [];
  }
}
function draftOf(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {};
  }
}
for (const key of drafts()) {
  const { at } = draftOf(key);
  if (!(Date.now() - at < WEEK)) localStorage.removeItem(key);
}
for (const receipt of document.querySelectorAll("[data-sent]")) {
  if (drafts().includes(DRAFT + receipt.dataset.sent)) localStorage.removeItem(DRAFT + receipt.dataset.sent);
}
for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", () => drafts().forEach((key) => localStorage.removeItem(key)));
}
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = DRAFT + form.dataset.draft;
  const fields = () => [...form.querySelectorAll("textarea[name], input[name]")].filter((field) =>
    ["textarea", "text", "date", "number"].includes(field.type));
  const keep = () => {
    const said = Object.fromEntries(fields().map((field) => [field.name, field.value]));
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), version: Number(form.elements.version.value), said }));
    } catch {
      // no room, or not allowed: then there is no draft
    }
  };
  const draft = draftOf(key);
  if (draft.said && draft.version < Number(form.dataset.done)) {
    localStorage.removeItem(key); // it was sent after all, here or elsewhere
  } else if (form.dataset.again) {
    keep();
  } else if (draft.said) {
    restore(form, fields(), draft.said, key);
  }
  form.addEventListener("input", keep);
}
function restore(form, fields, said, key) {
  const known = new Set(fields.map((field) => field.name));
  const changed = fields.filter((field) => field.name in said && said[field.name] !== field.value);
  const left = Object.keys(said).filter((name) => !known.has(name) && said[name]);
  if (!changed.length && !left.length) return;
  for (const field of changed) {
    field.value = said[field.name];
    const fold = field.closest("details");
    if (fold && field.value) fold.open = true;
  }
  const line = document.createElement("p");
  line.className = "notice";
  line.setAttribute("role", "status");
  line.append([form.dataset.restored, ...left.map((name) => said[name])].join(" "), " ");
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "second";
  drop.textContent = form.dataset.drop;
  drop.addEventListener("click", () => {
    localStorage.removeItem(key);
    form.reset();
    line.remove();
  });
  line.append(drop);
  form.prepend(line);
}
