// What changes elsewhere appears by itself, and never moves what somebody reads or types.
(() => {
  "use strict";
  const { desk } = window;
  const FADE = 3_000;

  // After a gap every live part is fetched once: what was missed is not known.
  const resync = () => {
    const live = document.querySelector("#live");
    if (live) htmx.trigger(live, "resync", {});
  };
  document.addEventListener("connection:back", resync);
  // The whole page as it is now, or another one in its place, under the word that stands there.
  desk.refresh = (place = location.pathname + location.search) => {
    // What the line says when the page comes, not when it was asked for: something may be said meanwhile.
    let word = null;
    const read = (event) => { if (event.detail.ctx.target === document.body) word = [...document.querySelector("#line").childNodes]; };
    document.addEventListener("htmx:before:swap", read);
    return htmx.ajax("GET", place, { target: "body", swap: "outerMorph", replace: "true" })
      .then(() => word && document.querySelector("#line").replaceChildren(...word))
      .finally(() => document.removeEventListener("htmx:before:swap", read));
  };

  // ---- parts that wait until nobody looks ------------------------------------------------------------------
  const ASKED = /^(click|submit|change|input|key|pointer|search)/;
  // A list marked `data-grows` waits while pointer or focus are in it, any other part only while somebody types in it.
  const isBusy = (part) => {
    const inside = part.contains(document.activeElement);
    return part.matches("[data-grows]") ? inside || part.matches(":hover") : inside && desk.typing(document.activeElement);
  };
  const idsOf = (text) => [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-row]")].map((row) => row.dataset.row);
  // A part marked `data-still="<its rows>"` stands above what somebody reads: new rows wait until somebody asks for them.
  const newIn = (part, text) => {
    if (!part.dataset.still || document.hidden) return 0;
    const rows = [...new DOMParser().parseFromString(text, "text/html").querySelectorAll(part.dataset.still)];
    return rows.filter((row) => !part.querySelector(`#${CSS.escape(row.id)}`)).length;
  };
  // ... and it keeps its height when something of it goes by itself, until something is done on the page.
  const heights = new Map();
  const keepHeight = () => {
    for (const [id, height] of heights) document.getElementById(id)?.style.setProperty("min-height", `${height}px`);
  };
  const release = () => {
    for (const id of heights.keys()) document.getElementById(id)?.style.removeProperty("min-height");
    heights.clear();
  };
  document.addEventListener("htmx:after:swap", keepHeight);
  addEventListener("form:sent", release);
  const waiting = new Map();
  const letIn = (part) => {
    const ctx = waiting.get(part);
    waiting.delete(part);
    part.querySelector(":scope > [data-new]")?.remove();
    if (!ctx || !part.isConnected) return;
    release();
    htmx.swap(ctx);
  };
  const announce = (part, count) => {
    let button = part.querySelector(":scope > [data-new]");
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.className = "btn is-sm lr-new";
      button.dataset.new = "";
      part.prepend(button);
    }
    button.textContent = desk.words(count ? part.dataset.newWords || "new" : "changed", { count });
  };
  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-new]");
    if (button) letIn(button.parentElement);
  });
  for (const name of ["pointerout", "focusout"]) {
    addEventListener(name, () => setTimeout(() => {
      for (const part of [...waiting.keys()]) if (!isBusy(part) && !newIn(part, waiting.get(part).text)) letIn(part);
    }));
  }
  // Nobody reads a page that nobody sees.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) for (const part of [...waiting.keys()]) letIn(part);
  });

  // ---- rows that somebody else has taken -------------------------------------------------------------------
  document.addEventListener("htmx:sse:before:message", (event) => {
    let told = {};
    try { told = JSON.parse(event.detail.message.data); } catch { return; }
    if (!told.by || told.by === document.body.dataset.person) return;
    for (const id of [told.item_id, told.row].filter(Boolean)) {
      for (const row of document.querySelectorAll(`[data-row="${CSS.escape(id)}"]`)) {
        row.taken = Date.now();
        row.dataset.taken = desk.words("taken", { name: told.name || told.by });
      }
    }
  });
  const fading = (part, text) => {
    const stay = new Set(idsOf(text));
    const going = [...part.querySelectorAll("[data-row]")].filter((row) => row.taken && !stay.has(row.dataset.row));
    return Math.max(0, ...going.map((row) => row.taken + FADE - Date.now()));
  };

  // ---- answers that come too late --------------------------------------------------------------------------
  // A part may have asked while the page turned to another subject: what it hears then is about the old one.
  const address = (part) => part.getAttribute?.("hx-get") ?? part.getAttribute?.("hx-put") ?? part.dataset?.fresh ?? null;
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    ctx.asked = address(ctx.sourceElement);
  });
  const byItself = (ctx) => ctx.sourceEvent?.type && !ASKED.test(ctx.sourceEvent.type);
  const isLate = (ctx) => (ctx.asked ?? null) !== null && (ctx.sourceElement.isConnected ? address(ctx.sourceElement) !== ctx.asked : byItself(ctx));
  // What the part was to learn it asks again, where it is now.
  const askAgain = ({ request, target, sourceElement: source }) => {
    if (request.method !== "GET" || target !== source || !source.isConnected || !address(source)) return;
    htmx.ajax("GET", address(source), { source, target: source });
  };

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    const part = ctx.target;
    if (isLate(ctx)) {
      event.preventDefault();
      askAgain(ctx);
      return;
    }
    // Only what comes by itself waits; what somebody asked for comes at once.
    if (!(part instanceof Element) || part === document.body || !byItself(ctx) || ctx.letIn) return;
    const text = ctx.text || "";
    const fresh = newIn(part, text);
    if (fresh) {
      event.preventDefault();
      waiting.set(part, { ...ctx, letIn: true });
      announce(part, fresh);
      return;
    }
    if (isBusy(part)) {
      event.preventDefault();
      const known = new Set([...part.querySelectorAll("[data-row]")].map((row) => row.dataset.row));
      waiting.set(part, { ...ctx, letIn: true });
      announce(part, idsOf(text).filter((id) => !known.has(id)).length);
      return;
    }
    waiting.delete(part);
    if (part.dataset.still) heights.set(part.id, part.offsetHeight);
    const left = fading(part, text);
    if (!left) return;
    event.preventDefault();
    setTimeout(() => part.isConnected && htmx.swap({ ...ctx, letIn: true }), left);
  });

  // ---- keeping what somebody works on ----------------------------------------------------------------------
  // A form marked `data-extend="<until>"` is sent while its person works; never by a hidden, silent tab.
  let active = 0, sent = 0;
  for (const name of ["keydown", "pointerdown", "pointermove", "input"]) {
    addEventListener(name, () => { active = Date.now(); }, { passive: true });
  }
  setInterval(() => {
    const form = document.querySelector("form[data-extend]");
    const talks = document.querySelector("[data-talking]");
    if (!form || desk.isLost() || Date.now() - sent < 20_000) return;
    const left = Date.parse(form.dataset.extend) - desk.now();
    const works = talks || (!document.hidden && Date.now() - active < 60_000);
    if (!works || left <= 0 || left > Number(form.dataset.extendBefore || 120) * 1_000) return;
    sent = Date.now();
    form.requestSubmit();
  }, 1_000);
})();
