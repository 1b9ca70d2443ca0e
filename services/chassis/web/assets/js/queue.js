// What cannot be sent now. Forms marked `data-queue="<subject>"` wait in this browser under their own key, and are sent in
// order when the server is back, by whichever page is open then; the key makes them one act however often that is tried.
(() => {
  "use strict";
  const { desk } = window;
  const NAME = () => `queue:${document.body.dataset.person || ""}`;
  const load = () => JSON.parse(localStorage.getItem(NAME()) || "[]");
  const keep = (waiting) => {
    if (waiting.length) localStorage.setItem(NAME(), JSON.stringify(waiting));
    else localStorage.removeItem(NAME());
  };
  const keyOf = (ctx) => ctx.request.body?.get?.("idempotency_key") || ctx.request.headers["Idempotency-Key"];
  const titleOf = (ctx) => {
    const { form, submitter } = ctx.request;
    const said = [...(submitter?.childNodes || [])].filter((node) => node.nodeName !== "KBD");
    const word = said.map((node) => node.textContent).join(" ").trim().replace(/\s+/g, " ");
    return form.dataset.queueTitle || word || document.title.split(" · ")[0];
  };
  // The form itself waits; what one of its buttons sends elsewhere, or what saves itself, does not.
  const isSent = (ctx) => ctx.request.form && ctx.request.form === ctx.sourceElement && ctx.request.body instanceof URLSearchParams;
  const put = (ctx) => {
    const subject = ctx.request.form?.dataset.queue;
    if (subject === undefined || !isSent(ctx)) return false;
    const draft = ctx.request.form.closest("[data-draft]")?.dataset.draft;
    const entry = { key: keyOf(ctx), subject, draft, title: titleOf(ctx), url: ctx.request.action, body: ctx.request.body.toString(), page: location.href };
    // Said anew of the same subject, the last word counts.
    keep([...load().filter((other) => other.key !== entry.key && other.subject !== subject), entry]);
    desk.say(desk.words("queued", entry), "wait");
    return true;
  };
  const drop = (key) => keep(load().filter((entry) => entry.key !== key));

  document.addEventListener("request:slow", (event) => put(event.detail.ctx));
  document.addEventListener("request:answered", (event) => drop(keyOf(event.detail.ctx)));
  document.addEventListener("request:unsent", (event) => {
    const { ctx } = event.detail;
    if (put(ctx) || ctx.request.method === "GET" && !ctx.sourceElement._htmx?.boosted) return;
    // What saves itself is kept as a draft, and the banner tells why it is not saved.
    if (ctx.sourceEvent?.type === "input") return;
    desk.say(desk.words(ctx.request.method === "GET" ? "unreachable" : "unsent"), "late");
  });

  const said = (text) => new DOMParser().parseFromString(text.replaceAll("hx-partial", "div"), "text/html").querySelector(".lr-line .lr-grow")?.textContent.trim();
  const placeOf = ({ headers }) => headers.get("HX-Push-Url") || headers.get("HX-Replace-Url") || JSON.parse(headers.get("HX-Location") || "{}").path;
  let place;
  const done = (entry) => {
    for (const form of document.querySelectorAll("form[data-queue]")) if (form.dataset.queue === entry.subject) form.reset();
  };
  // The tab that sends may be another one than the form is open in.
  const tabs = new BroadcastChannel("queue");
  tabs.onmessage = ({ data: { person, entry, next } }) => {
    if (person !== document.body.dataset.person || entry.page !== location.href) return;
    done(entry);
    desk.refresh(next).catch(() => {});
  };
  const post = async (entry, csrf) => {
    const answer = await fetch(entry.url, {
      method: "POST",
      body: new URLSearchParams(entry.body),
      headers: { "HX-Request": "true", "HX-Current-URL": entry.page, "Idempotency-Key": entry.key, "X-Csrf-Token": csrf },
    });
    if (!answer.headers.has("Server-Now") || answer.status >= 500) throw new Error("away");
    if (answer.status === 401 || answer.status === 403) throw new Error("signed out");
    const fresh = { status: answer.status, text: await answer.text() };
    drop(entry.key);
    if (fresh.status < 400) {
      // The page that it was written on goes where the answer leads; its form is done with.
      const next = placeOf(answer);
      if (entry.page === location.href) place = next;
      done(entry);
      tabs.postMessage({ person: document.body.dataset.person, entry, next });
      document.dispatchEvent(new CustomEvent("queue:sent", { detail: entry }));
      desk.say(desk.words("sent", entry));
    } else desk.say(desk.words("not taken", { ...entry, reason: said(fresh.text) || "" }), "late");
  };
  let sending = false;
  const send = async () => {
    if (sending || !load().length) return;
    sending = true;
    try {
      const csrf = await desk.renewToken();
      for (let entry = load()[0]; csrf && entry; entry = load()[0]) await post(entry, csrf);
      if (csrf) await desk.refresh(place);
      place = undefined;
    } catch (error) {
      if (error.message === "signed out") desk.signedOut();
      else desk.lose();
    } finally {
      sending = false;
    }
  };
  desk.sendQueue = send;
  document.addEventListener("connection:back", send);
  document.addEventListener("session:renewed", send);
  addEventListener("DOMContentLoaded", send);
})();
