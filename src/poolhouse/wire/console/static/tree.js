// A nested list of links made a tree (WAI-ARIA): keys, branches fetched when they are opened, moves by dragging.
// Without it the list is what it was: links, each to a page that shows its own branch.
customElements.define("department-tree", class extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector("ul");
    list.setAttribute("role", "tree");
    list.setAttribute("aria-label", this.getAttribute("label"));
    this.typed = "";
    this.dress(list);
    const here = this.querySelector("a[aria-current]")?.closest("li") || list.querySelector("li");
    this.reach(here, false);
    this.setAttribute("live", "");
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (event.target === item && item.hasAttribute("aria-expanded")) this.toggle(item);
      const more = event.target.closest("[data-more] a");
      if (more) { event.preventDefault(); this.more(more.closest("li")); }
    });
    if (this.hasAttribute("moves")) this.drags();
  }

  dress(list) {
    for (const item of list.querySelectorAll("li")) {
      if (item.getAttribute("role")) continue;
      item.setAttribute("role", "treeitem");
      item.tabIndex = -1;
      const link = item.querySelector(":scope > a");
      link.tabIndex = -1;
      item.setAttribute("aria-selected", String(link.hasAttribute("aria-current")));
      const inner = item.querySelector(":scope > ul");
      inner?.setAttribute("role", "group");
      if (inner || item.dataset.branch) item.setAttribute("aria-expanded", String(Boolean(inner)));
      if (this.hasAttribute("moves")) link.draggable = Boolean(item.dataset.id);
    }
  }

  get shown() { return [...this.querySelectorAll("li")].filter((item) => item.checkVisibility()); }

  reach(item, focus = true) {
    if (!item) return;
    for (const other of this.querySelectorAll('li[tabindex="0"]')) other.tabIndex = -1;
    item.tabIndex = 0;
    if (focus) item.focus();
  }

  async part(address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.redirected || !answer.ok) { location.assign(address); return null; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("ul[data-children]");
  }

  async toggle(item, open = item.getAttribute("aria-expanded") !== "true") {
    let inner = item.querySelector(":scope > ul");
    if (open && !inner) {
      item.setAttribute("aria-busy", "true");
      const part = await this.part(item.dataset.branch);
      item.removeAttribute("aria-busy");
      if (!part) return;
      inner = item.querySelector(":scope > ul");
      if (!inner) {
        inner = document.importNode(part, true);
        inner.removeAttribute("class");
        inner.setAttribute("role", "group");
        item.append(inner);
        this.dress(inner);
      }
    }
    if (inner) inner.hidden = !open;
    item.setAttribute("aria-expanded", String(open));
  }

  async more(item) {
    const part = await this.part(item.querySelector("a").href);
    if (!part) return;
    const known = new Set([...item.parentElement.children].map((one) => one.dataset.id));
    const fresh = [...part.children].filter((one) => !one.dataset.id || !known.has(one.dataset.id))
      .map((one) => document.importNode(one, true));
    const parent = item.parentElement;
    item.replaceWith(...fresh);
    this.dress(parent);
    this.reach(fresh[0]);
  }

  async key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const item = event.target.closest("li");
    if (!item) return;
    const shown = this.shown, at = shown.indexOf(item), expanded = item.getAttribute("aria-expanded");
    if (event.key === "ArrowDown") this.reach(shown[at + 1]);
    else if (event.key === "ArrowUp") this.reach(shown[at - 1]);
    else if (event.key === "Home") this.reach(shown[0]);
    else if (event.key === "End") this.reach(shown.at(-1));
    else if (event.key === "ArrowRight" && expanded === "false") await this.toggle(item, true);
    else if (event.key === "ArrowRight" && expanded === "true") this.reach(item.querySelector("li"));
    else if (event.key === "ArrowLeft" && expanded === "true") await this.toggle(item, false);
    else if (event.key === "ArrowLeft") this.reach(item.parentElement.closest("li"));
    else if (event.key === "Enter" || event.key === " ") item.querySelector(":scope > a").click();
    else if (event.key.length === 1 && event.key !== "?") this.type(event.key, shown, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  type(letter, shown, at) {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => { this.typed = ""; }, 700);
    this.typed += letter.toLocaleLowerCase();
    const from = this.typed.length > 1 ? at : at + 1;
    const order = [...shown.slice(from), ...shown.slice(0, from)];
    this.reach(order.find((one) => one.querySelector("a").textContent.trim().toLocaleLowerCase().startsWith(this.typed)));
  }

  drags() {
    let moved = null;
    const target = (event) => {
      const item = event.target.closest("li[data-id]");
      return moved && item && !moved.contains(item) && item !== moved.parentElement.closest("li") ? item : null;
    };
    this.addEventListener("dragstart", (event) => {
      moved = event.target.closest("li[data-id]");
      event.dataTransfer.effectAllowed = "move";
    });
    this.addEventListener("dragover", (event) => {
      for (const one of this.querySelectorAll(".over")) one.classList.remove("over");
      const item = target(event);
      if (item) { event.preventDefault(); item.classList.add("over"); }
    });
    this.addEventListener("dragend", () => {
      for (const one of this.querySelectorAll(".over")) one.classList.remove("over");
      moved = null;
    });
    this.addEventListener("drop", (event) => {
      const item = target(event);
      if (!item) return;
      event.preventDefault();
      const from = encodeURIComponent(moved.dataset.id), to = encodeURIComponent(item.dataset.id);
      location.assign(`${this.getAttribute("moves")}${from}/move?to=${to}`);
    });
  }
});
