// Nothing here is needed to read, search or choose.
((d, w) => {
  const root = d.documentElement.classList;
  const $ = (id) => d.getElementById(id);
  const each = (what, act) => d.querySelectorAll(what).forEach(act);
  const on = (element, act) => element && element.addEventListener("click", act);
  const offer = (able, button) => able && button && (button.parentNode.hidden = false);
  const keep = (name, value) => {
    d.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  };

  // The server's own cookies, without a new page.
  each(".sizes button", (button) => on(button, (event) => {
    event.preventDefault();
    root.remove("co-lon", "co-rat-lon");
    root.add(`co-${button.value}`);
    keep("co", button.value);
    each(".sizes button", (other) => other.setAttribute("aria-pressed", other === button));
  }));
  const ground = $("nen");
  const other = () => root.contains("toi") || (!root.contains("sang") && w.matchMedia("(prefers-color-scheme:dark)").matches) ? "sang" : "toi";
  const name = () => { ground.lastChild.textContent = ground.dataset[other()]; };
  if (ground) name();
  on(ground, (event) => {
    event.preventDefault();
    const chosen = other();
    root.remove("sang", "toi");
    root.add(chosen);
    keep("nen", chosen);
    name();
  });

  on($("in"), (event) => { event.preventDefault(); w.print(); });
  offer(navigator.share, $("chia-se"));
  on($("chia-se"), () => navigator.share({ url: location.href }).catch(() => {}));
  offer(navigator.clipboard, $("sao-chep"));
  on($("sao-chep"), () => navigator.clipboard.writeText(location.href).then(() => { $("tinh-trang").textContent = $("sao-chep").dataset.done; }));

  const speech = w.speechSynthesis, listen = $("nghe");
  if (speech && listen) {
    const label = listen.lastChild, start = label.textContent;
    const find = () => speech.getVoices().find((one) => /^vi/i.test(one.lang));
    const look = () => { listen.hidden = !find(); };
    const stop = () => { speech.cancel(); label.textContent = start; };
    look();
    speech.onvoiceschanged = look;
    w.addEventListener("pagehide", stop);
    on(listen, () => {
      if (speech.speaking) return stop();
      let said;
      each("h1,.sapo,.body>:not(figure),figcaption", (part) => {
        said = new SpeechSynthesisUtterance(part.textContent);
        said.voice = find();
        said.lang = "vi-VN";
        speech.speak(said);
      });
      said.onend = stop;
      label.textContent = listen.dataset.stop;
    });
  }

  each(".zoom", (link) => on(link, (event) => {
    if (!w.HTMLDialogElement || w.innerWidth < 768 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [box, photo, close] = ["dialog", "img", "button"].map((what) => d.createElement(what));
    const caption = link.parentNode.querySelector("figcaption");
    box.className = "zoomed";
    photo.src = link.href;
    photo.alt = link.querySelector("img").alt;
    box.setAttribute("aria-label", (caption || {}).textContent || photo.alt);
    close.textContent = link.dataset.close;
    close.onclick = box.onclick = (at) => at.target === photo || box.close();
    box.onclose = () => box.remove();
    box.append(close, photo, ...(caption ? [caption.cloneNode(true)] : []));
    d.body.append(box);
    box.showModal();
  }));
})(document, window);
