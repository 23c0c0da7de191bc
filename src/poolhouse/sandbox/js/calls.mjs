// Which call the running code belongs to: through awaits, and through the functions it hands to timers and drivers.

import { AsyncLocalStorage } from "node:async_hooks";

const running = new AsyncLocalStorage();
const GRACE_MS = 1000;

/** The call whose code runs now; null in what a library does by itself. */
export const currentCall = () => running.getStore() ?? null;

export class Call {
  /** Rejects with what fails the call from outside of its promise. */
  failed;
  #fail;
  #timer = null;
  settled = false;

  /** `log(level, args)` writes a line of its console; `stray(error)` hears what comes after the answer. */
  constructor(log, stray) {
    this.log = log;
    this.stray = stray;
    this.failed = new Promise((_, reject) => { this.#fail = reject; });
    this.failed.catch(() => {});
  }

  run(f) {
    return running.run(this, f);
  }

  /** `f` for a timer or a driver to call: what it throws fails this call, as nobody else would hear of it. */
  own(f) {
    if (typeof f !== "function") return f;
    const call = this;
    return function (...args) {
      return running.run(call, () => {
        try {
          return Reflect.apply(f, this, args);
        } catch (error) {
          call.threw(error);
        }
      });
    };
  }

  threw(error) {
    if (this.settled) this.stray(error);
    else this.#fail(error);
  }

  /** An error nobody listens to. Node would end here; a call that can do without has a moment to answer. */
  unheard(error) {
    if (!this.settled) this.#timer ??= setTimeout(this.#fail, GRACE_MS, error);
  }

  settle() {
    this.settled = true;
    clearTimeout(this.#timer);
    this.#fail(null); // who waits for `failed` is let go, with all that hangs on it
  }
}
