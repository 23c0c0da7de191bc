// Frames: four bytes of big-endian length, then that many bytes of UTF-8: a flat JSON object. Outwards, a line feed
// and the JSON text of a function's value may follow it, which the other side measures before it reads any of it.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const { parse, stringify } = JSON;
const stdin = Deno.stdin.readable;
const writeSync = Deno.stdout.writeSync.bind(Deno.stdout); // before anybody else's output is kept from it

export async function* readFrames() {
  let buffered = new Uint8Array(0);
  for await (const chunk of stdin) {
    buffered = buffered.length === 0 ? chunk : join(buffered, chunk);
    let at = 0;
    while (buffered.length - at >= 4) {
      const length = new DataView(buffered.buffer, buffered.byteOffset + at, 4).getUint32(0);
      if (buffered.length - at - 4 < length) break;
      yield parse(decoder.decode(buffered.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    if (at > 0) buffered = buffered.slice(at);
  }
}

export function writeFrame(frame, value = null) {
  const head = stringify(frame);
  const body = encoder.encode(value === null ? head : head + "\n" + value);
  const bytes = new Uint8Array(4 + body.length);
  new DataView(bytes.buffer).setUint32(0, body.length);
  bytes.set(body, 4);
  for (let at = 0; at < bytes.length; ) at += writeSync(bytes.subarray(at));
}

function join(a, b) {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
