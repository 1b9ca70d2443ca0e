// Rows that keep an order: their buttons, or Alt with an arrow, move one. What is typed changes places and the rows keep
// their names and numbers; focus goes along, and the status line says the new place. Without script the server moves them.
(() => {
  "use strict";
  const { desk } = window;
  const fields = (row) => [...row.querySelectorAll("input, select, textarea")];
  const controls = (row) => [...row.querySelectorAll("input, select, textarea, button")];
  const isFilled = (row) => Boolean(row.querySelector("[data-makes-row]")?.value.trim());
  const move = (row, by, held) => {
    const list = row.closest("[data-rows]");
    const rows = [...list.querySelectorAll("[data-row]")].filter(isFilled);
    const other = rows[rows.indexOf(row) + by];
    if (!isFilled(row)) return;
    if (!other) {
      desk.say(list.dataset[by < 0 ? "first" : "last"], "wait");
      return;
    }
    const theirs = fields(other);
    for (const [place, field] of fields(row).entries()) [field.value, theirs[place].value] = [theirs[place].value, field.value];
    controls(other)[controls(row).indexOf(held)]?.focus();
    for (const field of [...fields(row), ...theirs]) field.dispatchEvent(new Event("input", { bubbles: true }));
    desk.say(list.dataset.place.replace("{num}", rows.indexOf(other) + 1).replace("{all}", rows.length));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-row] [data-by]");
    if (!button) return;
    event.preventDefault();
    move(button.closest("[data-row]"), Number(button.dataset.by), button);
  });
  document.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key], row = event.target.closest?.("[data-row]");
    // Alt and an arrow open a list of choices: that stays so.
    if (!by || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !row || event.target.matches("select")) return;
    event.preventDefault();
    move(row, by, event.target);
  });
})();
