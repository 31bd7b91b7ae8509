/* The writer's form: counters, several photos at once, their order and their place in the text.
   Without it the form still works: photos chosen are stored when the draft is saved. */
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
  const pattern = photos.querySelector("[data-pattern]");
  const total = form.querySelector(`[name="${photos.dataset.prefix}-TOTAL_FORMS"]`);

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

  // ── Rows: numbers, order, main photo ──────────────────────────────────────────────────────────
  const shown = () => [...rows.querySelectorAll("[data-row]")];

  function number() {
    const all = shown();
    all.forEach((row, index) => {
      for (const place of row.querySelectorAll("[data-number]")) place.textContent = index + 1;
      for (const place of row.querySelectorAll("[data-name]")) place.textContent = index + 1;
      row.querySelector("[data-order] input").value = index + 1;
      row.querySelector("[data-order]").hidden = true;
      const up = row.querySelector("[data-up]");
      const down = row.querySelector("[data-down]");
      up.hidden = index === 0;
      down.hidden = index === all.length - 1;
      row.classList.toggle("removed", Boolean(row.querySelector("[name$=-DELETE]:checked")));
    });
  }

  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]");
    if (!button) return;
    const row = button.closest("[data-row]");
    const all = shown();
    const other = all[all.indexOf(row) + (button.matches("[data-up]") ? -1 : 1)];
    if (button.matches("[data-up]")) other.before(row);
    else other.after(row);
    number();
    (button.hidden ? row.querySelector("[data-up]:not([hidden]), [data-down]:not([hidden])") : button).focus();
  });

  rows.addEventListener("change", (event) => {
    if (event.target.name.endsWith("-lead") && event.target.checked) {
      for (const box of rows.querySelectorAll("[name$=-lead]")) {
        if (box !== event.target) box.checked = false;
      }
    }
    number();
  });

  function addRow(photo) {
    const index = Number(total.value);
    const row = pattern.content.firstElementChild.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        if (attribute.value.includes("__prefix__")) {
          attribute.value = attribute.value.replaceAll("__prefix__", index);
        }
      }
    }
    row.querySelector("[name$=-photo]").value = photo.id;
    row.querySelector("[name$=-alt]").value = photo.alt;
    row.querySelector("[name$=-credit]").value = photo.credit;
    row.querySelector(".photo-shown").src = photo.thumbnail;
    row.querySelector("[data-dimensions]").textContent = photo.dimensions;
    row.querySelector("[data-small]").hidden = !photo.small;
    total.value = index + 1;
    rows.append(row);
    return row;
  }

  // ── Several photos at once, each with its own line ────────────────────────────────────────────
  const chooser = form.querySelector("[name=new_photos]");
  const list = photos.querySelector("[data-uploads]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  function send(file, line) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const data = new FormData();
      data.append("upload", file);
      request.open("POST", photos.dataset.upload);
      request.setRequestHeader("X-CSRFToken", token);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        const percent = Math.round((100 * event.loaded) / event.total);
        line.textContent = `${file.name}: ${photos.dataset.uploading} ${percent} %`;
      });
      request.addEventListener("loadend", () => {
        const answer = request.response || {};
        if (request.status === 200) return resolve(answer);
        line.className = "errornote";
        line.textContent = answer.error || `${file.name}: ${photos.dataset.failed}`;
        return resolve(null);
      });
      request.send(data);
    });
  }

  // For static/news/paste.js: pictures pasted into the text.
  form.articlePhotos = { send, addRow, number, offerParagraphs };

  chooser.addEventListener("change", async () => {
    const files = [...chooser.files].sort((a, b) => a.name.localeCompare(b.name, "vi", { numeric: true }));
    chooser.value = "";
    list.replaceChildren();
    let first = null;
    for (const file of files) {
      const line = document.createElement("li");
      list.append(line);
      const photo = await send(file, line);
      if (!photo) continue;
      line.remove();
      const row = addRow(photo);
      first = first || row;
    }
    number();
    offerParagraphs();
    if (first) first.querySelector("[name$=-caption]").focus();
  });

  number();

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
