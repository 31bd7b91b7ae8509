// Pasted text: no-break spaces and runs of spaces that pushed words about become one space, empty
// paragraphs go, pictures go (photos are added below, with a caption), and one line says how many
// spaces went. Undo brings the text back as it was. The server cleans again when the page is saved.
CKEDITOR.plugins.add("tidypaste", {
  requires: "clipboard,notification",

  init: function (editor) {
    "use strict";

    var RUN = /(?:&nbsp;|\u00a0| ){2,}/g;
    var LONE = /&nbsp;|\u00a0/g;
    var EMPTY = /<(p|h[1-6]|div)\b[^>]*>(?:\s|&nbsp;|\u00a0|<br\b[^>]*>|<\/?(?:span|o:p|font|b|i|strong|em|u)\b[^>]*>)*<\/\1>/gi;

    function tidy(html) {
      var removed = 0;
      var text = html.replace(EMPTY, function (paragraph) {
        removed += (paragraph.match(LONE) || []).length;
        return "";
      });
      text = text.replace(RUN, function (run) {
        var length = run.replace(/&nbsp;/g, " ").length;
        if (length === 2 && !/nbsp|\u00a0/.test(run)) return run;
        removed += length - 1;
        return " ";
      });
      return { html: text.replace(LONE, " "), removed: removed };
    }

    editor.on("paste", function (event) {
      if (event.data.type === "text") return;
      var result = tidy(String(event.data.dataValue).replace(/<img\b[^>]*>/gi, ""));
      event.data.dataValue = result.html;
      if (result.removed) {
        editor.showNotification(editor.config.tidyPasteMessage + " " + result.removed, "info", 8000);
      }
    }, null, null, 900); // after the filters for Word, before the text is put in (1000)
  },
});
