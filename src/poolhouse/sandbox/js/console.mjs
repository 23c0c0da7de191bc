// What a script prints, kept per call and cut at a limit.

import { formatWithOptions } from "node:util";

const options = { depth: 4, maxArrayLength: 50, maxStringLength: 4096, breakLength: 110, customInspect: false, colors: false };

export class Recording {
  constructor(limitBytes) {
    this.lines = [];
    this.left = limitBytes;
    this.cut = false;
  }

  write(level, args) {
    if (this.cut) return;
    let text;
    try {
      text = formatWithOptions(options, ...args);
    } catch {
      text = "[a value that cannot be printed]";
    }
    // A UTF-16 unit is at most three bytes of UTF-8; counting units times three would waste most of the limit.
    const size = Buffer.byteLength(text) + 1;
    if (size > this.left) {
      text = text.slice(0, Math.max(0, Math.floor(this.left / 3)));
      this.cut = true;
    }
    this.left -= size;
    this.lines.push([level, text]);
  }
}
