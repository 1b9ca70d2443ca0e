// A question asked in place (components.j2, `confirm`) is closed by Esc or by a click beside it: one at a time.
(() => {
  "use strict";
  const opened = () => [...document.querySelectorAll(".lr-confirm[open]")];
  addEventListener("click", (event) => {
    for (const asked of opened()) if (!asked.contains(event.target)) asked.open = false;
  });
  // Enter in a field of a form whose act asks first: it asks.
  addEventListener("submit", (event) => {
    const asked = event.submitter?.closest(".lr-confirm:not([open])");
    if (!asked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    asked.open = true;
  }, true);
  // Whoever opened it with its key answers it with Enter. The event `toggle` would come later than a quick Enter does.
  new MutationObserver((changes) => {
    const asked = changes.find(({target, oldValue}) => oldValue === null && target.matches(".lr-confirm[open]"))?.target;
    asked?.querySelector(".lr-ask :is(input:not([type=hidden], [type=checkbox]), select, textarea, button)")?.focus();
  }).observe(document.documentElement, {attributeFilter: ["open"], attributeOldValue: true, subtree: true});
  // Somebody else was first: what they left is read before the question is asked again.
  addEventListener("form:refused", (event) => {
    if (event.detail.seen === undefined) return;
    for (const asked of opened()) asked.open = false;
  });
  // What is asked for while somebody types may be answered after they have opened the question: it is drawn anew with the rest,
  // and stays open under their finger. Closed by a refusal, it keeps the focus.
  const typed = (ctx) => /^(input|change)$/.test(ctx.sourceEvent?.type);
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    ctx.askedAt = document.activeElement?.closest(".lr-confirm")?.id;
    if (!typed(ctx)) return;
    for (const { id } of opened()) {
      for (const { fragment } of id ? tasks : []) fragment.querySelector(`.lr-confirm#${CSS.escape(id)}`)?.setAttribute("open", "");
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const asked = ctx.askedAt && ctx.response?.status >= 400 && document.getElementById(ctx.askedAt);
    if (asked && !asked.open) asked.querySelector("summary").focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || window.desk.typing(event.target)) return;
    for (const asked of opened()) {
      asked.open = false;
      asked.querySelector("summary").focus();
    }
  });
})();
