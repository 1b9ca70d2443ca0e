// Who is calling is shown until it is closed, by its button or by Esc where that means nothing else. What was closed stays so
// in every tab of this browser.
(() => {
  "use strict";
  const KEPT = 50, NAME = "rings-closed";
  const rows = () => [...document.querySelectorAll("#ringing [data-ring]")];
  const closed = () => JSON.parse(localStorage.getItem(NAME) || "[]");
  const hide = () => {
    const ids = new Set(closed());
    for (const row of rows()) if (ids.has(row.dataset.ring)) row.remove();
  };
  const close = (some) => {
    localStorage.setItem(NAME, JSON.stringify([...closed(), ...some.map((row) => row.dataset.ring)].slice(-KEPT)));
    hide();
  };
  document.addEventListener("htmx:after:swap", hide);
  addEventListener("storage", (event) => { if (event.key === NAME) hide(); });
  addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-close-ring]")?.closest("[data-ring]");
    if (row) close([row]);
  });
  // On the way down: what Esc would do there is still to be seen.
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !rows().length || window.desk.typing(event.target)) return;
    if (window.desk.actOf(event) || document.querySelector(":popover-open, details.lr-confirm[open]")) return;
    close(rows());
  }, true);
})();
