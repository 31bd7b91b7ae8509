/* Passkeys: [data-passkey] says what a form wants of the browser before it is sent.
   make: a new one; use: one of this account; ask: whichever the person has, options from the server. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !window.webauthnJSON) return;

  async function options(form) {
    if (form.dataset.passkey !== "ask") return JSON.parse(document.getElementById("passkey-options").textContent);
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.status);
    return response.json();
  }

  async function credential(form) {
    const { creation_options: making, request_options: asking } = await options(form);
    return making ? window.webauthnJSON.create(making) : window.webauthnJSON.get(asking);
  }

  for (const form of document.querySelectorAll("[data-passkey]")) {
    const trouble = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await credential(form));
        form.submit();
      } catch {
        trouble.hidden = false; // put off by the person, not there, or not this site's
      }
    });
  }
  for (const instead of document.querySelectorAll("[data-no-passkeys]")) instead.hidden = true;
})();
