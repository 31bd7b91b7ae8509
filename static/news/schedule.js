/* Under the publication time: how long until then, by Vietnam's clock whatever the device's is. */
(() => {
  "use strict";

  const box = document.querySelector("[data-schedule]");
  if (!box) return;
  const field = box.querySelector("input");
  const shown = box.querySelector("[data-countdown]");
  const TIME = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})\s+(\d{1,2}):(\d{2})\s*$/;

  function moment(typed) {
    const found = TIME.exec(typed);
    if (!found) return null;
    const [day, month, year, hour, minute] = found.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, hour - 7, minute);
  }

  function long(minutes) {
    if (minutes < 60) return `${minutes} ${box.dataset.minutes}`;
    if (minutes < 48 * 60) {
      const rest = minutes % 60;
      const hours = `${Math.floor(minutes / 60)} ${box.dataset.hours}`;
      return rest ? `${hours} ${rest} ${box.dataset.minutes}` : hours;
    }
    return `${Math.floor(minutes / 1440)} ${box.dataset.days}`;
  }

  function show() {
    const at = moment(field.value);
    shown.hidden = at === null;
    if (at === null) return;
    const minutes = Math.round((at - Date.now()) / 60000);
    const words = minutes < 0 ? box.dataset.past : box.dataset.schedule;
    shown.textContent = words.replace("…", long(Math.abs(minutes)));
  }

  field.addEventListener("input", show);
  setInterval(show, 30000);
  show();
})();
