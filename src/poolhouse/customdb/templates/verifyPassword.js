// Judges the stored passwords of this pool that no verifier of the server knows: `hash` and `salt` are as they
// were brought in (`keepPassword`, an import). Answers true or false; what it throws tells nobody a wrong password.
// This one is for hex of SHA-256 over the salt and the password.
async function verifyPassword(password, hash, salt, user) {
  const bytes = new TextEncoder().encode((salt ?? '') + password);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === hash.toLowerCase();
}
