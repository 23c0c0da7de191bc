// What an answer is waited for is busy, and a thin bar stands above the page, once it takes longer than a moment.
const AFTER_MS = 300;
const waits = new Map();  // what is waited for: its timer, and what is busy meanwhile

const show = () => {
  document.documentElement.toggleAttribute("data-waiting", [...waits.values()].some((one) => one.isShown));
};
const begin = (what, busy) => {
  end(what);
  const wait = { busy, isShown: false };
  wait.timer = setTimeout(() => {
    busy.setAttribute("aria-busy", "true");
    wait.isShown = true;
    show();
  }, AFTER_MS);
  waits.set(what, wait);
};
const end = (what) => {
  const wait = waits.get(what);
  if (!wait) return;
  clearTimeout(wait.timer);
  waits.delete(what);
  if (![...waits.values()].some((other) => other.busy === wait.busy)) wait.busy.removeAttribute("aria-busy");
  show();
};

// Parts of a page. What it looks at by itself every few seconds keeps nobody waiting.
addEventListener("htmx:before:request", ({ target, detail }) => {
  if (target.getAttribute("hx-trigger")?.startsWith("every")) return;
  const into = detail.ctx.target;
  begin(detail.ctx, into instanceof Element ? into : target);
});
for (const name of ["htmx:after:request", "htmx:error", "htmx:finally:request"]) {
  addEventListener(name, ({ detail }) => end(detail.ctx));
}

// The next page. A file that is downloaded leaves this one where it is; so does whoever was asked and stays.
const main = document.querySelector("main");
const leaves = (event) => {
  if (!event.defaultPrevented) begin("page", main);
};
addEventListener("submit", (event) => {
  const by = event.submitter;
  if (event.target.method === "dialog" || event.target.target || by?.formTarget) return;
  if (event.target.matches("[data-download]") || by?.matches("[data-download]")) return;
  leaves(event);
});
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  leaves(event);
});
for (const name of ["pageshow", "pointerdown", "keydown"]) addEventListener(name, () => end("page"));
