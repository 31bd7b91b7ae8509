/* Choosing a file, in the words of the screen: the browser's own button speaks the language of the
   computer. The field itself stays, for the keyboard and for screen readers; without this file it
   looks as the browser draws it. */
(() => {
  "use strict";

  const words = document.currentScript.dataset;

  function dress(input) {
    const button = document.createElement("span");
    const said = document.createElement("span");
    button.className = "file-button";
    button.textContent = input.multiple ? words.chooseSeveral : words.choose;
    button.setAttribute("aria-hidden", "true"); // the field itself is what is named and focused
    button.addEventListener("click", () => input.click());
    said.className = "file-said";
    said.setAttribute("role", "status");
    input.classList.add("file-dressed");
    input.after(button, said);

    const show = () => {
      const names = [...input.files].map((file) => file.name);
      if (names.length > 1) said.textContent = words.several.replace("{n}", names.length);
      else said.textContent = names[0] || words.none;
    };
    // Photos are sent at once and listed one by one, with their names.
    if (input.closest("[data-upload-zone]")) return;
    input.addEventListener("change", show);
    window.addEventListener("pageshow", show); // "back" keeps what was chosen
    show();
  }

  document.querySelectorAll("input[type=file]").forEach(dress);
})();
