// Clocks: absolute times from the server, and how far this machine's clock is off: the median of the last five answers.
(() => {
  "use strict";
  const offsets = [];
  const offset = () => [...offsets].sort((a, b) => a - b)[offsets.length >> 1] || 0;
  // `roundTrip` in ms: the server looked at its clock half of it ago.
  const learn = (serverNow, roundTrip = 0) => {
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
  const write = (clock, text) => {
    if (clock.textContent !== text) clock.textContent = text;
  };
  const tick = () => {
    const now = Date.now() + offset();
    for (const clock of document.querySelectorAll("[data-until]")) {
      const left = (Date.parse(clock.dataset.until) - now) / 1000;
      write(clock, spoken(left));
      if (left > 0) clock.asked = 0;
      else if (now >= (clock.asked || 0)) {
        // At zero the page asks the server; it does not decide. If the server is a little behind, it asks again.
        clock.asked = now + Math.min(30, 2 - 2 * left) * 1000;
        clock.dispatchEvent(new CustomEvent("clock:over", { bubbles: true }));
      }
    }
    for (const clock of document.querySelectorAll("[data-since]")) write(clock, spoken((now - Date.parse(clock.dataset.since)) / 1000));
  };
  addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:after:swap", tick);
  addEventListener("DOMContentLoaded", () => {
    if (document.body.dataset.serverNow) learn(document.body.dataset.serverNow);
    tick();
    setInterval(tick, 1000);
  });
  window.desk.learn = learn;
  window.desk.now = () => Date.now() + offset();
})();
