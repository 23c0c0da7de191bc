// A file that is larger than a form may be goes piece by piece, and on where it stopped when the line was broken or the
// session had ended.
const PIECE = 1024 * 1024;
const TRIES = 5;
const ofPage = (page) => page.querySelector("form[data-upload]");

// `isOurs`: the answer of what was asked; else the session has ended, or is another one than the page was made for.
async function post(form, address, fields) {
  const body = new FormData();
  body.set("form", form.elements.form.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body });
  const isOurs = (answer.headers.get("content-type") || "").startsWith("application/json");
  const told = isOurs ? await answer.json() : {};
  return { ok: answer.ok && isOurs, isOurs, again: answer.status === 429 || answer.status >= 500, ...told };
}

// The token that forms of the session have now; false where there is none, or the same.
async function renewed(form) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = ofPage(page)?.elements.form.value;
  if (!token || token === form.elements.form.value) return false;
  form.elements.form.value = token;
  return true;
}

async function patiently(form, address, fields) {
  for (let tried = 1; ; tried += 1) {
    const told = await post(form, address, fields).catch(() => ({ ok: false, isOurs: true, again: true }));
    if (!told.isOurs && !told.again) {
      if (tried < TRIES && (await renewed(form))) continue;
      return { ...told, hasEnded: true };
    }
    if (told.ok || !told.again || tried === TRIES) return told;
    await new Promise((wake) => setTimeout(wake, 500 * 2 ** tried));
  }
}

// Of the first piece; "" on a page that came by http, where browsers have no digests: name and size must do.
async function digestOf(file) {
  if (!crypto.subtle) return "";
  const bytes = await crypto.subtle.digest("SHA-256", await file.slice(0, PIECE).arrayBuffer());
  return [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
}

async function isOfLines(file) {
  if (/\.(jsonl|ndjson)$/i.test(file.name)) return true;
  return (await file.slice(0, 64).text()).replace(/^\ufeff/, "").trimStart().startsWith("{");
}

async function send(form, file) {
  const bar = form.querySelector("progress");
  const said = form.querySelector("[data-told]");
  const signIn = form.querySelector("[data-sign-in]");
  let address = form.dataset.file;
  let position = Number(form.dataset.position || 0);
  if (address && (file.size !== Number(form.dataset.size) || file.name !== form.dataset.name)) {
    said.textContent = form.dataset.other;
    return;
  }
  form.querySelector("button").disabled = true;
  said.textContent = "";
  signIn.hidden = true;
  bar.hidden = false;
  bar.max = file.size;
  let told = { ok: true };
  let digest = address ? await digestOf(file) : "";
  if (!address) {
    const format = (await isOfLines(file)) ? "jsonl" : "csv";
    told = await patiently(form, form.dataset.upload, { name: file.name, size: file.size, format });
    address = told.address;
  }
  while (told.ok && position < file.size) {
    bar.value = position;
    said.textContent = `${Math.floor((100 * position) / file.size)} %`;
    const piece = new File([file.slice(position, position + PIECE)], "piece");
    told = await patiently(form, `${address}/pieces`, { position, piece, first_digest: digest });
    if (told.ok) [position, digest] = [told.position, ""];
  }
  if (told.ok) {
    location.assign(`${address}/columns`);
    return;
  }
  said.textContent = told.error || (told.hasEnded ? form.dataset.ended : form.dataset.failed);
  signIn.hidden = !told.hasEnded;
  const button = form.querySelector("button");
  button.disabled = false;
  if (!address) return;
  button.textContent = form.dataset.continue;
  Object.assign(form.dataset, { file: address, position, size: file.size, name: file.name });
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  for (const one of form.querySelectorAll("[data-without-script]")) one.hidden = true;
  form.addEventListener("submit", (event) => {
    const file = form.elements.file.files[0];
    if (!file || (!form.dataset.file && file.size <= Number(form.dataset.whole))) return;
    event.preventDefault();
    send(form, file);
  });
}
