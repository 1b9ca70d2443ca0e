// What the pages do by themselves, in one small file for each thing. No page carries a script of its own: everything
// reads data- attributes. What the files share hangs on `desk`.
(() => {
  "use strict";
  const sayings = () => JSON.parse(document.body.dataset.words || "{}");
  const desk = window.desk = {
    // A word of the page's language, with what belongs into it.
    words: (name, values = {}) => (sayings()[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? ""),
    typing: (element) => element instanceof Element && element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"),
    usable: (element) => element.checkVisibility() && !element.disabled && element.ariaDisabled !== "true",
    key: () => Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    // One of the icons that the page has already fetched.
    icon: (name) => {
      const drawn = document.querySelector("svg.i use")?.closest("svg").cloneNode(true);
      drawn?.firstElementChild.setAttribute("href", drawn.firstElementChild.getAttribute("href").replace(/#.*/, `#i-${name}`));
      return drawn || "";
    },
    // `kind`: ok, wait or late. The status line keeps its place; the text is never markup.
    say: (text, kind = "ok") => {
      const word = document.createElement("div"), told = document.createElement("span"), close = document.createElement("button");
      word.className = `lr-line is-${kind}`;
      if (kind === "late") word.role = "alert";
      told.className = "lr-grow";
      told.append(desk.icon({ ok: "check", wait: "hourglass", late: "alert-triangle" }[kind]), text);
      Object.assign(close, { type: "button", className: "btn is-plain is-sm", textContent: desk.words("close") });
      close.dataset.closeLine = "";
      word.append(told, close);
      document.querySelector("#line")?.replaceChildren(word);
    },
  };
})();
