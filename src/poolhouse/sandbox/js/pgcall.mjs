// What `pg` keeps for everybody, kept for one call: the parsers of types, and the defaults of connections.

import { freezeAll } from "./frozen.mjs";
import { zonedPg } from "./zones.mjs";

const { defineProperty, entries, fromEntries } = Object;

/** Once a worker: `pg` reads times in the connection's zone, and keeps what it has now. */
export function settle(real) {
  zonedPg(real.types);
  real.types.setTypeParser = () => {};
  freezeAll([real.types, real.defaults], true);
}

export class PgOfCall {
  #real = null;
  #defaults = null;
  #own = null;
  types = null;

  /** Gives the call's view of the module its own `types` and `defaults`. */
  give(module, real) {
    this.#real = real;
    const own = (this.#own = new real.TypeOverrides());
    this.types = {
      builtins: { ...real.types.builtins }, arrayParser: { ...real.types.arrayParser },
      setTypeParser: (...args) => own.setTypeParser(...args), getTypeParser: (...args) => own.getTypeParser(...args),
    };
    module.types = this.types;
    const bigint = [20, 1016].map((oid) => [oid, own.getTypeParser(oid), own.getTypeParser(oid === 20 ? 23 : 1007)]);
    this.#defaults = module.defaults;
    defineProperty(this.#defaults, "parseInt8", {
      set: (wanted) => bigint.forEach(([oid, text, number]) => own.setTypeParser(oid, wanted ? number : text)),
      configurable: true,
    });
  }

  /** A client's arguments, with what the call changed in `pg.defaults` wherever they say nothing. */
  configured([config, ...rest]) {
    const changed = entries(this.#defaults).filter(([key, value]) => value !== this.#real.defaults[key] && typeof value !== "object");
    if (changed.length === 0) return [config, ...rest];
    const given = typeof config === "string" ? { connectionString: config } : config ?? {};
    return [{ ...fromEntries(changed), ...given }, ...rest];
  }

  /** `client` reads its rows as the call wants them, unless its own configuration says how. */
  typed(client, config) {
    if (!config?.types) client._types = new this.#real.TypeOverrides(this.types);
    return client;
  }
}
