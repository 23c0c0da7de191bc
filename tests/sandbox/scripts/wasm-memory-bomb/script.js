async function login() {
  const memory = new WebAssembly.Memory({ initial: 20000 });
  new Uint8Array(memory.buffer).fill(1);
  return memory.buffer.byteLength;
}
