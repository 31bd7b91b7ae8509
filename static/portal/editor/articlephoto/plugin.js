// The place of a photo in the text: an empty <figure data-photo="N"> in the stored HTML, here a box
// that is moved or deleted as a whole. Its caption is shown where the page has an element
// [data-photo-caption="N"] (a text box or any other); it is edited there, never here.
CKEDITOR.plugins.add("articlephoto", {
  requires: "widget",

  init: function (editor) {
    "use strict";
    var label = editor.config.articlePhotoLabel;

    function captionOf(number) {
      var source = document.querySelector('[data-photo-caption="' + number + '"]');
      return source ? String("value" in source ? source.value : source.textContent).trim() : "";
    }

    function show(widget) {
      var number = widget.data.number;
      var caption = captionOf(number);
      widget.element.setText(label + " " + number + (caption ? ": " + caption : ""));
    }

    editor.widgets.add("articlephoto", {
      allowedContent: "figure[!data-photo]",
      requiredContent: "figure[data-photo]",
      pathName: label,
      draggable: true,
      inline: false,

      upcast: function (element) {
        if (element.name !== "figure" || !/^[1-9]\d{0,4}$/.test(element.attributes["data-photo"])) {
          return false;
        }
        element.setHtml("");
        element.attributes.title = editor.config.articlePhotoHint;
        return true;
      },

      downcast: function () {
        return new CKEDITOR.htmlParser.element("figure", { "data-photo": String(this.data.number) });
      },

      init: function () {
        this.setData("number", this.element.data("photo"));
        show(this);
      },

      getLabel: function () {
        return this.element.getText();
      },
    });

    function showAll() {
      CKEDITOR.tools.object.values(editor.widgets.instances).forEach(function (widget) {
        if (widget.name === "articlephoto") show(widget);
      });
    }

    // A caption typed below shows at once.
    function onChange(event) {
      if (event.target.hasAttribute && event.target.hasAttribute("data-photo-caption")) showAll();
    }
    document.addEventListener("change", onChange);
    editor.on("destroy", function () {
      document.removeEventListener("change", onChange);
    });
  },
});
