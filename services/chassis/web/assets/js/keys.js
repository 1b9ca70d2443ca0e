// Keys: `data-key` on an act, outside text fields, on any keyboard layout. Single letters can be switched off.
(() => {
  "use strict";
  const { desk } = window;
  const { typing, usable } = desk;
  const NAMES = { Escape: "Esc", Backspace: "⌫", ArrowUp: "↑", ArrowDown: "↓" };
  const keysOf = (event) => {
    const keys = [NAMES[event.key] || (event.key.length === 1 ? event.key.toUpperCase() : event.key)];
    // On a Ukrainian layout the O key types "щ": the place of the key counts then.
    if (/^Key[A-Z]$/.test(event.code)) keys.push(event.code.slice(3));
    if (/^Digit\d$/.test(event.code) && !event.shiftKey) keys.push(event.code.slice(5));
    return keys;
  };
  // What this key would press.
  desk.actOf = (event) => {
    const keys = keysOf(event);
    return [...document.querySelectorAll("[data-key]")].find((element) => keys.includes(element.dataset.key) && usable(element));
  };
  const OFF = () => `keys-off:${document.body.dataset.person || ""}`;
  const areOff = () => localStorage.getItem(OFF()) === "1";
  const show = () => {
    for (const box of document.querySelectorAll("[data-letters]")) box.checked = !areOff();
    document.documentElement.toggleAttribute("data-no-letters", areOff());
  };
  addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-letters]")) return;
    if (event.target.checked) localStorage.removeItem(OFF());
    else localStorage.setItem(OFF(), "1");
    show();
  });
  addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:after:swap", show);

  const inField = (event) => {
    if (event.key === "Escape") event.target.blur();
  };
  const send = (event) => {
    const form = event.target.form || event.target.closest?.("form");
    if (!form) return;
    event.preventDefault();
    // By the button that Enter presses, which may say what is sent.
    const button = [...form.elements].find((element) => element.type === "submit" && element.matches(".is-1, [data-key=Enter]") && usable(element));
    form.requestSubmit(button);
  };

  // Whoever is faster than the server: keys pressed while an act is under way act on what it shows, in their order. Not the
  // same key again, which is impatience, and not on another subject, which nobody meant.
  // An act is known by its request: what asked for it may be gone when the answer has come.
  const acts = new WeakSet();
  let running = 0, pressed = [], subject = "", last = "";
  const about = () => `${location.pathname} ${document.querySelector("#main")?.dataset.place || ""} ${document.querySelector("[data-item]")?.dataset.item || ""}`;
  const runs = (change) => {
    running = Math.max(0, running + change);
    document.documentElement.toggleAttribute("data-acting", running > 0);
  };
  const isAct = (ctx) => ctx.sourceEvent?.type === "submit" || ctx.sourceElement._htmx?.boosted;
  document.addEventListener("htmx:before:request", (event) => {
    if (!isAct(event.detail.ctx)) return;
    acts.add(event.detail.ctx);
    runs(1);
    subject = about();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!acts.delete(event.detail.ctx)) return;
    runs(-1);
    const waiting = pressed;
    pressed = [];
    if (subject !== about()) return;
    for (const key of waiting) if (running) pressed.push(key); else act(key);
  });
  const act = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true }));

  addEventListener("keydown", (event) => {
    // What a desk has answered itself is not pressed a second time when its act is over.
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing(event.target)) return send(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) return inField(event);
    if (document.querySelector(":popover-open")) return;
    // Enter belongs to whatever has the focus; the page itself may have it after a change.
    if (event.key === "Enter" && document.activeElement?.closest("a, button, summary, label, [role=button]")) return;
    const keys = keysOf(event);
    if (areOff() && keys[0].length === 1) return;
    if (event.shiftKey && keys.includes("L")) return desk.turnTheme();
    if (running && !desk.isLost()) {
      const { key, code, shiftKey } = event;
      if (event.isTrusted && !event.repeat && code !== last) pressed.push({ key, code, shiftKey });
      return event.preventDefault();
    }
    last = event.code;
    const target = desk.actOf(event);
    if (!target) return;
    event.preventDefault();
    // A key that is held down is one press, whatever comes to stand under it meanwhile.
    if (event.repeat) return;
    // A button that a letter presses does not take the focus: the next Enter would press it again.
    if (!typing(target)) return target.click();
    target.focus();
    // Whoever goes on writing goes on behind what is there.
    if (target.matches("textarea")) target.setSelectionRange(target.value.length, target.value.length);
  });
})();
