/* The photos of an article: their rows, their order, and the library to take more from. */
(() => {
  "use strict";

  const photos = document.getElementById("photos");
  if (!photos) return;
  const form = photos.closest("form");
  const rows = photos.querySelector("[data-rows]");
  const pattern = photos.querySelector("[data-pattern]");
  const moved = photos.querySelector("[data-moved]");
  const total = form.querySelector(`[name="${photos.dataset.prefix}-TOTAL_FORMS"]`);
  const shown = () => [...rows.querySelectorAll("[data-row]")];
  const isRemoved = (row) => Boolean(row.querySelector("[name$=-DELETE]:checked"));
  // Others keep watch over what is typed: a new row and a new order count as typing.
  const tellTyped = () => rows.dispatchEvent(new Event("input", { bubbles: true }));

  // ── Numbers ───────────────────────────────────────────────────────────────────────────────────
  function number() {
    const all = shown();
    all.forEach((row, index) => {
      for (const place of row.querySelectorAll("[data-number], [data-name]")) place.textContent = index + 1;
      row.querySelector("[data-order] input").value = index + 1;
      row.querySelector("[data-order]").hidden = true;
      row.querySelector("[data-up]").hidden = index === 0;
      row.querySelector("[data-down]").hidden = index === all.length - 1;
      row.querySelector("[data-handle]").hidden = all.length < 2;
      row.classList.toggle("removed", isRemoved(row));
    });
  }

  function tellMoved(row) {
    number();
    tellTyped();
    moved.textContent = moved.dataset.words.replace("{n}", shown().indexOf(row) + 1);
  }

  rows.addEventListener("change", (event) => {
    if (event.target.name.endsWith("-lead") && event.target.checked) {
      for (const box of rows.querySelectorAll("[name$=-lead]")) {
        if (box !== event.target) box.checked = false;
      }
    }
    number();
  });

  rows.addEventListener("input", (event) => {
    if (!event.target.matches("[name$=-caption]")) return;
    event.target.closest("[data-row]").querySelector("[data-proposed]").hidden = true;
  });

  // ── Order by buttons ──────────────────────────────────────────────────────────────────────────
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]");
    if (!button) return;
    const row = button.closest("[data-row]");
    const all = shown();
    const other = all[all.indexOf(row) + (button.matches("[data-up]") ? -1 : 1)];
    if (button.matches("[data-up]")) other.before(row);
    else other.after(row);
    tellMoved(row);
    const left = row.querySelector("[data-up]:not([hidden]), [data-down]:not([hidden])");
    (button.hidden ? left : button).focus();
  });

  // ── Order by dragging a handle, with mouse, pen or finger ─────────────────────────────────────
  rows.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    drag(handle.closest("[data-row]"), handle, event);
  });

  function drag(row, handle, start) {
    const before = shown().indexOf(row);
    // Small rows: several stand on the screen at once, and each is easily passed.
    rows.classList.add("dragging");
    row.classList.add("dragged");
    handle.setPointerCapture(start.pointerId);

    function move(event) {
      const [y, edge] = [event.clientY, 60];
      if (y < edge) window.scrollBy(0, -20);
      if (y > window.innerHeight - edge) window.scrollBy(0, 20);
      const [above, below] = [row.previousElementSibling, row.nextElementSibling];
      // The dragged row stays in the page, its neighbours pass it: else the pointer would be lost.
      if (above && y < middle(above)) row.after(above);
      else if (below && y > middle(below)) row.before(below);
    }
    function end() {
      handle.removeEventListener("pointermove", move);
      rows.classList.remove("dragging");
      row.classList.remove("dragged");
      row.scrollIntoView({ block: "nearest" });
      if (shown().indexOf(row) !== before) tellMoved(row);
    }
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }

  function middle(row) {
    const box = row.getBoundingClientRect();
    return (box.top + box.bottom) / 2;
  }

  // ── New rows ──────────────────────────────────────────────────────────────────────────────────
  function newRow(photo) {
    const index = total.value;
    const row = pattern.content.firstElementChild.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        if (attribute.value.includes("__prefix__")) {
          attribute.value = attribute.value.replaceAll("__prefix__", index);
        }
      }
    }
    total.value = Number(index) + 1;
    fill(row, photo);
    return row;
  }

  function fill(row, photo) {
    const field = (name) => row.querySelector(`[name$=-${name}]`);
    for (const name of ["caption", "alt", "credit"]) field(name).value = photo[name];
    field("photo").value = photo.id;
    field("credit").readOnly = photo.public;
    row.querySelector(".photo-shown").src = photo.thumbnail;
    row.querySelector("[data-dimensions]").textContent = photo.dimensions;
    row.querySelector("[data-small]").hidden = !photo.small;
    row.querySelector("[data-proposed]").hidden = !photo.caption;
    row.querySelector("[data-public]").hidden = !photo.public;
    row.querySelector("[data-own]").hidden = photo.public;
    row.querySelector("[data-address]").href = photo.address;
    row.querySelector(`[name$=-focus][value=${photo.focus}]`).checked = true;
    if (photo.public) row.querySelector("[data-focus]").remove();
  }

  /* The photo's new row, or null where the article has it already; a removed one comes back. */
  function add(photo, sequence) {
    const old = rowOf(photo);
    if (old) {
      const box = old.querySelector("[name$=-DELETE]");
      if (box) box.checked = false;
      number();
      return null;
    }
    const row = newRow(photo);
    if (sequence) row.dataset.sequence = sequence; // of uploads: they keep their file names' order
    const later = shown().find((other) => Number(other.dataset.sequence) > sequence);
    rows.insertBefore(row, later || null);
    number();
    tellTyped();
    photos.dispatchEvent(new CustomEvent("photo:added", { bubbles: true }));
    return row;
  }

  const rowOf = (photo) =>
    shown().find((row) => row.querySelector("[name$=-photo]").value === String(photo.id));

  const alreadyHere = (photo) =>
    photos.dataset.here.replace("{n}", shown().indexOf(rowOf(photo)) + 1);

  // ── Photos that were uploaded ─────────────────────────────────────────────────────────────────
  const fresh = [];

  photos.addEventListener("photo:stored", ({ detail }) => {
    const row = add(detail.photo, detail.sequence);
    if (row) fresh.push(row);
    else detail.note = alreadyHere(detail.photo);
  });

  photos.addEventListener("photo:done", () => {
    const added = fresh.splice(0).sort((a, b) => a.dataset.sequence - b.dataset.sequence);
    const at = document.activeElement;
    // Whoever went on writing meanwhile is not taken away from it.
    if (!added.length || (at && at !== document.body && !at.closest("[data-upload-zone]"))) return;
    const captions = added.map((row) => row.querySelector("[name$=-caption]"));
    (captions.find((caption) => !caption.value) || captions[0]).focus();
  });

  // For static/news/paste.js: pictures pasted into the text.
  form.articlePhotos = { add, number };
  number();

  // ── The library ───────────────────────────────────────────────────────────────────────────────
  const library = photos.querySelector("[data-library]");
  const box = library.querySelector("input[type=search]");
  const status = library.querySelector("[data-library-status]");
  const found = library.querySelector("[data-found]");
  const words = library.dataset;
  let asked = 0;
  let timer;
  library.hidden = false;

  async function find() {
    const mine = (asked += 1);
    let answer;
    try {
      const response = await fetch(`${words.library}?q=${encodeURIComponent(box.value)}`);
      answer = await response.json();
    } catch {
      answer = null;
    }
    if (mine !== asked) return; // a later question was asked meanwhile
    if (!answer) {
      status.textContent = words.lost;
      return;
    }
    found.replaceChildren(...answer.photos.map(choice));
    const count = words.some.replace("{n}", answer.photos.length);
    if (!answer.photos.length) status.textContent = words.none;
    else status.textContent = answer.more ? `${count} ${words.more}` : count;
  }

  function choice(photo) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const image = document.createElement("img");
    const name = document.createElement("span");
    const details = document.createElement("span");
    button.type = "button";
    image.src = photo.thumbnail;
    image.alt = "";
    name.className = "photo-name";
    name.textContent = photo.alt || photo.name;
    details.className = "hint";
    details.textContent = [photo.dimensions, photo.credit].filter(Boolean).join(" · ");
    button.append(image, name, details);
    button.addEventListener("click", () => {
      const row = add(photo);
      status.textContent = row ? words.added.replace("{n}", name.textContent) : alreadyHere(photo);
    });
    item.append(button);
    return item;
  }

  library.addEventListener("toggle", () => {
    if (library.open && !asked) find();
  });
  box.addEventListener("input", (event) => {
    event.stopPropagation(); // a search is nothing to be saved
    clearTimeout(timer);
    timer = setTimeout(find, 250);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(timer);
    find();
  });
})();
