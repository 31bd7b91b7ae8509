/* The check list beside the form, drawn anew after a pause in typing.
   Without it the list is that of the last saved draft, and its links lead to the fields. */
(() => {
  "use strict";

  const panel = document.getElementById("checks");
  const form = panel && panel.closest("form");
  if (!form) return;
  const list = panel.querySelector("[data-checks-list]");
  const status = panel.querySelector("[data-checks-status]");
  const again = panel.querySelector("[data-check-again]");
  const PAUSE = 1500;
  const editor = () => (window.CKEDITOR ? window.CKEDITOR.instances.id_body : null);

  // ── Asking the server ─────────────────────────────────────────────────────────────────────────
  let timer = null;
  let running = null;

  function typed() {
    const data = new FormData(form);
    for (const [name, value] of [...data]) {
      if (value instanceof File) data.delete(name);
    }
    if (editor()) data.set("body", editor().getData());
    return data;
  }

  async function check({ say = false } = {}) {
    clearTimeout(timer);
    if (running) running.abort();
    const mine = new AbortController();
    running = mine;
    if (say) status.textContent = panel.dataset.working;
    try {
      const response = await fetch(panel.dataset.url, {
        method: "POST", body: typed(), signal: mine.signal, headers: { "X-Requested-With": "fetch" },
      });
      if (response.redirected) throw new Error(panel.dataset.signedOut);
      if (!response.ok) throw new Error(panel.dataset.failed);
      draw(await response.text());
      status.textContent = say ? panel.dataset.done : "";
    } catch (problem) {
      if (mine.signal.aborted) return;
      const known = [panel.dataset.signedOut, panel.dataset.failed];
      status.textContent = known.includes(problem.message) ? problem.message : panel.dataset.failed;
    }
  }

  /* The list anew; who stands on a link of it keeps standing on the same one. */
  function draw(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    if (fresh.innerHTML.trim() === list.innerHTML.trim()) return;
    const held = list.contains(document.activeElement) ? document.activeElement : null;
    const links = () => [...list.querySelectorAll("a, button")];
    const place = held ? links().indexOf(held) : -1;
    list.replaceChildren(...fresh.childNodes);
    if (held) (links()[Math.min(place, links().length - 1)] || again).focus();
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  if (window.CKEDITOR) {
    window.CKEDITOR.on("instanceReady", (event) => event.editor.on("change", soon));
    if (editor() && editor().status === "ready") editor().on("change", soon);
  }
  if (form.querySelector(".errorlist")) soon(); // a refused save: the list is to fit what was typed
  again.hidden = false;
  again.addEventListener("click", () => check({ say: true }));

  // ── Going to the place: jump.js does it, and says when the words are gone ─────────────────────
  list.addEventListener("jump", (event) => {
    status.textContent = event.detail.isThere ? "" : panel.dataset.notThere;
  });

  // ── A person who is named: a new row of the form instead of saving ────────────────────────────
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-person]");
    const more = document.querySelector("#people-group .add-row a");
    if (!button || !more) return;
    event.preventDefault();
    const [term, relation] = button.value.split(":");
    more.click();
    const total = Number(document.getElementById("id_people-TOTAL_FORMS").value);
    const row = document.getElementById(`id_people-${total - 1}-appointment`);
    row.append(new Option(button.dataset.label, term, true, true));
    row.dispatchEvent(new Event("change", { bubbles: true }));
    document.getElementById(`id_people-${total - 1}-relation`).value = relation;
    status.textContent = panel.dataset.added;
    check();
  });
})();
