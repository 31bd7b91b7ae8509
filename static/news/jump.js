/* Links to a place of the form: to a field, or to words within it or within the editor. After a
   press of a button that was refused, the first faulty field has the focus and says what is wrong.
   Without this file the links lead to the fields as any link does. */
(() => {
  "use strict";

  const editor = () => (window.CKEDITOR ? window.CKEDITOR.instances.id_body : null);

  function go(link) {
    const id = link.hash.slice(1);
    const { before = "", words = "" } = link.dataset;
    return id === "id_body" && editor() ? inEditor(before, words) : inField(id, before, words);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-jump]");
    if (!link) return;
    event.preventDefault();
    const detail = { isThere: go(link) };
    link.dispatchEvent(new CustomEvent("jump", { bubbles: true, detail }));
  });

  const plain = (text) => text.replace(/\u00a0/g, " ");
  const spot = (text, before, words) => {
    const context = before.replace(/^…/, "");
    const at = text.indexOf(context + words);
    return at >= 0 ? at + context.length : text.indexOf(words);
  };

  /* A field that is searched as one types stands beside the hidden list it fills. */
  function shown(box) {
    const searched = box.classList.contains("select2-hidden-accessible") && box.nextElementSibling;
    if (searched) return searched.querySelector(".select2-selection");
    if (!box.matches("input, select, textarea, button, a")) box.tabIndex = -1;
    return box;
  }

  function inField(id, before, words) {
    const box = document.getElementById(id);
    if (!box) return false;
    for (let fold = box.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    shown(box).focus();
    shown(box).scrollIntoView({ block: "center" });
    if (!words || !box.setSelectionRange || !("value" in box)) return true;
    const at = spot(plain(box.value), before, words);
    if (at >= 0) box.setSelectionRange(at, at + words.length);
    return at >= 0;
  }

  /* Select the words in the editor: its text nodes in a row, with a line end for every block. */
  function inEditor(before, words) {
    const instance = editor();
    instance.focus();
    const root = instance.editable().$;
    if (!words) {
      root.scrollIntoView({ block: "center" });
      return true;
    }
    const pieces = [];
    let text = "";
    let block = null;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const around = node.parentElement.closest("p, h2, h3, h4, li, td, th, figure, div");
      if (block && around !== block) text += "\n";
      block = around;
      pieces.push({ node, start: text.length });
      text += plain(node.data);
    }
    const at = spot(text, before, words);
    if (at < 0) return false;
    const point = (offset) => {
      const piece = pieces.filter((one) => one.start <= offset).pop();
      return [piece.node, Math.min(offset - piece.start, piece.node.data.length)];
    };
    const range = document.createRange();
    range.setStart(...point(at));
    range.setEnd(...point(at + words.length));
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    range.startContainer.parentElement.scrollIntoView({ block: "center" });
    return true;
  }

  // ── The first faulty field ────────────────────────────────────────────────────────────────────
  /* What a publication asks for stands in the list alone: put it beside its field as well. */
  function mark(link) {
    const box = document.getElementById(link.hash.slice(1));
    const field = box && box.closest(".field");
    if (!field || field.querySelector(".errorlist")) return;
    const said = document.createElement("ul");
    said.className = "errorlist";
    said.id = `${box.id}_error`;
    said.append(Object.assign(document.createElement("li"), { textContent: link.textContent }));
    box.before(said);
    box.setAttribute("aria-describedby", `${box.getAttribute("aria-describedby") || ""} ${said.id}`.trim());
    field.classList.add("has-error");
  }

  const refused = [...document.querySelectorAll("[data-refusals] a[data-jump]")];
  refused.forEach(mark);
  if (!refused.length) return;
  const isOfEditor = refused[0].hash === "#id_body" && window.CKEDITOR;
  if (isOfEditor && !(editor() && editor().status === "ready")) {
    window.CKEDITOR.on("instanceReady", () => go(refused[0]));
  } else {
    window.addEventListener("load", () => go(refused[0])); // after Django's own focus on a new form
  }
})();
