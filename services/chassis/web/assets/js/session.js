// The session that ends under an open page. People sign in in another tab; this page then takes the new token, and what
// was typed on it is sent as it stands.
(() => {
  "use strict";
  const { desk } = window;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("leadrelay") : null;
  const banner = () => document.querySelector("#signed-out");
  desk.signedOut = () => {
    if (banner()) banner().hidden = false;
  };
  const take = (csrf) => {
    for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
    document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-Csrf-Token": csrf }));
    if (banner()) banner().hidden = true;
  };
  // The token of the session there is now, if it is still the same person's; else none.
  desk.renewToken = async () => {
    const answer = await fetch("/session", { cache: "no-store", headers: { "HX-Request": "true" } });
    if (answer.status === 401) desk.signedOut();
    if (!answer.ok) return null;
    const { person, csrf } = await answer.json();
    if (person !== document.body.dataset.person) {
      location.reload();
      return null;
    }
    take(csrf);
    return csrf;
  };
  const look = async () => {
    if (!banner() || banner().hidden) return;
    if (await desk.renewToken().catch(() => null)) {
      desk.say(desk.words("signed in"));
      document.dispatchEvent(new CustomEvent("session:renewed"));
    }
  };
  addEventListener("focus", look);
  channel?.addEventListener("message", look);
  addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-signed-in]")) channel?.postMessage("signed in");
  });
  addEventListener("form:refused", async (event) => {
    if (event.detail.code === "sign_in_needed") desk.signedOut();
    // This page was drawn for an earlier session of the same person: it is sent again, once.
    const form = event.target.closest?.("form");
    if (event.detail.code !== "wrong_token" || !form || form.triedAgain) return;
    form.triedAgain = true;
    if (await desk.renewToken().catch(() => null)) form.requestSubmit();
  });
})();
