// What a script prints, kept per call and cut at a limit.

import { formatWithOptions } from "node:util";

const options = { depth: 4, maxArrayLength: 50, maxStringLength: 4096, breakLength: 110, customInspect: false, colors: false };

export class Recording {
  /** `lines` are texts, the first letter of their level before each. */
  constructor(limitBytes, limitLines) {
    this.lines = [];
    this.left = limitBytes;
    this.most = limitLines;
    this.cut = false;
  }

  write(level, args) {
    if (this.cut) return;
    if (this.lines.length >= this.most) {
      this.cut = true;
      return;
    }
    let text;
    try {
      text = formatWithOptions(options, ...args).toWellFormed();
    } catch {
      text = "[a value that cannot be printed]";
    }
    // As it travels, in JSON, where one unit is at most six bytes; counting each as six would waste the limit.
    const size = Buffer.byteLength(JSON.stringify(text)) + 1;
    if (size > this.left) {
      text = text.slice(0, Math.max(0, Math.floor(this.left / 6))).toWellFormed();
      this.cut = true;
    }
    this.left -= size;
    this.lines.push(level[0] + text);
  }
}
