/* What was pasted into the text and belongs elsewhere: pictures become rows at their place; captions,
   the author and the agency's address are proposed below the editor. Nothing moves without a click. */
(() => {
  "use strict";

  const form = document.querySelector(".change-form form[enctype]");
  const part = document.getElementById("paste");
  if (!form || !part || !window.CKEDITOR) return;

  const say = part.dataset;
  const list = part.querySelector("[data-proposals]");
  const notes = part.querySelector("[data-notes]");
  const rows = document.querySelector("#photos [data-rows]");
  const own = say.own.split("\n").map(fold).filter(Boolean);
  const anchors = new Map(); // row of a pasted picture: the element it stands after, and its end
  let editor = null;

  function fold(words) {
    const plain = words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d");
    return plain.toLowerCase().replace(/\s+/g, " ").trim();
  }

  const wordsOf = (block) => block.textContent.replace(/\s+/g, " ").trim();

  // The elements of the text that count as paragraphs, as the choice "place after" counts them.
  function blocks() {
    return [...editor.editable().$.children].filter(
      (block) => !block.matches(".cke_widget_wrapper, figure, [data-cke-temp], [data-cke-hidden-sel]") && wordsOf(block),
    );
  }

  // ── Pictures ──────────────────────────────────────────────────────────────────────────────────
  async function fileOf(picture, number) {
    if (picture.file) return picture.file;
    if (!picture.source.startsWith("data:image/")) return null;
    const [head, content] = picture.source.split(",");
    const type = head.slice(5).split(";")[0];
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    return new File([bytes], `${say.pictureName}-${number}.${type.split("/")[1].replace("jpeg", "jpg")}`, { type });
  }

  function note(words = "") {
    const line = document.createElement("li");
    line.textContent = words;
    notes.append(line);
    return line;
  }

  /* What the library answers for the file, or null: then the line says why. */
  async function send(file, line) {
    const zone = document.querySelector("#photos [data-upload-zone]").dataset;
    const data = new FormData();
    data.append("upload", file);
    line.textContent = `${file.name}: ${zone.uploading}`;
    let answer = {};
    try {
      const headers = { "X-CSRFToken": window.csrfToken() };
      const response = await fetch(zone.uploadZone, { method: "POST", headers, body: data });
      answer = await response.json();
    } catch {
      // the connection, or the session: said below
    }
    if (answer.id) return answer;
    line.className = "errornote";
    line.textContent = answer.error || `${file.name}: ${zone.failed}`;
    return null;
  }

  async function take(pictures) {
    let unread = 0;
    notes.replaceChildren();
    for (const [index, picture] of pictures.entries()) {
      const file = await fileOf(picture, index + 1).catch(() => null);
      if (!file) {
        unread += 1;
        continue;
      }
      const line = note();
      const photo = await send(file, line);
      if (!photo) continue; // the line says why
      line.remove();
      const row = form.articlePhotos.add(photo);
      if (!row) continue; // the article has it already
      if (picture.block) anchors.set(row, { block: picture.block, end: endOf(picture.block) });
      else row.dataset.first = "1";
    }
    if (unread) note(say.unread.replace("{}", unread)).className = "warning";
    form.articlePhotos.number();
    form.articlePhotos.offerParagraphs();
    place();
    propose();
  }

  // Rows of pasted pictures follow the element they stand after, until a place is chosen by hand.
  function place() {
    const all = blocks();
    for (const row of rows.querySelectorAll("[data-first]")) {
      row.querySelector("[name$=-after]").value = "0";
      delete row.dataset.first;
    }
    for (const [row, anchor] of anchors) {
      follow(anchor, all);
      const number = all.indexOf(anchor.block) + 1;
      if (number) row.querySelector("[name$=-after]").value = String(number);
    }
  }

  const endOf = (block) => wordsOf(block).slice(-12);

  // Enter in a paragraph leaves its end in a new element, Undo makes all of them anew.
  function follow(anchor, all) {
    const start = all.indexOf(anchor.block);
    if (start < 0 || endOf(anchor.block) !== anchor.end) {
      const found = all.find((block, index) => index > start && endOf(block) === anchor.end);
      if (found) anchor.block = found;
    }
    if (all.includes(anchor.block)) anchor.end = endOf(anchor.block);
  }

  rows.addEventListener("change", (event) => {
    if (event.target.name.endsWith("-after")) anchors.delete(event.target.closest("[data-row]"));
  });

  // ── What looks like something else ────────────────────────────────────────────────────────────
  const LABEL = /^[^\p{L}]*(địa chỉ|trụ sở|điện thoại|đt|tel|hotline|fax|e-?mail|thư điện tử|hộp thư|website|web|trang thông tin điện tử)\s*(\([^)]*\))?\s*[:.]/iu;
  const REACHES = /[\w.+-]+@[\w-]+\.\w|\(?\+?\d{2,4}\)?[\s.]*\d[\d.\s]{5,}\d|www\.|https?:\/\//;
  const SENTENCE_END = /[.!?…;:]["”’»)]*$/;

  const isCapitals = (words) => words === words.toUpperCase() && words !== words.toLowerCase();

  function isBold(block) {
    const copy = block.cloneNode(true);
    for (const strong of copy.querySelectorAll("strong, b")) strong.remove();
    return !/[\p{L}\p{N}]/u.test(copy.textContent);
  }

  function isCaption(block) {
    const words = wordsOf(block);
    if (block.tagName !== "P" || words.length > 300 || !/[\p{L}]/u.test(words)) return false;
    if (isBold(block) && (/^([IVXLC]+|\d{1,2})[.)]\s/.test(words) || isCapitals(words))) return false;
    const italics = [...block.querySelectorAll("em, i")].map(wordsOf).join(" ");
    return block.classList.contains("can-giua") || (words.length <= 200 && italics === words);
  }

  function captions(all) {
    const found = new Map(); // of several photos in one place the last has the line
    for (const row of rows.querySelectorAll("[data-row]:not(.removed)")) {
      const after = Number(row.querySelector("[name$=-after]").value || NaN);
      const caption = row.querySelector("[name$=-caption]");
      const block = all[after];
      if (block && !caption.value.trim() && isCaption(block)) found.set(block, { row, caption });
    }
    return [...found].map(([block, { row, caption }]) => ({
      moved: [block],
      question: say.caption.replace("{}", row.querySelector("[data-number]").textContent),
      quote: wordsOf(block),
      accept: () => fill(caption, wordsOf(block)),
    }));
  }

  function address(all) {
    const known = (line) => own.some((entry) => fold(line) === entry || (entry.length > 8 && fold(line).includes(entry)));
    const moved = [];
    for (const block of all.slice(-8).reverse()) {
      const line = wordsOf(block);
      const belongs = line.length <= 300 && (LABEL.test(line) || known(line) || (moved.length > 0 && isCapitals(line)));
      if (block.tagName !== "P" || !belongs) break;
      moved.unshift(block);
    }
    const lines = moved.map(wordsOf);
    if (!lines.some(known) || !lines.some((line) => REACHES.test(line))) return [];
    return [{ moved, question: say.address, quote: lines.join(" "), accept: () => {} }];
  }

  function author(all, below) {
    const block = all[all.length - 1 - below];
    const byline = form.querySelector("[name=byline]");
    if (!block || block.tagName !== "P" || byline.value.trim() || !block.classList.contains("can-phai")) return [];
    const words = wordsOf(block);
    if (words.length > 60 || /\d/.test(words) || SENTENCE_END.test(words)) return [];
    return [{ moved: [block], question: say.author.replace("{}", words), quote: "", accept: () => fill(byline, words) }];
  }

  function fill(field, words) {
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // ── The proposals ─────────────────────────────────────────────────────────────────────────────
  function button(words, describedBy, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.setAttribute("aria-describedby", describedBy);
    made.addEventListener("click", act);
    return made;
  }

  function show(proposal, index) {
    const item = document.createElement("li");
    const words = document.createElement("p");
    words.id = `paste-proposal-${index}`;
    words.textContent = proposal.question;
    if (proposal.quote) {
      const quote = document.createElement("q");
      quote.textContent = proposal.quote;
      words.append(" ", quote);
    }
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(
      button(say.yes, words.id, () => { accept(proposal); done(item); }),
      button(say.no, words.id, () => { proposal.moved.forEach((block) => refused.add(block)); done(item); }),
    );
    item.append(words, buttons);
    return item;
  }

  const refused = new WeakSet();

  function propose() {
    const all = blocks();
    const ends = address(all);
    const below = ends.length ? ends[0].moved.length : 0;
    const found = [...captions(all), ...author(all, below), ...ends];
    const open = found.filter((proposal) => !proposal.moved.some((block) => refused.has(block)));
    list.replaceChildren(...open.map(show));
  }

  function accept(proposal) {
    if (!proposal.moved.every((block) => block.isConnected)) return;
    editor.fire("saveSnapshot");
    proposal.accept();
    for (const block of proposal.moved) block.remove();
    editor.fire("saveSnapshot");
    form.articlePhotos.offerParagraphs();
    place();
  }

  function done(item) {
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    if (next) next.querySelector("button").focus();
    else editor.focus();
  }

  // ── The editor ────────────────────────────────────────────────────────────────────────────────
  function begin(instance) {
    if (instance.name !== "id_body" || editor) return;
    editor = instance;
    editor.takePictures = take;
    editor.on("pasteTidied", propose);
    editor.on("pasteTakenBack", () => {
      for (const row of anchors.keys()) row.querySelector("[name$=-DELETE]").checked = true;
      anchors.clear();
      form.articlePhotos.number();
      propose();
    });
    let waiting;
    editor.on("change", () => {
      clearTimeout(waiting);
      waiting = setTimeout(place, 500); // after the choices are made anew
    });
    form.addEventListener("submit", () => {
      form.articlePhotos.offerParagraphs();
      place();
    }, true);
  }

  window.CKEDITOR.on("instanceReady", (event) => begin(event.editor));
  const ready = window.CKEDITOR.instances.id_body;
  if (ready && ready.status === "ready") begin(ready);
})();
