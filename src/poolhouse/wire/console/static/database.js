// The test button answers in place, so that a typed password stays typed. Without this file the page comes back whole.
document.querySelector("form[data-tests]")?.addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "test") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const form = event.target, button = event.submitter;
  const shown = document.getElementById(form.dataset.tests);
  const body = new URLSearchParams(new FormData(form, button)); // of a disabled button nothing would be sent
  button.disabled = true;
  shown.textContent = form.dataset.testing;
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(form.dataset.tests);
    found?.querySelector("[data-without-script]")?.remove();
    const said = found?.childElementCount ? [...found.childNodes] : [...page.querySelectorAll("main .error, main .notice")].slice(0, 1);
    shown.replaceChildren(...said);
  } finally {
    button.disabled = false;
  }
}, { capture: true });
