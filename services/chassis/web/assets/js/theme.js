// Light and dark, and the reader's own clock: cookies that the server reads, so that the next page is right at once.
(() => {
  "use strict";
  const root = document.documentElement;
  const YEAR = "path=/; max-age=31536000; samesite=lax";
  const isDark = () => (root.dataset.bsTheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  window.desk.turnTheme = () => {
    root.dataset.bsTheme = isDark() ? "light" : "dark";
    document.cookie = `leadrelay_theme=${root.dataset.bsTheme}; ${YEAR}`;
  };
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-turn-theme]")) window.desk.turnTheme();
  });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`leadrelay_zone=${zone}`)) document.cookie = `leadrelay_zone=${zone}; ${YEAR}`;
})();
