/* The panels beside an article: their buttons are answered in place, so that what is typed in the
   writer's form stays. Without this file every button loads the page anew. */
(() => {
  "use strict";

  const form = document.getElementById("desk-post");
  if (!form) return;

  /* A screen reader says what changes in a status line, not what stands there from the start. */
  function say(panel, words, isWarning) {
    const line = panel.querySelector("[data-said]");
    line.classList.toggle("warning", isWarning);
    line.classList.toggle("hint", !isWarning);
    line.textContent = "";
    setTimeout(() => { line.textContent = words; }, 50);
  }

  function offerCopies(within) {
    if (!navigator.clipboard) return;
    for (const button of within.querySelectorAll("[data-copy]")) button.hidden = false;
  }

  async function send(button) {
    const answer = await fetch(button.formAction, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Panel": "1" },
    });
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    return { panel: box.content.querySelector("[data-panel]"), isRefused: !answer.ok };
  }

  function replace(old, { panel, isRefused }) {
    const words = panel.querySelector("[data-said]").textContent;
    old.replaceWith(panel);
    offerCopies(panel);
    (panel.querySelector("[data-focus]") || panel).focus();
    say(panel, words, isRefused);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    const panel = button && button.closest("[data-panel]");
    if (!panel || panel.hasAttribute("aria-busy")) return;
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await send(button);
      if (answer.panel) replace(panel, answer);
      else say(panel, form.dataset.failed, true);
    } catch {
      say(panel, form.dataset.failed, true);
    } finally {
      panel.removeAttribute("aria-busy");
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const panel = button.closest("[data-panel], .status-card");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(panel, button.dataset.done, false);
    } catch {
      say(panel, button.dataset.refused, true);
    }
  });

  offerCopies(document);
})();
