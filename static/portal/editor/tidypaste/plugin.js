// Pasted text: spaces that pushed words about go (the line is centred or right-aligned by a class
// instead), empty paragraphs go, words are never changed. One line under the editor says how many
// spaces went; its button takes the paste back. The server cleans again when the page is saved.
//
// Pictures never stay in the text. A page that has a place for them sets `editor.takePictures`; it is
// given [{source or file, block}]: what the picture is, and the top-level element it stands after.
CKEDITOR.plugins.add("tidypaste", {
  requires: "clipboard,undo",

  init: function (editor) {
    "use strict";

    var BLOCKS = "p,h1,h2,h3,h4,h5,h6,div,li,td,th,caption,blockquote";
    var MARK = /^tidypaste-(\d+)$/;
    var pictures = [];

    // ── Spaces ──────────────────────────────────────────────────────────────────────────────────
    function texts(root) {
      var found = [];
      var walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) found.push(walker.currentNode);
      return found;
    }

    // Browsers show a run of spaces only where some of them are no-break ones: those are counted.
    function spaces(root) {
      return (root.textContent.match(/\u00a0/g) || []).length;
    }

    function stripStart(nodes) {
      for (var i = 0; i < nodes.length; i++) {
        nodes[i].data = nodes[i].data.replace(/^[\s\u00a0]+/, "");
        if (nodes[i].data) return;
      }
    }

    function stripEnd(nodes) {
      for (var i = nodes.length - 1; i >= 0; i--) {
        nodes[i].data = nodes[i].data.replace(/[\s\u00a0]+$/, "");
        if (nodes[i].data) return;
      }
    }

    // Two plain spaces may be the author's slip and stay; no-break ones and three are layout.
    function thin(node) {
      node.data = node.data.replace(/[ \u00a0]{2,}|\u00a0/g, function (run) {
        return run === "  " ? run : " ";
      });
    }

    // ── Alignment: what the style says, or where the spaces push a short line ─────────────────────
    function side(block) {
      var said = (block.style && block.style.textAlign) || block.getAttribute("align") || "";
      if (said === "center") return "can-giua";
      if (said === "right" || said === "end") return "can-phai";
      var words = block.textContent;
      var length = words.trim().length;
      var before = words.length - words.replace(/^[\s\u00a0]+/, "").length;
      if (!length || length > 200 || before < 8) return "";
      return before >= 60 && before + length >= 95 ? "can-phai" : "can-giua";
    }

    function tidyBlock(block) {
      if (block.querySelector(BLOCKS)) return;
      var aligned = side(block);
      if (aligned && /^(P|H[1-6]|LI|TD|TH)$/.test(block.tagName)) block.classList.add(aligned);
      var nodes = texts(block);
      stripStart(nodes);
      stripEnd(nodes);
      var empty = !block.textContent && !block.querySelector("figure");
      if (empty && /^(P|H[1-6]|DIV)$/.test(block.tagName)) block.remove();
    }

    function markPictures(root) {
      root.querySelectorAll("img").forEach(function (image) {
        var mark = document.createElement("mark");
        mark.textContent = "tidypaste-" + pictures.length;
        pictures.push({ source: image.getAttribute("src") || "" });
        image.replaceWith(mark);
      });
    }

    // Gives the HTML and how many spaces went.
    function tidy(html) {
      var box = document.createElement("template");
      box.innerHTML = html; // inert: no picture is loaded, no handler runs
      var root = box.content;
      var removed = spaces(root);
      pictures = [];
      if (editor.takePictures) markPictures(root);
      root.querySelectorAll("img").forEach(function (image) {
        image.remove();
      });
      root.querySelectorAll(BLOCKS).forEach(tidyBlock);
      texts(root).forEach(thin);
      return { html: box.innerHTML, removed: removed };
    }

    // ── The line under the editor ───────────────────────────────────────────────────────────────
    var report, sentence, back, snapshot;

    function makeReport() {
      report = document.createElement("div");
      report.className = "tidy-report";
      sentence = document.createElement("span");
      sentence.setAttribute("role", "status");
      back = document.createElement("button");
      back.type = "button";
      back.textContent = editor.config.tidyPasteUndo;
      back.hidden = true;
      back.addEventListener("click", takeBack);
      report.append(sentence, back);
      editor.container.$.after(report);
    }

    function takeBack() {
      editor.execCommand("undo");
      sentence.textContent = "";
      back.hidden = true;
      editor.fire("pasteTakenBack");
      editor.focus();
    }

    function tell(removed) {
      sentence.textContent = removed ? editor.config.tidyPasteMessage.replace("%s", removed) : "";
      snapshot = editor.getSnapshot();
      back.hidden = !removed;
    }

    // ── Pictures in the pasted text ───────────────────────────────────────────────────────────────
    // The top-level element of the article that a node stands in.
    function top(node) {
      var root = editor.editable().$;
      while (node && node.parentNode !== root) node = node.parentNode;
      return node;
    }

    function takeMarks() {
      var taken = [];
      editor.editable().$.querySelectorAll("mark").forEach(function (mark) {
        var match = MARK.exec(mark.textContent);
        if (!match || !pictures[match[1]]) return;
        var block = top(mark);
        var emptied = mark.parentNode;
        mark.remove();
        if (block !== emptied && !emptied.textContent.trim() && emptied.tagName === "P") emptied.remove();
        if (block && !block.textContent.trim()) {
          var previous = block.previousElementSibling;
          block.remove();
          block = previous;
        }
        taken.push({ source: pictures[match[1]].source, block: block });
      });
      pictures = [];
      return taken;
    }

    editor.on("paste", function (event) {
      if (event.data.type === "text") return;
      var result = tidy(String(event.data.dataValue));
      event.data.dataValue = result.html;
      event.data.tidied = result.removed;
    }, null, null, 900); // after the filters for Word, before the text is put in (1000)

    editor.on("paste", function (event) {
      if (event.data.tidied === undefined) return;
      var taken = takeMarks();
      tell(event.data.tidied);
      if (taken.length) editor.takePictures(taken);
      editor.fire("pasteTidied");
    }, null, null, 1100);

    // A picture alone on the clipboard: a screenshot, a copied photo.
    function onlyPictures(event) {
      if (!editor.takePictures || !editor.editable().$.contains(event.target)) return;
      var files = Array.prototype.filter.call(event.clipboardData.files, function (file) {
        return /^image\//.test(file.type);
      });
      var box = document.createElement("template");
      box.innerHTML = event.clipboardData.getData("text/html");
      if (!files.length || box.content.textContent.trim()) return;
      event.preventDefault();
      event.stopPropagation();
      var start = editor.getSelection() && editor.getSelection().getStartElement();
      var block = start ? top(start.$) : null;
      editor.takePictures(files.map(function (file) {
        return { file: file, block: block };
      }));
    }

    editor.on("instanceReady", function () {
      makeReport();
      editor.container.$.addEventListener("paste", onlyPictures, true);
      editor.on("change", function () {
        // What was typed since would go with it.
        if (!back.hidden && editor.getSnapshot() !== snapshot) back.hidden = true;
      });
    });
  },
});
