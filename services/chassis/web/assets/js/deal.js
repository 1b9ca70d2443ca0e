// The page of one deal: it fetches its living parts again when something of this deal has changed, and while somebody
// reads or writes in the history it says how much is new instead of moving what they read.
(() => {
  "use strict";
  const KINDS = ["deal.changed", "meeting.changed", "offer.changed", "offer.late", "work.opened", "work.closed", "playbook.changed", "promise.late",
    "hand_over.opened", "hand_over.closed", "mail.failed", "mail.sent"];
  const PAUSE = 300;
  let waiting = null;

  const page = () => document.querySelector("#deal[data-deal]");
  const isRead = (element) => element?.matches(":hover, :focus-within");
  const refresh = () => {
    waiting = null;
    const deal = page();
    if (!deal) return;
    const history = deal.querySelector("#part-history");
    const asked = new URLSearchParams({ show: deal.querySelector("#show")?.value || "everything" });
    if (isRead(history)) {
      asked.set("reading", "true");
      asked.set("seen", history.dataset.latest);
    }
    window.htmx.ajax("GET", `${deal.dataset.fresh}?${asked}`, { source: deal, swap: "none" });
  };
  const soon = () => {
    waiting ??= setTimeout(refresh, PAUSE);
  };
  const concerns = (event) => {
    const deal = page();
    if (!deal) return false;
    const told = JSON.parse(event.detail?.data || "{}");
    return told.deal_id === deal.dataset.deal || told.lead_id === deal.dataset.lead;
  };

  // Whoever presses N and writes on at once must not press other keys with the first letters: they wait for the field.
  let opening = 0;
  let typed = "";
  const isOpener = (event) => page()?.contains(event.detail.ctx.sourceElement) && event.detail.ctx.sourceElement.matches("a[data-key][hx-get]");
  const write = () => {
    const field = document.activeElement;
    if (typed && field?.matches("textarea, input[type=text], input[type=search]")) {
      field.setRangeText(typed, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    typed = "";
  };
  document.addEventListener("htmx:before:request", (event) => {
    if (isOpener(event)) opening += 1;
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!isOpener(event)) return;
    opening = Math.max(0, opening - 1);
    setTimeout(write);
  });
  addEventListener("keydown", (event) => {
    if (!opening || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || window.desk.typing(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    typed += event.key;
  }, true);

  for (const kind of KINDS) document.addEventListener(kind, (event) => concerns(event) && soon());
  // Something may have been missed: look once.
  document.addEventListener("resync", soon);
  document.addEventListener("clock:over", soon);
})();
