// What CKEditor's bundle needs on our pages, without a change to the bundle.
//
// It writes its buttons as HTML with inline handlers: onclick="CKEDITOR.tools.callFunction(…)".
// A script policy without 'unsafe-inline' stops them. So, before such HTML reaches a document, its
// handlers are taken out and added again as listeners. Loaded right after ckeditor.js, before any
// editor starts. The bundle is frozen at 4.22.1, so the few forms below are all there are.
(function () {
  "use strict";

  var HANDLER = /\son([a-z]+)="([^"]*)"/g;
  var OURS = /CKEDITOR\.tools\.callFunction|^\s*return false;?\s*$|^this\.style\.cssText/;
  var CALL = /CKEDITOR\.tools\.callFunction\(\s*(\d+)\s*((?:,\s*(?:event|this|null|-?\d+|'(?:\\.|[^'\\])*')\s*)*)\)/;
  var ARGUMENT = /event|this|null|-?\d+|'(?:\\.|[^'\\])*'/g;
  var MARK = "data-cke-listen";

  function decode(html) {
    var area = document.createElement("textarea");
    area.innerHTML = html;
    return area.value;
  }

  function argument(text, event, element) {
    if (text === "event") return event;
    if (text === "this") return element;
    if (text === "null") return null;
    if (text.charAt(0) === "'") return text.slice(1, -1).replace(/\\(.)/g, "$1");
    return Number(text);
  }

  function listen(element, type, code) {
    var call = CALL.exec(code);
    var returnsCall = /^\s*return\s+(?:window\.parent\.)?CKEDITOR/.test(code);
    var cancels = /return false;?\s*$/.test(code);
    if (!call && !cancels) return;
    element.addEventListener(type, function (event) {
      var result;
      if (call) {
        var values = (call[2].match(ARGUMENT) || []).map(function (text) {
          return argument(text, event, element);
        });
        result = CKEDITOR.tools.callFunction.apply(CKEDITOR.tools, [Number(call[1])].concat(values));
      }
      if (cancels || (returnsCall && result === false)) event.preventDefault();
    });
  }

  // ' onclick="…" onfocus="…"' becomes ' data-cke-listen-click="…" data-cke-listen-focus="…"'.
  function withoutHandlers(html) {
    return html.replace(HANDLER, function (whole, type, code) {
      return OURS.test(decode(code)) ? " " + MARK + "-" + type + '="' + code + '"' : whole;
    });
  }

  function addListeners(root) {
    var elements = root.querySelectorAll("*");
    for (var i = 0; i < elements.length; i++) {
      var attributes = Array.prototype.slice.call(elements[i].attributes);
      for (var j = 0; j < attributes.length; j++) {
        if (attributes[j].name.indexOf(MARK + "-") !== 0) continue;
        listen(elements[i], attributes[j].name.slice(MARK.length + 1), attributes[j].value);
        elements[i].removeAttribute(attributes[j].name);
      }
    }
  }

  function isArticle(element) {
    return element.closest && element.closest(".cke_editable");
  }

  var setHtml = CKEDITOR.dom.element.prototype.setHtml;
  CKEDITOR.dom.element.prototype.setHtml = function (html) {
    // The article's own HTML is never given a handler.
    if (typeof html !== "string" || html.indexOf(" on") < 0 || isArticle(this.$)) {
      return setHtml.call(this, html);
    }
    var result = setHtml.call(this, withoutHandlers(html));
    addListeners(this.$);
    return result;
  };

  // Menus and lists are small frames written as whole documents; their body has an onload.
  var BODY_LOAD = /(<body[^>]*?)\sonload="([^"]*)"/;
  var write = CKEDITOR.dom.document.prototype.write;
  CKEDITOR.dom.document.prototype.write = function (html) {
    var load = BODY_LOAD.exec(html);
    write.call(this, html.replace(BODY_LOAD, "$1"));
    var call = load && CALL.exec(decode(load[2]));
    if (call) {
      setTimeout(function () {
        CKEDITOR.tools.callFunction(Number(call[1]));
      }, 0);
    }
  };

  // The Vietnamese of the bundle says "Heading 2". editorLabels: { "format.tag_h2": "…" }.
  CKEDITOR.on("instanceCreated", function (event) {
    var editor = event.editor;
    editor.on("langLoaded", function () {
      var labels = editor.config.editorLabels || {};
      Object.keys(labels).forEach(function (path) {
        var names = path.split(".");
        var last = names.pop();
        var group = names.reduce(function (above, name) { return above && above[name]; }, editor.lang);
        if (group) group[last] = labels[path];
      });
    });
  });

  // Of the window for a link what a writer needs: no anchors, which the text cannot hold, no ftp or
  // news, no words of a letter put into its address.
  CKEDITOR.on("dialogDefinition", function (event) {
    if (event.data.name !== "link") return;
    var page = event.data.definition.getContents("info");
    function keep(id, unwanted) {
      var list = page.get(id);
      list.items = list.items.filter(function (item) { return unwanted.indexOf(item[1]) < 0; });
    }
    keep("linkType", ["anchor"]);
    keep("protocol", ["ftp://", "news://"]);
    page.remove("emailSubject");
    page.remove("emailBody");
  });

  // The label, the hint and the error of the text box belong to the editor that stands in for it.
  CKEDITOR.on("instanceReady", function (event) {
    var box = event.editor.element.$;
    var editable = event.editor.editable().$;
    var label = box.labels && box.labels[0];
    if (label) editable.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
    editable.setAttribute("aria-multiline", "true");
    ["aria-describedby", "aria-invalid", "aria-required"].forEach(function (name) {
      if (box.hasAttribute(name)) editable.setAttribute(name, box.getAttribute(name));
    });
    if (box.required) editable.setAttribute("aria-required", "true");
    box.required = false; // a hidden box the browser cannot focus would stop the form in silence
    if (label) {
      label.addEventListener("click", function () {
        event.editor.focus();
      });
    }
  });
})();
