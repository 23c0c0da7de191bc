// Keys, and a question before changes are lost. Every page works without it.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const go = document.getElementById("go");
const toGo = (event) => {
  event.preventDefault();
  if (!go.open) go.showModal();
  const words = go.querySelector("input");
  words.select();
  words.dispatchEvent(new Event("shown"));
};
addEventListener("keydown", (event) => {
  if (!go || event.isComposing) return;
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) toGo(event);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!go.open || !step) return;
  event.preventDefault();
  const stops = [go.querySelector("input"), ...go.querySelectorAll("a")];
  stops.at((stops.indexOf(document.activeElement) + step) % stops.length).focus();
});
go?.addEventListener("submit", (event) => {
  const first = go.querySelector("a");
  if (!first) return;
  event.preventDefault();
  first.click();
});
document.querySelector("[data-go]")?.addEventListener("click", toGo);
go?.addEventListener("htmx:after:init", (event) => {  // opened before htmx was there to ask for what it shows
  if (go.open) event.target.dispatchEvent(new Event("shown"));
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const search = document.querySelector("[data-search]");
  const shortcuts = document.getElementById("shortcuts");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "/" && go) {  // a page without a search of its own: to anything by its name
    toGo(event);
  } else if (event.key === "?" && !shortcuts.open) {
    shortcuts.showModal();
  }
});

// A form that was refused holds what is not saved from the first; in others something must differ from what it showed.
const touched = new Set();
const differs = (field) => {
  if (!field.name || field.type === "search") return false;  // it is not sent, or not saved
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (!field.options) return "defaultValue" in field && field.value !== field.defaultValue;
  const shown = [...field.options].findIndex((option) => option.defaultSelected);
  return field.multiple
    ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    : field.selectedIndex !== Math.max(shown, 0);
};
// JSON is judged as it is typed; whether it is what the field takes, the server says.
addEventListener("input", ({ target }) => {
  if (!target.dataset.json) return;
  let wrong = "";
  try {
    if (target.value.trim()) JSON.parse(target.value);
  } catch {
    wrong = target.dataset.json;
  }
  target.setCustomValidity(wrong);
  document.getElementById(`${target.id}-json`).textContent = wrong;
});
let sent = false;
addEventListener("input", (event) => {
  const form = event.target.closest("form[method=post]");
  if (form && !form.closest(".bottom, [data-unasked]")) touched.add(form);
});
addEventListener("submit", (event) => { sent ||= !event.submitter?.formTarget; });  // a preview is beside the page
addEventListener("pageshow", () => { sent = false; });
addEventListener("beforeunload", (event) => {
  const unsaved = document.querySelector("form[data-unsaved], form [data-unsaved]") || [...touched].some((form) => [...form.elements].some(differs));
  if (unsaved && !sent) event.preventDefault();
});

// The menu of a narrow screen, which stands beside the page on a wide one.
const side = document.getElementById("side");
side?.addEventListener("toggle", (event) => {
  if (event.newState === "open") side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
});
matchMedia("(max-width: 48rem)").addEventListener("change", () => side?.hidePopover?.());

const local = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
const localize = () => {
  for (const time of document.querySelectorAll("time[datetime]:not([title])")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = time.textContent;
    time.textContent = local.format(at);
  }
};
localize();
addEventListener("htmx:after:swap", localize);
