// The page of one deal: it fetches its living parts again when something of this deal has changed, and while somebody
// reads or writes in the history it says how much is new instead of moving what they read.
(() => {
  "use strict";
  const KINDS = ["deal.changed", "meeting.changed", "offer.changed", "offer.late", "work.opened", "work.closed", "playbook.changed", "promise.late",
    "hand_over.opened", "hand_over.closed", "mail.failed", "mail.sent", "mail.withdrawn"];
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
  // By its request: what asked may have left the page when the answer is there. "Not now" opens nothing to write in.
  const opening = new Set();
  let typed = "";
  let sends = false;
  const opens = (element) => page()?.contains(element) && element.matches("a[data-key][hx-get]:not([data-key=Esc])");
  const write = () => {
    const field = document.activeElement;
    if (typed && field?.matches("textarea, input[type=text], input[type=search]")) {
      field.setRangeText(typed, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (typed && sends) field?.form?.requestSubmit();
    typed = "";
    sends = false;
  };
  document.addEventListener("htmx:before:request", (event) => {
    if (opens(event.detail.ctx.sourceElement)) opening.add(event.detail.ctx);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (opening.delete(event.detail.ctx)) setTimeout(write);
  });
  addEventListener("keydown", (event) => {
    // The field may have the focus already: what waits for it still comes first.
    if (event.altKey || !typed && (!opening.size || window.desk.typing(event.target))) return;
    const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!isSent && (event.ctrlKey || event.metaKey || event.key.length !== 1)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isSent) sends = true;
    else typed += event.key;
  }, true);

  // The offer's editor: the arrows walk from the search through what was found, and a line that is taken out leaves the
  // focus in the form, so that Ctrl and Enter still send it.
  addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const search = document.querySelector("#catalogue");
    if (!by || !search || !(event.target === search || event.target.closest?.("#found"))) return;
    const stops = [search, ...document.querySelectorAll("#found button")];
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(event.target) + by))].focus();
  });
  addEventListener("click", (event) => {
    if (event.target.closest?.("#lines button[name=drop]") && matchMedia("(pointer: fine)").matches) document.querySelector("#catalogue")?.focus();
  });
  // An offer that could not be made: on to the line that is in the way.
  document.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx.sourceEvent?.type !== "submit") return;
    const fault = page()?.querySelector("#ask-offer .lr-line-fault:not(:empty)");
    fault?.closest(".lr-line-row").querySelector("input:not([type=hidden])")?.focus();
  });

  // What was done is said until the next thing is begun.
  document.addEventListener("htmx:before:request", (event) => {
    const { sourceElement } = event.detail.ctx;
    if (!page()?.contains(sourceElement) || !sourceElement.matches("form, a[hx-get]")) return;
    for (const said of document.querySelectorAll("#deal .lr-said")) said.remove();
  });

  // Whoever reloads the page while they write finds the form open again, with what they wrote.
  addEventListener("DOMContentLoaded", () => {
    const deal = page();
    if (!deal || performance.getEntriesByType("navigation")[0]?.type !== "reload" || deal.querySelector(".lr-asking [data-draft], .lr-asking-in [data-draft]")) return;
    const asked = ["contact", "note", "mail", "qualify", "offer", "win", "lose", "sleep", "return", "book", "step", "add"]
      .find((name) => window.desk.hasDraft(`${name}:${deal.dataset.deal}${name === "mail" ? ":" : ""}`));
    if (asked) setTimeout(() => deal.querySelector(`a[hx-get$="?do=${asked}"]`)?.click());
  });

  for (const kind of KINDS) document.addEventListener(kind, (event) => concerns(event) && soon());
  // Something may have been missed: look once.
  document.addEventListener("resync", soon);
  document.addEventListener("clock:over", soon);
})();
