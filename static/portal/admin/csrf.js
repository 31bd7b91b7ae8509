/* csrfToken(): the token against forged requests that counts now. Signing in anew changes it while
   other pages stay open; the cookie has the new one, a page's own field the old one. */
(() => {
  "use strict";

  const cookie = (name) => (document.cookie.match(`(?:^|; )${name}=([^;]+)`) || [])[1];
  const field = () => (document.querySelector("[name=csrfmiddlewaretoken]") || {}).value;

  // Over HTTPS the name has the prefix that keeps other hosts from setting it (settings.py).
  window.csrfToken = () => cookie("__Host-csrftoken") || cookie("csrftoken") || field() || "";
})();
