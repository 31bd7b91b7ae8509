/* What is typed is sent a few seconds later and kept; who else has the article open is shown.
   Without it the form works: a refused save still keeps its text. */
(() => {
  "use strict";

  const PAUSE = 2000; // after the last key…
  const LONGEST = 4000; // …and while keys go on: with the way to the server below five seconds
  const HEARTBEAT = 20000;
  const PATIENCE = 8000;
  const OLDEST = 30 * 24 * 3600 * 1000;
  const PREFIX = "news-autosave:";

  // ── Copies in this browser, for when the server cannot be reached ─────────────────────────────
  const store = {
    keep(message) {
      try {
        localStorage.setItem(PREFIX + message.token, JSON.stringify({ ...message, at: Date.now() }));
      } catch { /* full or switched off: the screen still has the text */ }
    },
    drop(token) {
      try { localStorage.removeItem(PREFIX + token); } catch { /* switched off */ }
    },
    all() {
      try {
        return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
          .map((key) => JSON.parse(localStorage.getItem(key)));
      } catch { return []; }
    },
  };

  const csrf = window.csrfToken;

  function parcel(message) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", csrf());
    body.append("message", JSON.stringify(message));
    return body;
  }

  /* {status, answer}; status 0: no connection, -1: no answer in time. */
  async function post(url, message, controller = new AbortController()) {
    const limit = setTimeout(() => controller.abort(), PATIENCE);
    try {
      const response = await fetch(url, {
        method: "POST", body: parcel(message), credentials: "same-origin", signal: controller.signal,
      });
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      return { status: response.status, answer: isJson ? await response.json() : {} };
    } catch {
      return { status: controller.signal.aborted ? -1 : 0, answer: {} };
    } finally {
      clearTimeout(limit);
    }
  }

  // ── Copies of forms that never reached the server: sent after signing in ──────────────────────
  async function sendLeftovers(user, ownToken) {
    let kept = false;
    for (const copy of store.all()) {
      if (copy.token === ownToken || (user && copy.user !== user)) continue;
      if (Date.now() - copy.at > OLDEST) { store.drop(copy.token); continue; }
      const age = Math.round((Date.now() - copy.at) / 1000);
      const { status, answer } = await post(copy.url, { ...copy, age });
      if (status !== 200) continue;
      store.drop(copy.token);
      kept = kept || answer.is_new;
    }
    return kept;
  }

  const kept = document.querySelector("[data-kept-token]");
  if (kept) { // the page of a refused text: the server has it
    store.drop(kept.dataset.keptToken);
    return;
  }

  const box = document.getElementById("autosave");
  if (!box) {
    sendLeftovers(null, null).then((kept) => kept && location.reload());
    return;
  }

  const form = box.closest("form");
  const field = (name) => form.querySelector(`[name=${name}]`);
  const user = Number(box.dataset.user);
  const token = field("form_token").value;
  const version = Number(field("version").value);
  const line = (name) => box.querySelector(`[data-${name}]`);
  const article = box.dataset.article ? Number(box.dataset.article) : null;

  function say(name, text) {
    const place = line(name);
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }

  // ── What is typed ─────────────────────────────────────────────────────────────────────────────
  const OWN = new Set(["csrfmiddlewaretoken", "form_token", "restored_token", "version"]);

  function typed() {
    for (const editor of Object.values((window.CKEDITOR || {}).instances || {})) {
      if (editor.status === "ready") editor.updateElement();
    }
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || OWN.has(name) || name.startsWith("_")) continue;
      (fields[name] = fields[name] || []).push(value);
    }
    return fields;
  }

  const message = (more) => ({
    token, article, version, user, url: box.dataset.url, fields: null, leaving: false, ...more,
  });

  let base = null; // the text that the server has, as one string
  let firstKey = 0;
  let lastKey = 0;
  let lastSent = Date.now();
  let sending = null;
  let isLeaving = false;

  function touched() {
    lastKey = Date.now();
    firstKey = firstKey || lastKey;
  }

  async function send(fields) {
    const text = fields && JSON.stringify(fields);
    const own = new AbortController();
    sending = own;
    lastSent = Date.now();
    const { status, answer } = await post(box.dataset.url, message({ fields }), own);
    if (sending !== own) return status; // a save began meanwhile and sends it all
    sending = null;
    if (status === 200) arrived(answer, text);
    else if (fields) failed(fields);
    troubles(status, answer);
    return status;
  }

  function arrived(answer, text) {
    if (text !== null && answer.is_done) store.keep(message({ fields: typed() }));
    else if (text !== null) {
      base = text;
      store.drop(token);
      say("kept", answer.saved || "");
    }
    say("others", answer.others.join(" "));
    say("moved", answer.moved);
  }

  function failed(fields) {
    store.keep(message({ fields }));
    touched(); // once more, a little later
  }

  function troubles(status, answer) {
    if (status === 200) return say("trouble", "");
    say("kept", "");
    if (status === 0 || status === -1) return say("trouble", box.dataset.lost);
    if (status === 401 || status === 403) return say("trouble", box.dataset.signedOut);
    if (status === 503) return say("trouble", answer.error ? `${answer.error} ${box.dataset.waiting}` : box.dataset.lost);
    return say("trouble", (status === 413 && answer.error) || box.dataset.notKept);
  }

  function tick() {
    if (isLeaving || sending) return;
    const now = Date.now();
    const isDue = firstKey && (now - lastKey >= PAUSE || now - firstKey >= LONGEST);
    if (!isDue && now - lastSent < HEARTBEAT) return;
    let fields = null;
    if (isDue) {
      firstKey = 0;
      fields = typed();
      if (JSON.stringify(fields) === base) fields = null;
      if (!fields && now - lastSent < HEARTBEAT) return;
    }
    send(fields);
  }

  function begin() {
    if (base !== null) return;
    base = JSON.stringify(typed());
    for (const name of ["input", "change", "click"]) form.addEventListener(name, touched);
    const rows = form.querySelector("[data-rows]");
    if (rows) new MutationObserver(touched).observe(rows, { childList: true });
    if (window.CKEDITOR && CKEDITOR.instances.id_body) CKEDITOR.instances.id_body.on("change", touched);
    setInterval(tick, 500);
  }

  // The editor writes its text a little differently: what it begins with is no change.
  if (window.CKEDITOR && document.getElementById("id_body")) {
    const editor = CKEDITOR.instances.id_body;
    if (editor && editor.status === "ready") begin();
    else CKEDITOR.on("instanceReady", begin);
    setTimeout(begin, 5000); // an editor that does not come keeps nobody from typing
  } else {
    begin();
  }

  // ── Saving: only when the server is there and knows who it is; the screen keeps the text ──────
  let isSure = false;
  let isAsking = false;
  document.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (event.target !== form || isSure) return;
    store.keep(message({ fields: typed() })); // until a page says that it was saved
    if (!form.requestSubmit) return;
    event.preventDefault();
    event.stopPropagation();
    if (isAsking) return; // a second click
    isAsking = true;
    if (sending) sending.abort();
    const status = await send(typed());
    isAsking = false;
    if ([0, 401, 403, 503].includes(status)) return; // the bar says why; the text stays
    store.keep(message({ fields: typed() }));
    field("csrfmiddlewaretoken").value = csrf();
    isSure = true;
    form.requestSubmit(button);
    isSure = false;
    isLeaving = true;
    setTimeout(() => { isLeaving = false; }, 30000); // still here: the way was lost after all
  }, true);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) isLeaving = false;
  });

  // ── Leaving ───────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || isLeaving || !firstKey) return;
    lastKey = 0; // at once
    tick();
  });
  window.addEventListener("pagehide", () => {
    if (isLeaving) return;
    if (firstKey) {
      const fields = typed();
      if (JSON.stringify(fields) !== base) store.keep(message({ fields }));
    }
    navigator.sendBeacon(box.dataset.url, parcel(message({ leaving: true })));
  });

  // ── Offers ────────────────────────────────────────────────────────────────────────────────────
  box.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-drop]");
    if (!button) return;
    event.preventDefault();
    const body = new FormData();
    body.append("csrfmiddlewaretoken", csrf());
    try {
      await fetch(button.getAttribute("formaction"), { method: "POST", body, redirect: "manual" });
      button.closest("[data-offer]").remove();
      form.querySelector("textarea, input:not([type=hidden])").focus();
    } catch {
      say("trouble", box.dataset.lost);
    }
  });
  sendLeftovers(user, token).then((kept) => {
    if (kept && !firstKey) location.reload();
  });
})();
