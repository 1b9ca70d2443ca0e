// The call desk: the lease is kept while somebody works, what is lost elsewhere is asked for, arrows move in the hours.
(() => {
  "use strict";
  const { desk } = window;
  const lease = () => document.querySelector("#lease[data-lease]");
  const left = () => {
    const clock = lease()?.querySelector("[data-until]");
    const [minutes, seconds] = (clock?.textContent || "").split(":").map(Number);
    return clock ? minutes * 60 + seconds : Infinity;
  };

  // Where an answer goes; an answer that says so itself says it as a selector.
  const placeOf = (event) => {
    const target = event.detail.ctx?.target;
    return typeof target === "string" ? target.replace("#", "") : target?.id || "";
  };

  // ---- the lease ---------------------------------------------------------------------------------------------
  // Long enough that nobody's key costs a request of its own, short enough for a short lease.
  const whole = { item: "", seconds: 0 };
  let asked = 0;
  const working = () => {
    const row = lease();
    if (!row || document.hidden) return;
    const item = document.querySelector("#lead")?.dataset.item;
    if (whole.item !== item) Object.assign(whole, { item, seconds: 0 });
    whole.seconds = Math.max(whole.seconds, left());
    if (left() > whole.seconds / 2 || Date.now() - asked < 3000) return;
    asked = Date.now();
    row.querySelector("form")?.dispatchEvent(new CustomEvent("desk:working"));
  };
  for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, working, { passive: true });
  setInterval(() => {
    const row = lease();
    if (!row) return;
    const soon = left() <= Math.min(120, Math.max(whole.seconds, 20) / 3);
    row.classList.toggle("is-soon", soon);
  }, 1000);

  // ---- nobody leaves a call by a slip of the finger -----------------------------------------------------------------
  let warned = 0;
  addEventListener("submit", (event) => {
    if (!/\/(break|sign-off|return)$/.test(event.target.getAttribute("action")) || !document.querySelector("[data-on-the-phone]")) return;
    if (Date.now() - warned < 5_000) return;
    warned = Date.now();
    event.preventDefault();
    event.stopImmediatePropagation();
    desk.say(desk.words("on the phone"), "wait");
  }, true);

  // ---- what happens elsewhere ----------------------------------------------------------------------------------
  const ours = (event) => {
    const shown = document.querySelector("#lead");
    const told = JSON.parse(event.detail?.data || "{}");
    return shown && (told.lead_id === shown.dataset.lead || told.item_id === shown.dataset.item);
  };
  const look = () => lease()?.dispatchEvent(new CustomEvent("desk:look"));
  for (const kind of ["lease.changed", "lead.changed"]) {
    document.addEventListener(kind, (event) => {
      if (!ours(event)) return;
      if (kind === "lead.changed") document.querySelector("#dial")?.replaceChildren();
      look();
    });
  }
  // Reported in another window of the same person; what this window has just sent is answered anyway.
  document.addEventListener("call_answered", (event) => {
    if (!coming.size && ours(event)) look();
  });
  document.addEventListener("resync", look);
  let due = 0;
  // A lead is due when it is entered, and when whoever had it lets go of it.
  for (const kind of ["work.opened", "lease.changed"]) {
    document.addEventListener(kind, () => {
      const waiting = document.querySelector("#waiting");
      if (!waiting || Date.now() - due < 2000) return;
      due = Date.now();
      waiting.dispatchEvent(new CustomEvent("desk:due"));
    });
  }

  // ---- another tier does not answer ------------------------------------------------------------------------------
  const silent = (event) => {
    const asked = event.detail.ctx?.sourceElement?.closest?.("[data-else]");
    const otherwise = asked && document.getElementById(asked.dataset.else);
    if (!otherwise) return;
    otherwise.hidden = false;
    asked.hidden = true;
  };
  // A second is long on the telephone: the words come then, and give way to the times if these come after all.
  document.addEventListener("htmx:before:request", (event) => {
    const asked = event.detail.ctx?.sourceElement?.closest?.("[data-else]");
    if (!asked) return;
    clearTimeout(asked.patience);
    asked.patience = setTimeout(() => silent(event), 1000);
  });
  document.addEventListener("htmx:error", silent);
  document.addEventListener("htmx:response:error", silent);
  document.addEventListener("htmx:after:swap", (event) => {
    const asked = event.detail.ctx?.target;
    const otherwise = asked?.dataset?.else && document.getElementById(asked.dataset.else);
    if (!otherwise || event.detail.ctx.response?.status >= 400) return;
    clearTimeout(asked.patience);
    otherwise.hidden = true;
    asked.hidden = false;
  });

  // Whoever presses S before the times are there gets the first one when they are.
  addEventListener("click", (event) => {
    if (event.target.matches?.("[data-early]")) event.target.parentElement.wanted = true;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const part = event.detail.ctx?.target;
    if (!part?.wanted || part.querySelector?.("[data-early]")) return;
    part.wanted = false;
    part.querySelector("[data-key=S]")?.click();
  });

  // ---- what is typed stays ---------------------------------------------------------------------------------------
  // A form that was sent and stays, as every step of the script does, must not be emptied by being sent.
  addEventListener("input", (event) => {
    if (!event.target.form?.matches("[data-kept]")) return;
    if (event.target.matches("[type=radio], [type=checkbox]")) {
      for (const one of event.target.form.elements) if (one.type === "radio" && one.name === event.target.name) one.defaultChecked = one.checked;
    } else event.target.defaultValue = event.target.value;
    // Whoever answers what was asked need not read the question again.
    for (const asked of event.target.form.querySelectorAll("[id$='-says'][role=alert]")) asked.remove();
    const saved = document.querySelector("#saved");
    if (saved) saved.textContent = "";
  });
  document.addEventListener("htmx:finally:request", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  // What could not be saved while there was no connection is saved now.
  document.addEventListener("connection:back", () => {
    const words = document.querySelector("#step #note");
    if (words?.value) words.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // ---- keys pressed sooner than the page can follow ---------------------------------------------------------------
  // They are meant for the form that is just coming: kept until it is there, then given to it in their order.
  const early = [];
  const coming = new Map();
  const lead = () => document.querySelector("#lead")?.dataset.item;
  // An outcome was sent, and the lead it was about is still on the page: letters are about nobody yet.
  const isLeaving = () => [...coming.values()].some((item) => item && item === lead());
  const give = ({ key, code, shiftKey, ctrlKey, metaKey }) => {
    const at = document.activeElement;
    const field = at?.matches("textarea, input:not([type=radio], [type=checkbox])") ? at : null;
    if (field && key.length === 1 && !ctrlKey && !metaKey) {
      field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (key === "Enter" && at?.form && at.matches("input")) at.form.requestSubmit();
    else at.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, ctrlKey, metaKey, bubbles: true, cancelable: true }));
  };
  const giveAll = () => {
    while (!coming.size && early.length) {
      const pressed = early.shift();
      // Pressed while the last call was being ended: nobody meant the next one.
      if (pressed.item === lead()) give(pressed);
    }
  };
  addEventListener("keydown", (event) => {
    if (!event.isTrusted || event.isComposing || event.altKey || /^(Shift|Control|Meta|Tab)$/.test(event.key)) return;
    if (!coming.size && !early.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // A key that is held is not written by mistake: it was meant, once.
    if (event.key.length === 1 && isLeaving()) return event.repeat || desk.stray();
    if (!event.repeat) early.push({ item: lead(), key: event.key, code: event.code, shiftKey: event.shiftKey, ctrlKey: event.ctrlKey, metaKey: event.metaKey });
  }, true);
  document.addEventListener("htmx:before:request", (event) => {
    const place = placeOf(event);
    if (/^(step|main)$/.test(place) && document.querySelector("#step")) coming.set(event.detail.ctx, place === "main" ? lead() : "");
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (coming.has(event.detail.ctx)) coming.set(event.detail.ctx, "");
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (coming.delete(event.detail.ctx)) setTimeout(giveAll);
  });

  // ---- the hours: up and down go by days ------------------------------------------------------------------------
  addEventListener("keydown", (event) => {
    if (!/^Arrow(Up|Down)$/.test(event.key)) return;
    const hour = event.target.closest?.(".lr-hours input[type=radio]");
    if (!hour) return;
    const rows = [...hour.closest(".lr-hours").querySelectorAll(".lr-day-row")];
    const column = [...hour.closest(".lr-day-row").querySelectorAll("input")].indexOf(hour);
    const step = event.key === "ArrowDown" ? 1 : -1;
    for (let row = rows.indexOf(hour.closest(".lr-day-row")) + step; rows[row]; row += step) {
      const there = rows[row].querySelectorAll("input")[column];
      if (there.disabled) continue;
      event.preventDefault();
      there.focus();
      there.click();
      return;
    }
    event.preventDefault();
  });

  // ---- the time that a manager keeps for them --------------------------------------------------------------------
  // It stands in a part of another tier; the form that hands them over says it too.
  document.addEventListener("htmx:after:swap", () => {
    const time = document.querySelector("#slots [data-kept-time]")?.textContent || "";
    for (const said of document.querySelectorAll("#step [data-time]")) said.textContent = time;
    for (const part of document.querySelectorAll("#step [data-with-time]")) part.hidden = !time;
    for (const part of document.querySelectorAll("#step [data-without-time]")) part.hidden = Boolean(time);
  });

  // What may no longer be taken back is no longer told.
  document.addEventListener("clock:over", (event) => event.target.closest?.("#line > [data-told]")?.remove());

  // ---- focus -----------------------------------------------------------------------------------------------------
  // After a step no button that happens to stand in the same place keeps the focus: Enter would press it.
  document.addEventListener("htmx:after:swap", (event) => {
    if (!/^(step|main)$/.test(placeOf(event))) return;
    const active = document.activeElement;
    if (active?.matches("button, a") && active.closest("#step, #main, #foot")) active.blur();
    document.querySelector("#ends:popover-open")?.hidePopover();
  });
})();
