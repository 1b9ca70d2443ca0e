// The account desk: what others do shows at once. A row that a colleague took fades with their name, and what somebody
// types stays: the list and the card only ask the server again, and forms are left out of what is merged.
(() => {
  "use strict";
  const list = () => document.querySelector("#today[data-people]");
  const waiting = new Map();
  // However much happens, a part asks once a second; what comes meanwhile is in that answer.
  const ask = (selector, name, delay) => {
    if (waiting.has(selector)) return;
    waiting.set(selector, setTimeout(() => {
      waiting.delete(selector);
      const part = document.querySelector(selector);
      if (part) window.htmx.trigger(part, name);
    }, delay));
  };
  const told = (event) => {
    try {
      return JSON.parse(event.detail.data);
    } catch {
      return {};
    }
  };
  const fade = (row, name) => {
    const pick = row.querySelector(".lr-pick");
    if (!pick || pick.classList.contains("is-taken")) return;
    pick.classList.add("is-taken");
    const words = pick.querySelector(".lr-s");
    if (words) words.textContent = `✓ ${name}`;
  };
  // The customer's page: what somebody has opened there, or types into, waits until it is closed again.
  const freshen = (event) => {
    const { customer_id: customer } = told(event);
    if (customer && document.querySelector(".lr-whole")?.dataset.customer !== customer) return;
    for (const part of document.querySelectorAll(".lr-whole [data-live-part]")) {
      const isBusy = part.querySelector("details[open], form[hx-morph-skip]") || part.contains(document.activeElement);
      if (!isBusy) ask(`#${part.id}`, "part:stale", 600);
    }
  };
  const heard = (event) => {
    freshen(event);
    if (!list()) return;
    const { customer_id: customer, by } = told(event);
    const row = customer && document.querySelector(`#pick-${CSS.escape(customer)}`);
    const colleague = by && by !== document.body.dataset.person && JSON.parse(list().dataset.people)[by];
    const closed = event.type === "nudge.answered" || event.type === "work.closed";
    if (row && closed && colleague) fade(row, colleague);
    ask("#today", "list:stale", closed && colleague ? 3000 : 700);
    if (!customer || document.querySelector("#card")?.dataset.customer === customer) {
      // The facts of the card, and the keys below it unless a form stands in their place.
      ask("#about", "card:stale", 400);
      ask("#say[hx-get]", "card:stale", 500);
    }
  };
  // The moment in which something could be taken back is over.
  document.addEventListener("clock:over", (event) => event.target.closest?.(".lr-undo")?.remove());
  const KINDS = ["customer.changed", "contract.changed", "customer.lost", "work.opened", "work.closed", "nudge.answered", "order.placed", "invoice.changed", "absence.changed", "resync"];
  for (const kind of KINDS) document.addEventListener(kind, heard);
})();
