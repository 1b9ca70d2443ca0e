// What the pages do by themselves, in one small file for each thing. No page carries a script of its own: everything
// reads data- attributes. What the files share hangs on `desk`.
(() => {
  "use strict";
  const sayings = () => JSON.parse(document.body.dataset.words || "{}");
  window.desk = {
    // A word of the page's language, with what belongs into it.
    words: (name, values = {}) => (sayings()[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? ""),
    typing: (element) => element instanceof Element && element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"),
    usable: (element) => element.checkVisibility() && !element.disabled && element.ariaDisabled !== "true",
    key: () => Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    // `kind`: ok, wait or late. The status line keeps its place; the text is never markup.
    say: (text, kind = "ok") => {
      const line = document.querySelector("#line");
      if (!line) return;
      const word = document.createElement("div");
      word.className = `lr-line is-${kind}`;
      if (kind === "late") word.role = "alert";
      word.textContent = text;
      line.replaceChildren(word);
    },
  };
})();
