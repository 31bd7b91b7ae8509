/* The conference is asked for only where a report is made. Without this script it always shows. */
(() => {
  "use strict";

  const part = document.querySelector("[data-of-report]");
  const kinds = [...document.querySelectorAll("[name=kind]")];

  function show() {
    const chosen = kinds.find((kind) => kind.checked);
    part.hidden = !chosen || chosen.value !== "report";
    // Hidden required fields would stop the form in silence.
    for (const field of part.querySelectorAll("input")) field.disabled = part.hidden;
  }

  for (const kind of kinds) kind.addEventListener("change", show);
  show();
})();
