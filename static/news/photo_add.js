/* The library's page for new photos: what was stored appears below, ready to be described. */
(() => {
  "use strict";

  const section = document.querySelector("[data-stored]");
  const grid = section.querySelector("[data-found]");
  document.querySelector("[data-send]").hidden = true; // photos are sent when they are chosen

  document.addEventListener("photo:stored", ({ detail: { photo, sequence } }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const image = document.createElement("img");
    const name = document.createElement("span");
    link.href = photo.address;
    image.src = photo.thumbnail;
    image.alt = "";
    name.className = "photo-name";
    name.textContent = photo.name;
    link.append(image, name);
    item.append(link);
    item.dataset.sequence = sequence;
    const later = [...grid.children].find((other) => Number(other.dataset.sequence) > sequence);
    grid.insertBefore(item, later || null);
    section.hidden = false;
  });
})();
