// Asks the browser for a passkey, and puts what it answers into the form around the button.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const read = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...Object.fromEntries(
    ["excludeCredentials", "allowCredentials"].filter((list) => options[list]).map(
      (list) => [list, options[list].map((one) => ({ ...one, id: bytes(one.id) }))],
    ),
  ),
});

const written = ({ id, type, response }) => {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const held = names.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id, type, response: Object.fromEntries(held) });
};

const asked = async (form) => {
  if (form.dataset.options) return { options: JSON.parse(form.dataset.options) };
  const { form: token, mfa } = form.elements;
  const sent = new URLSearchParams({ form: token.value, ...(mfa && { mfa: mfa.value }) });
  const answer = await fetch(form.dataset.begin, { method: "POST", body: sent });
  if (!answer.ok) throw new Error("begin");
  return answer.json();
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const said = form.querySelector("[role=status]");
  const say = (word) => { said.textContent = form.dataset[word] ?? ""; };
  if (form.dataset.closed) continue;
  if (!globalThis.PublicKeyCredential) {
    say("unknown");
    continue;
  }
  say("");
  form.hidden = false;
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      const { options, ticket } = await asked(form);
      const publicKey = read(options);
      const found = await (form.dataset.options
        ? navigator.credentials.create({ publicKey })
        : navigator.credentials.get({ publicKey }));
      if (ticket) form.elements.ticket.value = ticket;
      form.elements.credential.value = written(found);
      button.disabled = false;
      form.requestSubmit(button);
    } catch (error) {
      button.disabled = false;
      say({ InvalidStateError: "there", NotAllowedError: "cancelled", AbortError: "cancelled" }[error.name] ?? "lost");
    }
  });
}
