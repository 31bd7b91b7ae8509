/* The codes on paper or as a file: made here, so that the server need not show them twice. */
(() => {
  "use strict";
  const codes = document.getElementById("codes");
  if (!codes) return;
  const buttons = document.querySelector("[data-codes]");
  const title = document.getElementById("codes-title").textContent;
  const file = new Blob([`${title}\r\n\r\n${codes.textContent.trim().replace(/\n/g, "\r\n")}\r\n`], { type: "text/plain" });
  const link = buttons.querySelector("[data-download]");
  link.href = URL.createObjectURL(file);
  link.download = codes.dataset.file;
  buttons.querySelector("[data-print]").addEventListener("click", () => window.print());
  buttons.hidden = false;
})();
