// Is the server there? Lost: the stream is silent for ten seconds (it beats every five), or a change goes unanswered for
// four. Nothing is disabled then; forms marked `data-queue` wait here, others stay as they are (queue.js).
(() => {
  "use strict";
  const SILENT = 10_000, UNANSWERED = 4_000;
  const { desk } = window;
  const unanswered = new Set();
  let lost = false, rests = document.hidden, heard = Date.now(), tried = 0;

  const show = () => {
    document.querySelector("#conn")?.classList.toggle("is-off", lost);
    for (const word of document.querySelectorAll("#conn [data-when]")) word.hidden = (word.dataset.when === "lost") !== lost;
    for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = !lost;
    document.documentElement.toggleAttribute("data-lost", lost);
  };
  const lose = () => {
    if (lost) return;
    lost = true;
    show();
  };
  const hear = () => {
    heard = Date.now();
    // A stream that goes on does not answer what was sent.
    if (!lost || unanswered.size) return;
    lost = false;
    show();
    document.dispatchEvent(new CustomEvent("connection:back"));
  };
  Object.assign(desk, { lose, hear, isLost: () => lost });

  // ---- the stream ------------------------------------------------------------------------------------------
  const live = () => document.querySelector("#live");
  document.addEventListener("htmx:sse:after:connection", (event) => {
    if (event.detail.connection.status < 400) hear();
  });
  document.addEventListener("htmx:sse:before:message", (event) => {
    hear();
    if (event.detail.message.event === "beat") desk.learn(JSON.parse(event.detail.message.data).now);
  });
  document.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) desk.signedOut();
  });
  const connect = () => {
    const stream = live();
    if (stream && !stream._htmx?.sse) htmx.ajax("GET", stream.getAttribute("hx-sse:connect"), { source: stream });
  };
  const look = () => {
    const stream = live();
    if (rests) return;
    if (stream && Date.now() - heard > SILENT) lose();
    if (!lost || Date.now() - tried < 5_000) return;
    tried = Date.now();
    // The first connection is not tried again by itself, and a page without a stream has to ask.
    if (stream) connect();
    else fetch("/session", { cache: "no-store" }).then((answer) => answer.headers.has("Server-Now") && hear(), () => {});
  };
  addEventListener("DOMContentLoaded", () => setInterval(look, 1_000));
  document.addEventListener("htmx:after:swap", show);
  addEventListener("offline", lose);
  addEventListener("online", () => { tried = 0; look(); });

  // ---- tabs that nobody looks at -----------------------------------------------------------------------------
  // A browser opens six connections to a place, and every stream is one. So a hidden tab rests, but for one of them: whoever
  // looks at another window is still there. What was missed is fetched when the tab is shown.
  const goOn = () => {
    if (!rests) return;
    rests = false;
    heard = Date.now();
    connect();
    document.dispatchEvent(new CustomEvent("connection:back"));
  };
  let waits = null, giveUp = null;
  const seen = () => {
    waits?.abort();
    giveUp?.();
    waits = giveUp = null;
    if (!document.hidden) return goOn();
    rests = true;
    live()?._htmx?.sse?.reader?.cancel();
    waits = new AbortController();
    navigator.locks?.request(`stream ${live()?.getAttribute("hx-sse:connect")}`, { signal: waits.signal }, () => {
      goOn();
      return new Promise((done) => { giveUp = done; });
    }).catch(() => {});
  };
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("htmx:sse:before:connection", (event) => { if (rests) event.preventDefault(); });
  document.addEventListener("htmx:before:request", (event) => {
    if (rests && event.detail.ctx.sourceElement.id === "live") event.preventDefault();
  });
  if (document.hidden) addEventListener("DOMContentLoaded", seen, { once: true });

  // ---- requests --------------------------------------------------------------------------------------------
  // An answer of ours tells our time. Whatever else comes (nothing, or the front door's word that a tier is away) is
  // never merged into the page.
  const isPart = (ctx) => ctx.request.method === "GET" && !ctx.sourceElement._htmx?.boosted;
  // Another tier that is away is no lost connection: its part says so, and the page works on.
  const isOwn = (ctx) => new URL(ctx.request.action, location.href).pathname.split("/")[1] === location.pathname.split("/")[1];
  const none = (ctx) => {
    ctx.unsent = true;
    if (isOwn(ctx)) lose();
    if (isPart(ctx)) htmx.trigger(ctx.sourceElement, "htmx:response:error", { ctx });
    document.dispatchEvent(new CustomEvent("request:unsent", { detail: { ctx } }));
    return new Response(null, { status: 204 });
  };
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.id === "live") return;
    ctx.fetch = async (url, options) => {
      const began = performance.now();
      const slow = ctx.request.method === "GET" ? 0 : setTimeout(() => {
        if (!isOwn(ctx)) return;
        unanswered.add(ctx);
        lose();
        document.dispatchEvent(new CustomEvent("request:slow", { detail: { ctx } }));
      }, UNANSWERED);
      try {
        const answer = await fetch(url, options);
        unanswered.delete(ctx);
        if (!answer.headers.has("Server-Now")) return answer.status < 500 ? answer : none(ctx);
        desk.learn(answer.headers.get("Server-Now"), performance.now() - began);
        ctx.answered = answer.status;
        document.dispatchEvent(new CustomEvent("request:answered", { detail: { ctx } }));
        if (isOwn(ctx)) hear();
        return answer;
      } catch (error) {
        if (error.name === "AbortError") throw error;
        return none(ctx);
      } finally {
        clearTimeout(slow);
        unanswered.delete(ctx);
      }
    };
  });
  // A part of another tier's desk does not renew the session; the page's own service does it in the same moment.
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    const part = ctx.sourceElement;
    if (ctx.response.status !== 401 || !isPart(ctx) || part.id === "live") return;
    if (Date.now() - (part.askedAgain || 0) < 10_000) return;
    part.askedAgain = Date.now();
    event.preventDefault();
    ctx.hx = {};
    setTimeout(() => part.isConnected && htmx.ajax("GET", ctx.request.action, { source: part, target: ctx.target, swap: ctx.swap }), 1_500);
  });
  // A refusal that is none of our pages' would take the page's place.
  document.addEventListener("htmx:before:response", (event) => {
    const { response, unsent } = event.detail.ctx;
    if (unsent) return event.preventDefault();
    if (response.status < 400 || response.headers.has("Server-Now")) return;
    Object.assign(event.detail.ctx.hx, { reswap: "none", pushurl: "false" });
    if (!isPart(event.detail.ctx)) desk.say(desk.words("refused"), "late");
  });
})();
