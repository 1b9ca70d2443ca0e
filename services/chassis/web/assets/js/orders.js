// Orders and invoices: a quantity is typed over, and a part of a page hears of the one record it shows.
(() => {
  "use strict";
  addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-over]")) event.target.select();
  });

  // An event says which records it is about; `about:ID` lets a part listen to one of them (hx-trigger has no filters
  // here: they would need a policy that lets pages make code out of words).
  document.addEventListener("htmx:sse:after:message", (event) => {
    const { message } = event.detail;
    if (!message.event) return;
    let told = {};
    try {
      told = JSON.parse(message.data);
    } catch {
      return;
    }
    for (const value of Object.values(told)) {
      if (typeof value === "string" && /^[0-9a-f-]{36}$/.test(value)) htmx.trigger(event.target, `about:${value}`);
    }
  });
})();
