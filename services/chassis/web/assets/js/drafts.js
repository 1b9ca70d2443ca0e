// Drafts: what is typed inside `data-draft="<subject>"` is kept in this browser until the server has it. Two people at one
// computer do not meet each other's, and signing off takes them all away.
(() => {
  "use strict";
  const { desk } = window;
  const DAYS = 7 * 86_400_000;
  const prefix = () => `draft:${document.body.dataset.person || ""}:`;
  const all = () => Object.keys(localStorage).filter((name) => name.startsWith("draft:"));
  // What is searched for is no draft: it has done its work as soon as something is found.
  const FIELDS = "input:not([type=hidden]):not([type=search]):not([type=file]):not([type=password]), textarea, select";
  const nameOf = (field) => field.id || `${field.form?.id || ""} ${field.name} ${/radio|checkbox/.test(field.type) ? field.value : ""}`;
  const isTicked = (field) => /radio|checkbox/.test(field.type);
  const read = (subject) => JSON.parse(localStorage.getItem(prefix() + subject) || "{}");

  addEventListener("input", (event) => {
    const box = event.target.closest?.("[data-draft]");
    if (!box || !event.target.matches(FIELDS)) return;
    const fields = { ...read(box.dataset.draft).fields };
    // A form that is kept after it was sent counts what is typed as its own: only what is typed now is noted there.
    const isKept = event.target.form?.matches("[data-kept]");
    for (const field of box.querySelectorAll(FIELDS)) {
      if (isKept && field.name !== event.target.name) continue;
      const value = isTicked(field) ? field.checked : field.value;
      const plain = isKept || field.tagName === "SELECT" ? null : isTicked(field) ? field.defaultChecked : field.defaultValue;
      if (value === plain) delete fields[nameOf(field)];
      else fields[nameOf(field)] = value;
    }
    localStorage.setItem(prefix() + box.dataset.draft, JSON.stringify({ at: Date.now(), fields }));
  });
  const restore = () => {
    for (const box of document.querySelectorAll("[data-draft]")) {
      const { fields = {} } = read(box.dataset.draft);
      for (const field of box.querySelectorAll(FIELDS)) {
        // Once: a field that comes later, with a form that is opened, is as good as one that was there.
        if (field.restored === box.dataset.draft) continue;
        field.restored = box.dataset.draft;
        const value = fields[nameOf(field)];
        if (value === undefined) continue;
        if (isTicked(field)) field.checked = value;
        else if (field.value === field.defaultValue || field.tagName === "SELECT") field.value = value;
        // Whatever follows what is typed (sums, saving it on the server) follows what comes back, too.
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  };
  addEventListener("DOMContentLoaded", () => {
    for (const name of all()) if (Date.now() - (JSON.parse(localStorage.getItem(name)).at || 0) > DAYS) localStorage.removeItem(name);
    restore();
  });
  document.addEventListener("htmx:after:swap", restore);

  desk.hasDraft = (subject) => Object.keys(read(subject).fields || {}).length > 0;
  const forget = (subject) => localStorage.removeItem(prefix() + subject);
  addEventListener("form:sent", (event) => {
    const box = event.target.closest("[data-draft]");
    if (box) forget(box.dataset.draft);
    if (event.target.matches("[data-forget]")) all().forEach((name) => localStorage.removeItem(name));
  });
  document.addEventListener("queue:sent", (event) => forget(event.detail.draft || event.detail.subject));
  // What saves itself while it is typed is on the server then, unless more has been typed since.
  document.addEventListener("htmx:before:request", (event) => { event.detail.ctx.begunAt = Date.now(); });
  document.addEventListener("request:answered", (event) => {
    const { ctx } = event.detail;
    const box = ctx.sourceEvent?.type === "input" && ctx.request.method === "POST" && ctx.sourceElement.closest("[data-saves]");
    if (box && ctx.answered < 400 && read(box.dataset.draft).at < ctx.begunAt) forget(box.dataset.draft);
  });
  addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out") all().forEach((name) => localStorage.removeItem(name));
  });

  // What saves itself a moment after it was typed saves itself at once when its page is left: another browser must find it.
  let unsaved = null;
  addEventListener("input", (event) => { unsaved = event.target.closest?.("[data-saves]") || unsaved; });
  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.request.method === "POST" && unsaved?.contains(event.detail.ctx.sourceElement)) unsaved = null;
  });
  const flush = () => {
    const saver = unsaved?.isConnected && unsaved.querySelector("[hx-post][hx-trigger^=input]");
    unsaved = null;
    if (!saver) return;
    const told = new URLSearchParams(new FormData(saver.form));
    told.delete("idempotency_key");
    fetch(saver.getAttribute("hx-post"), { method: "POST", body: told, keepalive: true, headers: { "HX-Request": "true", "HX-Request-Type": "partial" } }).catch(() => {});
  };
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });

  // What was typed about one subject never stands in the same field about the next.
  htmx.registerExtension("desk", {
    htmx_before_morph_node: (_, { oldNode, newNode }) => {
      if (oldNode.dataset?.draft === undefined || oldNode.dataset.draft === newNode.dataset?.draft) return;
      const forms = oldNode.matches("form") ? [oldNode] : oldNode.querySelectorAll("form");
      for (const form of forms) form.reset();
      for (const field of oldNode.querySelectorAll("input:not([type=hidden]), textarea")) field.value = field.defaultValue;
    },
  });
})();
