// A button beside what is to be pasted elsewhere. Where the browser lets no page write to the clipboard there is none.
customElements.define("copy-text", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard || this.querySelector("button")) return;
    const { label, copy, copied } = this.dataset;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "quiet small", textContent: copy, ariaLabel: `${copy}: ${label}` });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.querySelector("code").textContent);
      button.textContent = copied;
      setTimeout(() => { button.textContent = copy; }, 2000);
    });
    this.append(button);
  }
});
