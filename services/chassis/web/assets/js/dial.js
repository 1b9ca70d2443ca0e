// The telephone of a desk: [data-dial] asks for itself again when there is news of its own call, and a link that was
// followed with one's own phone is told to the server, so that the call knows its number.
(() => {
  "use strict";
  const ask = (element) => globalThis.htmx?.trigger(element, "dial:news", {});
  const about = (event) => {
    try {
      return JSON.parse(event.detail?.data || "{}").item_id;
    } catch {
      return null;
    }
  };
  addEventListener("dial.changed", (event) => {
    for (const element of document.querySelectorAll("[data-dial]")) if (element.dataset.dial === about(event)) ask(element);
  });
  addEventListener("resync", () => document.querySelectorAll("[data-dial]").forEach(ask));

  addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-dials]");
    const form = link && document.querySelector("#dialled");
    if (!form) return;
    const told = new URLSearchParams(new FormData(form));
    told.set("phone", link.dataset.dials);
    // Not awaited: the call is what counts.
    fetch(form.action, { method: "POST", body: told, headers: { "HX-Request": "true" }, keepalive: true }).catch(() => {});
  });
})();
