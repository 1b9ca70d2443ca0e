// Forms: sent once however often the key is pressed, what is wrong stands beside its field, and nothing typed is lost.
(() => {
  "use strict";
  const { words, say, icon } = window.desk;

  // ---- once ------------------------------------------------------------------------------------------------
  // Before htmx hears of it: a second press of an impatient finger is the same act, not another one.
  addEventListener("submit", (event) => {
    if (event.target.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else event.target.dataset.sent = "1";
  }, true);
  const open = (form) => delete form.dataset.sent;
  // A page that comes back by the browser's own Back is a fresh one.
  addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach(open));
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.detail.ctx.request.form || event.detail.ctx.sourceElement;
    if (form?.dataset) open(form);
    document.querySelectorAll("[data-sent]").forEach(open);
  });

  // What fields ask for while somebody types (a sum, a draft) would, if it came late, take the place of their form, which is
  // on its way: the server had acted, and the page did not say so.
  const sending = new WeakSet();
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, sourceEvent } = event.detail.ctx;
    if (sourceEvent?.type === "submit") sending.add(sourceElement);
    else if (/^(input|change)$/.test(sourceEvent?.type) && sending.has(sourceElement.closest("form"))) event.preventDefault();
  });
  document.addEventListener("htmx:finally:request", (event) => sending.delete(event.detail.ctx.sourceElement));

  // ---- the key of an act -----------------------------------------------------------------------------------
  // Drawn with the form by the server. A form that stays on the page after it was sent gets another one.
  const renew = (form) => {
    const field = form?.elements?.namedItem("idempotency_key");
    if (field) field.value = window.desk.key();
  };
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    if (request.method !== "POST" || request.body.has?.("idempotency_key")) return;
    request.headers["Idempotency-Key"] = window.desk.key();
  });

  // ---- sent ------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.unsent || ctx.request.method !== "POST" || !ctx.response || ctx.response.status >= 400) return;
    const form = ctx.request.form;
    if (!form) return;
    renew(form);
    // What saves itself while somebody types leaves their form alone.
    if (ctx.sourceEvent?.type !== "submit") return;
    // The page that comes is merged into this one: what was sent must not stay in its fields, nor its sheet open.
    forget(form);
    form.reset();
    renew(form);
    form.closest(":popover-open")?.hidePopover();
    form.dispatchEvent(new CustomEvent("form:sent", { bubbles: true }));
  });

  // ---- refused ---------------------------------------------------------------------------------------------
  const forget = (form) => {
    for (const note of form.querySelectorAll("[data-refused]")) note.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.classList.remove("is-invalid");
      if (field.dataset.saidBefore !== undefined) field.setAttribute("aria-describedby", field.dataset.saidBefore);
      else field.removeAttribute("aria-describedby");
    }
  };
  const mark = (field, reason, number) => {
    const note = document.createElement("p");
    note.id = `${field.id || field.name}-refused-${number}`;
    note.className = "lr-s lr-late";
    note.dataset.refused = "";
    note.append(icon("alert-triangle"), ` ${reason}`);
    if (field.hasAttribute("aria-describedby")) field.dataset.saidBefore = field.getAttribute("aria-describedby");
    field.setAttribute("aria-describedby", note.id);
    field.setAttribute("aria-invalid", "true");
    field.classList.add("is-invalid");
    field.after(note);
  };
  addEventListener("form:refused", (event) => {
    const form = event.target.closest?.("form") || document.getElementById(event.target.getAttribute?.("form") || "");
    if (!form) return;
    const { code, fields, seen } = event.detail;
    if (code === "idempotency_mismatch") {
      renew(form);
      say(words("sent before"), "late");
      return;
    }
    forget(form);
    if (seen !== undefined) {
      // Somebody else was first. Sent again, it goes on top of that; what shows the difference looks again.
      form.elements.namedItem("seen").value = seen;
      form.querySelector("input:not([type=hidden]), textarea, select")?.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const found = Object.entries(fields).map(([name, reason]) => [form.elements.namedItem(name), reason]);
    const shown = found.filter(([field]) => field instanceof Element && field.type !== "hidden");
    shown.forEach(([field, reason], number) => mark(field, reason, number));
    shown[0]?.[0].focus();
  });
  // Whoever corrects a field need not look at its old error.
  addEventListener("input", (event) => {
    const note = event.target.nextElementSibling;
    if (!note?.matches("[data-refused]")) return;
    note.remove();
    event.target.removeAttribute("aria-invalid");
    event.target.classList.remove("is-invalid");
  });
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-close-line]")) document.querySelector("#line").replaceChildren();
  });
})();
