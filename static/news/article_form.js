/* The writer's form: counters, the photos' places in the text, leaving with changes. Its photos
   are in photos.js. Without scripts the form still works: files are stored when it is saved. */
(() => {
  "use strict";

  const form = document.querySelector(".change-form form[enctype]");
  if (!form) return;

  // ── Counters ──────────────────────────────────────────────────────────────────────────────────
  for (const box of form.querySelectorAll("[data-counter]")) {
    const label = form.querySelector(`label[for="${box.id}"]`);
    const shown = document.createElement("span");
    shown.className = "counter";
    label.append(shown);
    const count = () => {
      shown.textContent = ` ${box.value.length}/${box.dataset.counter}`;
      shown.classList.toggle("over", box.value.length > Number(box.dataset.counter));
    };
    box.addEventListener("input", count);
    count();
  }

  // ── Paragraphs of the text as it stands in the editor ─────────────────────────────────────────
  const photos = document.getElementById("photos");
  const rows = photos.querySelector("[data-rows]");

  const editor = () => window.CKEDITOR && window.CKEDITOR.instances.id_body;

  function paragraphs() {
    const instance = editor();
    if (!instance) return null;
    const box = document.createElement("template");
    box.innerHTML = instance.getData();
    return [...box.content.children]
      .filter((block) => block.tagName !== "FIGURE")
      .map((block) => block.textContent.replace(/\s+/g, " ").trim())
      .filter((words) => words);
  }

  function offerParagraphs() {
    const found = paragraphs();
    if (!found) return;
    for (const select of rows.querySelectorAll("select")) {
      const chosen = select.value;
      const options = [["", photos.dataset.paragraphNone], ["0", photos.dataset.paragraphFirst]];
      found.forEach((words, index) => {
        const start = words.length > 48 ? `${words.slice(0, 48)}…` : words;
        options.push([String(index + 1), `${index + 1}. ${start}`]);
      });
      select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
      select.value = options.some(([value]) => value === chosen) ? chosen : "";
    }
  }

  const whenReady = () => {
    const instance = editor();
    if (!instance) return;
    instance.on("change", () => {
      clearTimeout(whenReady.timer);
      whenReady.timer = setTimeout(offerParagraphs, 400);
    });
    offerParagraphs();
  };
  if (window.CKEDITOR) {
    window.CKEDITOR.on("instanceReady", whenReady);
    if (editor() && editor().status === "ready") whenReady();
  }
  rows.addEventListener("focusin", (event) => {
    if (event.target.tagName === "SELECT") offerParagraphs();
  });

  photos.addEventListener("photo:added", offerParagraphs);
  form.articlePhotos.offerParagraphs = offerParagraphs;

  // ── Leaving with changes ──────────────────────────────────────────────────────────────────────
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => {
    changed = null;
    // A second click would send everything twice; the button pressed is already on its way.
    setTimeout(() => lock(true), 0);
  });
  const lock = (on) => {
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = on;
  };
  window.addEventListener("pageshow", () => lock(false));
  window.addEventListener("beforeunload", (event) => {
    if (changed === null) return;
    if (changed || (editor() && editor().checkDirty())) event.preventDefault();
  });
})();
