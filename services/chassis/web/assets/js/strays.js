// Words typed where no field is. On a page with a call every letter may end it, so a word must not: what follows an outcome
// that is just being sent, a space, or a letter that presses nothing is taken for a word until the hands rest.
(() => {
  "use strict";
  const { desk } = window;
  const REST = 700;
  let until = 0, said = 0;
  desk.stray = () => {
    const now = Date.now();
    if (now - said > 5_000) {
      said = now;
      desk.say(desk.words("stray"), "wait");
    }
    until = now + REST;
  };
  const isLetter = (event) => event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
  addEventListener("keydown", (event) => {
    if (!event.isTrusted || !isLetter(event) || desk.typing(event.target)) return;
    if (!document.querySelector("#step") || document.querySelector(":popover-open")) return;
    if (Date.now() < until) {
      if (!event.repeat) desk.stray();
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (/[\p{L}\s]/u.test(event.key) && !desk.actOf(event) && !event.target.closest("a, button, summary, label, input")) {
      until = Date.now() + REST;
    }
  }, true);
})();
