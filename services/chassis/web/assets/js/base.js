// What the pages do by themselves: keys, clocks on the server's time, light and dark, "connection lost".
// No page carries a script of its own; everything here reads data- attributes.
(() => {
  "use strict";
  const root = document.documentElement;
  const typing = (element) => element instanceof Element && element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  const usable = (element) => element.offsetParent !== null && !element.disabled && element.ariaDisabled !== "true";

  // ---- keys ------------------------------------------------------------------------------------------------
  const NAMES = { Escape: "Esc", Backspace: "⌫" };
  const keysOf = (event) => {
    const keys = [NAMES[event.key] || (event.key.length === 1 ? event.key.toUpperCase() : event.key)];
    // On a Ukrainian layout the O key types "щ": the place of the key counts then.
    if (/^Key[A-Z]$/.test(event.code)) keys.push(event.code.slice(3));
    if (/^Digit\d$/.test(event.code) && !event.shiftKey) keys.push(event.code.slice(5));
    return keys;
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector(":popover-open")) return;
    // Enter belongs to whatever has the focus.
    if (event.key === "Enter" && document.activeElement !== document.body) return;
    const keys = keysOf(event);
    if (event.shiftKey && keys.includes("L")) return turnTheme();
    const marked = [...document.querySelectorAll("[data-key]")];
    const target = marked.find((element) => keys.includes(element.dataset.key) && usable(element));
    if (!target) return;
    event.preventDefault();
    target.focus();
    if (!typing(target)) target.click();
  });

  // ---- forms -----------------------------------------------------------------------------------------------
  // A second press of an impatient finger is the same act, not another one.
  addEventListener("submit", (event) => {
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "1";
  });
  // A page that comes back by the browser's own Back is a fresh one.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  });

  // ---- light and dark --------------------------------------------------------------------------------------
  const isDark = () => (root.dataset.bsTheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const turnTheme = () => {
    root.dataset.bsTheme = isDark() ? "light" : "dark";
    // The server reads it, so that the next page is right from its first paint.
    document.cookie = `leadrelay_theme=${root.dataset.bsTheme}; path=/; max-age=31536000; samesite=lax`;
  };
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-turn-theme]")) turnTheme();
  });

  // ---- the reader's clock ------------------------------------------------------------------------------------
  // Times are written by the server, on the clock of whoever reads.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`leadrelay_zone=${zone}`)) {
    document.cookie = `leadrelay_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  }

  // ---- clocks ----------------------------------------------------------------------------------------------
  // Absolute times from the server, and how far this machine's clock is off: the median of the last five answers.
  const offsets = [];
  const offset = () => [...offsets].sort((a, b) => a - b)[offsets.length >> 1] || 0;
  const learn = (serverNow, roundTrip) => {
    const measured = Date.parse(serverNow) + roundTrip / 2 - Date.now();
    if (Number.isNaN(measured)) return;
    offsets.push(measured);
    if (offsets.length > 5) offsets.shift();
  };
  const two = (number) => String(number).padStart(2, "0");
  const spoken = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const minutes = Math.floor(whole / 60);
    return minutes >= 60 ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`;
  };
  const tick = () => {
    const now = Date.now() + offset();
    for (const clock of document.querySelectorAll("[data-until]")) {
      const left = (Date.parse(clock.dataset.until) - now) / 1000;
      clock.textContent = spoken(left);
      if (left <= 0 && !clock.dataset.over) {
        clock.dataset.over = "1";
        // At zero the page asks the server; it does not decide.
        clock.dispatchEvent(new CustomEvent("clock:over", { bubbles: true }));
      }
    }
    for (const clock of document.querySelectorAll("[data-since]")) clock.textContent = spoken((now - Date.parse(clock.dataset.since)) / 1000);
  };
  addEventListener("visibilitychange", tick);

  addEventListener("DOMContentLoaded", () => {
    const page = document.querySelector("[data-server-now]");
    if (page) learn(page.dataset.serverNow, 0);
    tick();
    setInterval(tick, 1000);
  });

  // ---- connection ------------------------------------------------------------------------------------------
  const connection = (lost) => {
    document.querySelector("#conn")?.classList.toggle("is-off", lost);
    for (const word of document.querySelectorAll("#conn [data-when]")) word.hidden = (word.dataset.when === "lost") !== lost;
    for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = !lost;
  };
  addEventListener("offline", () => connection(true));
  addEventListener("online", () => connection(false));
})();
