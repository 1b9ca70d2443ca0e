// Pages that are merged into the one that is there: where the focus goes, what moves, and what is no page at all.
(() => {
  "use strict";
  const typed = (element) => element?.matches?.("input, textarea, select");
  let before = null;

  const place = () => `${location.pathname} ${document.querySelector("#main")?.dataset.place || ""}`;
  document.addEventListener("htmx:before:swap", () => {
    before = place();
  });
  // Where the bar is wider than the window, it shows the entry one is at.
  const nav = () => {
    const here = document.querySelector(".lr-nav [aria-current]");
    if (here) here.parentElement.scrollLeft += here.getBoundingClientRect().right - here.parentElement.getBoundingClientRect().right + 8;
  };
  nav();
  const follow = () => {
    nav();
    const moved = before !== place();
    const next = [...document.querySelectorAll("[data-focus]")].find(window.desk.usable);
    if (next && (moved || !typed(document.activeElement))) next.focus({ preventScroll: !moved });
    // As on a page that was loaded: no button that happens to stand in the same place keeps the focus.
    else if (moved) document.querySelector("#main")?.focus({ preventScroll: true });
  };
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    if (!["body", "#main"].includes(ctx.target) && !ctx.target?.matches?.("body, #main")) return;
    // What the page did by itself moves nothing.
    if (ctx.sourceElement?.dataset?.extend !== undefined) return;
    const path = before?.split(" ")[0];
    if (path !== location.pathname) scrollTo(0, 0);
    follow();
  });

  // A document, a file: let the browser have it.
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    const kind = ctx.response.headers.get("content-type") || "text/html";
    if (/text\/(html|event-stream)/.test(kind) || !ctx.response.raw.ok || ctx.request.method !== "GET") return;
    event.preventDefault();
    location.href = ctx.response.raw.url;
  });
})();
