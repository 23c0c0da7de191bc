// A file that is larger than a form may be goes piece by piece, and on where it stopped when the line was broken.
const PIECE = 1024 * 1024;
const TRIES = 5;

async function post(address, token, fields) {
  const body = new FormData();
  body.set("form", token);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body });
  const isOurs = (answer.headers.get("content-type") || "").startsWith("application/json");
  const told = isOurs ? await answer.json() : {};
  return { ok: answer.ok && isOurs, again: answer.status === 429 || answer.status >= 500, ...told };
}

async function patiently(address, token, fields) {
  for (let tried = 1; ; tried += 1) {
    const told = await post(address, token, fields).catch(() => ({ ok: false, again: true }));
    if (told.ok || !told.again || tried === TRIES) return told;
    await new Promise((wake) => setTimeout(wake, 500 * 2 ** tried));
  }
}

async function isOfLines(file) {
  if (/\.(jsonl|ndjson)$/i.test(file.name)) return true;
  return (await file.slice(0, 64).text()).replace(/^\ufeff/, "").trimStart().startsWith("{");
}

async function send(form, file) {
  const token = form.elements.form.value;
  const bar = form.querySelector("progress");
  const said = form.querySelector("[data-told]");
  let address = form.dataset.file;
  let position = Number(form.dataset.position || 0);
  if (address && file.size !== Number(form.dataset.size)) {
    said.textContent = form.dataset.other;
    return;
  }
  form.querySelector("button").disabled = true;
  bar.hidden = false;
  bar.max = file.size;
  let told = { ok: true };
  if (!address) {
    const format = (await isOfLines(file)) ? "jsonl" : "csv";
    told = await patiently(form.dataset.upload, token, { name: file.name, size: file.size, format });
    address = told.address;
  }
  while (told.ok && position < file.size) {
    bar.value = position;
    said.textContent = `${Math.floor((100 * position) / file.size)} %`;
    const piece = new File([file.slice(position, position + PIECE)], "piece");
    told = await patiently(`${address}/pieces`, token, { position, piece });
    if (told.ok) position = told.position;
  }
  if (told.ok) {
    location.assign(`${address}/columns`);
    return;
  }
  said.textContent = told.error || form.dataset.failed;
  form.querySelector("button").disabled = false;
  if (address) Object.assign(form.dataset, { file: address, position, size: file.size });
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
