async function login() {
  const all = [];
  for (let i = 0; i < 20; i++) all.push(new Uint8Array(100 * 1024 * 1024).fill(1));
  return all.length;
}
