// Swagger UI over /openapi.json. In the console a try goes to the console, which carries it out as the administrator;
// nothing here knows a token.
const root = document.getElementById("explorer");
const { samples, call, form, words } = JSON.parse(root.dataset.facts);

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => {
  const { theme } = document.documentElement.dataset;
  document.documentElement.classList.toggle("dark-mode", theme === "dark" || (theme === "auto" && dark.matches));
};
dark.addEventListener("change", setTheme);
setTheme();

// The call in each language, under the parameters of its operation. One choice of language holds for all.
let chosen = "";
class CallSamples extends HTMLElement {
  async connectedCallback() {
    if (this.childElementCount) return;
    const answer = await fetch(`${samples}/${this.getAttribute("operation")}`);
    if (answer.ok) this.draw(await answer.json());
  }

  draw(all) {
    const make = (tag, facts) => Object.assign(document.createElement(tag), facts);
    const heading = make("h4", { textContent: words.samples });
    const bar = make("div", { className: "languages", role: "group", ariaLabel: words.samples });
    const source = make("code");
    const text = make("pre", { tabIndex: 0, role: "region", ariaLabel: words.samples });
    text.append(source);
    const copy = make("button", { type: "button", className: "quiet copy", textContent: words.copy });
    const buttons = all.map((one) => make("button", { type: "button", className: "quiet", textContent: one.lang }));
    this.show = () => {
      const at = Math.max(0, all.findIndex((one) => one.lang === chosen));
      source.textContent = all[at].source;
      buttons.forEach((button, place) => { button.ariaPressed = String(place === at); });
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        chosen = button.textContent;
        for (const other of document.querySelectorAll("call-samples")) other.show?.();
      });
    }
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent);
      copy.textContent = words.copied;
      setTimeout(() => { copy.textContent = words.copy; }, 2000);
    });
    bar.append(...buttons, ...(navigator.clipboard ? [copy] : []));
    this.append(heading, bar, text);
    this.show();
  }
}
customElements.define("call-samples", CallSamples);

const start = (spec) => {
  const asAdministrator = new Set();
  for (const [url, operations] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (!call || operation.security) continue;
      operation.security = [];
      asAdministrator.add(`${method.toUpperCase()} ${url}`);
    }
  }
  const idOf = (url, method) => spec.paths[url]?.[method]?.operationId;

  const sent = (request) => {
    const to = new URL(request.url, location.href);
    const method = (request.method || "GET").toUpperCase();
    if (!asAdministrator.has(`${method} ${to.pathname}`)) return request;
    const fields = { form, method, path: to.pathname + to.search, body: request.body ?? "" };
    return {
      ...request, url: new URL(call, location.href).href, method: "POST", credentials: "same-origin",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "*/*" },
      body: new URLSearchParams(fields).toString(),
    };
  };
  // A call whose session is over is answered by a page: where to sign in, or the one that asks to, which would hold
  // the call and do it then. That page is not shown here, so the call is not done.
  const isOver = (response) => {
    const { pathname } = new URL(response.url, location.href);
    const isPage = String(response.headers["content-type"] ?? "").startsWith("text/html");
    return pathname.startsWith("/console/sign-in") || (pathname === call && response.status === 401 && isPage);
  };
  const answered = (response) => {
    if (!call || !isOver(response)) return response;
    const text = JSON.stringify({ message: words.ended });
    return { ...response, ok: false, status: 401, text, data: text, body: { message: words.ended }, headers: { "content-type": "application/json" } };
  };

  // An operation is found by any part of its path or of what it does; Swagger UI itself looks at families only.
  const wanted = (operations, phrase) => {
    const parts = phrase.toLowerCase().split(/\s+/).filter(Boolean);
    return operations
      .map((family) => family.update("operations", (all) => all.filter((one) => {
        const text = `${one.get("path")} ${one.getIn(["operation", "summary"])}`.toLowerCase();
        return parts.every((part) => text.includes(part));
      })))
      .filter((family) => family.get("operations").size);
  };
  const withSamples = (Original, system) => (props) => {
    const { createElement, Fragment } = system.React;
    const operation = idOf(props.path, props.method);
    return createElement(Fragment, null,
      operation ? createElement("call-samples", { operation }) : null, createElement(Original, props));
  };
  // The address of an operation is in the location once it is open; a link within its button would be two at once.
  const asText = (Original, system) => ({ text }) => system.React.createElement("span", null, text);
  const ui = { React: null };
  // Its own layout has a title and a `main`; the page has both already.
  const Layout = ({ getComponent }) => {
    const { createElement } = ui.React;
    const parts = ["errors", "AuthorizeBtnContainer", "FilterContainer", "operations"];
    return createElement("div", { className: "swagger-ui" }, createElement(getComponent("SvgAssets")),
      ...parts.map((part) => createElement(getComponent(part, true), { key: part })));
  };
   SwaggerUIBundle({
    domNode: root,
    spec,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    showMutatedRequest: false,
    tagsSorter: "alpha",
    syntaxHighlight: { activated: false },
    validatorUrl: null,
    requestInterceptor: sent,
    responseInterceptor: answered,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "Layout",
    plugins: [SwaggerUIBundle.plugins.DownloadUrl, (system) => {
      ui.React = system.React;
      return { fn: { opsFilter: wanted }, components: { Layout }, wrapComponents: { responses: withSamples, DeepLink: asText } };
    }],
  });
};

// What Swagger UI leaves out for whoever does not see it: it draws anew at any time, so this looks again each time.
const mend = () => {
  for (const search of root.querySelectorAll(".operation-filter-input:not([data-search])")) {
    Object.assign(search, { placeholder: words.search, ariaLabel: words.search, type: "search" });
    search.dataset.search = "";
  }
  for (const field of root.querySelectorAll(":is(textarea, input, select):not([aria-label], [id])")) {
    const row = field.closest("tr, .opblock-section-request-body");
    field.ariaLabel = (row?.dataset.paramName || row?.querySelector(".parameter__name, h4")?.textContent || words.value).trim();
  }
  for (const text of root.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0;
};
new MutationObserver(mend).observe(root, { childList: true, subtree: true });

fetch("/openapi.json").then((answer) => answer.json()).then(start);
