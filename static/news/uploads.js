/* Photos sent one by one, two at a time, each with its own line: chosen or dropped.
   The page hears "photo:stored" for each (detail: photo, sequence in file-name order; a listener
   may set detail.note) and "photo:done" when no more are on their way. */
(() => {
  "use strict";

  const AT_ONCE = 2;
  const hasFiles = (event) => Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");
  const byName = (a, b) => a.name.localeCompare(b.name, "vi", { numeric: true });
  let sequence = 0;

  function start(zone) {
    const words = zone.dataset;
    const form = zone.closest("form");
    const chooser = zone.querySelector("input[type=file]");
    const list = zone.querySelector("[data-uploads]");
    const status = zone.querySelector("[data-upload-status]");
    const waiting = [];
    const batch = { stored: 0, failed: 0 };
    let running = 0;

    zone.querySelector("[data-drop-hint]").hidden = false;

    // ── A line for each file ────────────────────────────────────────────────────────────────────
    function newJob(file) {
      const line = document.createElement("li");
      const name = document.createElement("b");
      const state = document.createElement("span");
      const bar = document.createElement("progress");
      sequence += 1;
      name.textContent = file.name;
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      state.textContent = words.waiting;
      line.append(name, " ", state, bar);
      list.append(line);
      return { file, line, state, bar, sequence };
    }

    function button(label, name, act) {
      const made = document.createElement("button");
      const hidden = document.createElement("span");
      made.type = "button";
      hidden.className = "vh";
      hidden.textContent = ` ${name}`;
      made.append(label, hidden);
      made.addEventListener("click", act);
      return made;
    }

    function dismissing(job) {
      return button(words.dismiss, job.file.name, () => {
        job.line.remove();
        chooser.focus();
      });
    }

    function fail(job, sentence) {
      const buttons = document.createElement("span");
      buttons.className = "row-buttons";
      buttons.append(button(words.retry, job.file.name, () => {
        buttons.remove();
        job.line.className = "";
        job.bar.hidden = false;
        waiting.push(job);
        chooser.focus();
        next();
      }), dismissing(job));
      job.line.className = "upload-failed";
      job.bar.hidden = true;
      job.state.textContent = sentence;
      job.line.append(buttons);
      batch.failed += 1;
    }

    function succeed(job, photo) {
      const detail = { photo, sequence: job.sequence, note: photo.known ? words.known : "" };
      zone.dispatchEvent(new CustomEvent("photo:stored", { bubbles: true, detail }));
      batch.stored += 1;
      if (!detail.note) return job.line.remove();
      job.bar.remove();
      job.state.textContent = detail.note;
      return job.line.append(dismissing(job));
    }

    // ── Sending ─────────────────────────────────────────────────────────────────────────────────
    function refusal(request) {
      if (request.response && request.response.error) return request.response.error;
      const elsewhere = request.status && new URL(request.responseURL).pathname !== words.uploadZone;
      return elsewhere || request.status === 403 ? words.signedOut : words.failed;
    }

    function send(job) {
      const request = new XMLHttpRequest();
      const data = new FormData();
      data.append("upload", job.file);
      running += 1;
      job.bar.value = 0;
      job.state.textContent = words.uploading;
      request.open("POST", words.uploadZone);
      request.setRequestHeader("X-CSRFToken", window.csrfToken());
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        job.bar.value = (100 * event.loaded) / event.total;
        if (event.loaded === event.total) job.state.textContent = words.storing;
      });
      request.addEventListener("loadend", () => {
        const answer = request.response;
        running -= 1;
        if (request.status === 200 && answer && answer.id) succeed(job, answer);
        else fail(job, refusal(request));
        next();
      });
      request.send(data);
    }

    function next() {
      while (running < AT_ONCE && waiting.length) send(waiting.shift());
      if (!running && !waiting.length) finish();
    }

    function finish() {
      const done = words.done.replace("{n}", batch.stored);
      const not = batch.failed ? ` ${words.notDone.replace("{n}", batch.failed)}` : "";
      status.textContent = done + not;
      zone.dispatchEvent(new CustomEvent("photo:done", { bubbles: true, detail: { ...batch } }));
      Object.assign(batch, { stored: 0, failed: 0 });
    }

    function take(files) {
      if (!files.length) return;
      status.textContent = "";
      waiting.push(...[...files].sort(byName).map(newJob));
      next();
    }

    // ── Choosing, dropping, leaving ─────────────────────────────────────────────────────────────
    chooser.addEventListener("change", () => {
      const files = [...chooser.files];
      chooser.value = "";
      take(files);
    });
    zone.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) zone.classList.remove("over");
    });
    zone.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      zone.classList.remove("over");
      take([...event.dataTransfer.files]);
    });
    form.addEventListener("submit", (event) => {
      if (!running && !waiting.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      status.textContent = words.wait;
      status.scrollIntoView({ block: "center" });
    }, true);
    window.addEventListener("beforeunload", (event) => {
      if (running || waiting.length) event.preventDefault();
    });
  }

  for (const zone of document.querySelectorAll("[data-upload-zone]")) start(zone);

  // A photo dropped beside its place would replace the page, and with it what was typed.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (hasFiles(event) && !event.target.closest(".cke, input[type=file]")) event.preventDefault();
    });
  }
})();
