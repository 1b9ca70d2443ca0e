// The deal board: J and K walk through what stands on it, letters act on what one has come to, cards are dragged.
(() => {
  "use strict";
  const { typing } = window.desk;

  // ---- walking -----------------------------------------------------------------------------------------------
  let currentId = "";
  const stops = () => [...document.querySelectorAll("[data-walk]")].filter((stop) => stop.getClientRects().length);
  const mark = () => {
    const all = stops();
    if (!all.length) return;
    const current = all.find((stop) => stop.id === currentId) || all[0];
    currentId = current.id;
    for (const stop of document.querySelectorAll("[data-walk]")) {
      const isOn = stop === current;
      stop.classList.toggle("is-on", isOn);
      for (const act of stop.querySelectorAll("[data-own-key]")) {
        // What a closed question holds has no keys yet.
        const asked = act.closest("details");
        const reachable = isOn && (!asked || asked.open || act.parentElement === asked);
        if (reachable) act.dataset.key = act.dataset.ownKey;
        else delete act.dataset.key;
        if (reachable) act.setAttribute("aria-keyshortcuts", act.dataset.ownKey);
        else act.removeAttribute("aria-keyshortcuts");
      }
    }
  };
  const walk = (by) => {
    const all = stops();
    const at = all.findIndex((stop) => stop.id === currentId);
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    if (!next) return;
    currentId = next.id;
    mark();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  addEventListener("focusin", (event) => {
    const stop = event.target.closest?.("[data-walk]");
    if (stop && stop.id !== currentId) {
      currentId = stop.id;
      mark();
    }
  });
  addEventListener("toggle", mark, true);
  // Browsers tell of an opened question a moment later: whoever is faster than that presses what they see all the same.
  addEventListener("keydown", mark, true);
  addEventListener("DOMContentLoaded", mark);
  document.addEventListener("htmx:after:swap", mark);

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector(":popover-open")) return;
    if (!document.querySelector("[data-walk]")) return;
    const is = (code, key) => event.code === code || event.key.toUpperCase() === key;
    if (is("KeyJ", "J")) walk(1);
    else if (is("KeyK", "K")) walk(-1);
    else if (event.key === "Enter" && (event.target === document.body || event.target.matches?.("[data-walk]:not(a)"))) {
      const stop = event.target === document.body ? document.getElementById(currentId) : event.target;
      (stop?.matches("a") ? stop : stop?.querySelector("[data-open]"))?.click();
    }
    // While a move is under way the next one waits, as the key of any act does.
    else if (document.documentElement.hasAttribute("data-acting") && !window.desk.isLost()) return;
    else if (event.key === "[" || event.code === "BracketLeft") step(-1);
    else if (event.key === "]" || event.code === "BracketRight") step(1);
    else return;
    event.preventDefault();
  });

  // What somebody else has taken fades, and does not come back.
  const FADES = 4000;
  const seen = new Map();
  const fade = () => {
    for (const gone of document.querySelectorAll(".lr-offer.is-gone")) {
      if (seen.get(gone.id) === "over") gone.remove();
      else if (!seen.has(gone.id)) {
        seen.set(gone.id, "fading");
        setTimeout(() => {
          seen.set(gone.id, "over");
          document.getElementById(gone.id)?.remove();
        }, FADES);
      }
    }
  };
  addEventListener("DOMContentLoaded", fade);
  document.addEventListener("htmx:after:swap", fade);

  // What a list is narrowed to is shown at once.
  addEventListener("change", (event) => event.target.closest?.("[data-sends-itself]")?.requestSubmit());

  // ---- moving a card -------------------------------------------------------------------------------------------
  // Shown at once; a card that may not go there goes back, and the page says what is missing.
  let held = null;
  let sent = null;
  const move = (card, lane) => {
    const form = document.querySelector("#move");
    if (!form || !card || !lane || sent || lane.contains(card)) return;
    sent = { card, lane: card.closest(".lr-lane"), before: card.nextElementSibling };
    lane.querySelector("header").after(card);
    card.focus({ preventScroll: true });
    form.action = form.dataset.address.replace("ID", card.dataset.deal);
    form.elements.stage.value = lane.dataset.stage;
    form.requestSubmit();
  };
  const step = (by) => {
    const card = document.activeElement?.closest?.(".lr-deal");
    const lanes = [...document.querySelectorAll(".lr-lane")];
    if (card) move(card, lanes[lanes.indexOf(card.closest(".lr-lane")) + by]);
  };
  const settle = (ok) => {
    if (!sent) return;
    const { card, lane, before } = sent;
    sent = null;
    if (ok) return;
    if (before?.parentElement === lane) before.before(card);
    else lane.append(card);
    card.classList.add("is-back");
  };
  addEventListener("form:sent", (event) => event.target.id === "move" && settle(true));
  document.addEventListener("htmx:finally:request", (event) => event.detail.ctx.sourceElement?.id === "move" && settle(false));
  document.addEventListener("dragstart", (event) => {
    held = event.target.closest?.(".lr-deal");
    if (!held) return;
    held.classList.add("is-held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.id);
  });
  document.addEventListener("dragover", (event) => {
    const lane = held && event.target.closest?.(".lr-lane");
    for (const other of document.querySelectorAll(".lr-lane.is-over")) if (other !== lane) other.classList.remove("is-over");
    if (!lane) return;
    event.preventDefault();
    lane.classList.add("is-over");
  });
  document.addEventListener("drop", (event) => {
    const lane = held && event.target.closest?.(".lr-lane");
    if (!lane) return;
    event.preventDefault();
    move(held, lane);
  });
  document.addEventListener("dragend", () => {
    held?.classList.remove("is-held");
    held = null;
    for (const lane of document.querySelectorAll(".lr-lane.is-over")) lane.classList.remove("is-over");
  });
})();
