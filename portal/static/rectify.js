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
