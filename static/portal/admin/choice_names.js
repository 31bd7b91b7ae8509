/* Search-as-you-type fields (select2) carry the name of their label, for screen readers. */
(() => {
  "use strict";

  function name(select) {
    const label = select.labels && select.labels[0];
    const cell = select.closest("td");
    const head = cell && cell.closest("table").querySelector(`th.column-${cell.className.split("field-")[1]}`);
    const words = ((label || head || {}).textContent || "").trim().replace(/:$/, "");
    const box = select.nextElementSibling;
    if (!words || !box || !box.matches(".select2")) return;
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      part.setAttribute("aria-label", words);
      if (part.matches("[role=combobox]")) part.removeAttribute("aria-labelledby");
    }
  }

  const nameAll = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);
  window.addEventListener("load", () => setTimeout(nameAll, 0));
  document.addEventListener("formset:added", () => setTimeout(nameAll, 0));
})();
