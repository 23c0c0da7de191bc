// The calls of mongodb 2 and 3 that Auth0's scripts are written in, over the driver there is: callbacks, and the names
// the driver has dropped.

const { apply, get } = Reflect;
// Methods whose last argument is a function that is no callback.
const TAKE_FUNCTIONS = new Set(["on", "once", "off", "addListener", "removeListener", "forEach", "map", "withSession"]);
const DROPPED = ["autoReconnect", "keepAlive", "native_parser", "poolSize", "reconnectInterval", "reconnectTries", "safe",
  "useNewUrlParser", "useUnifiedTopology"];

const isPlain = (update) => Object.keys(update ?? {}).every((key) => !key.startsWith("$"));
const named = {
  insert: (of, documents, options) => Array.isArray(documents) ? of.insertMany(documents, options) : of.insertOne(documents, options),
  update: (of, filter, update, options) => options?.multi ? of.updateMany(filter, update, options)
    : isPlain(update) ? of.replaceOne(filter, update, options) : of.updateOne(filter, update, options),
  remove: (of, filter, options) => options?.single || options?.justOne ? of.deleteOne(filter ?? {}) : of.deleteMany(filter ?? {}),
};

export function mongodb(module) {
  const { MongoClient, Db, Collection, AbstractCursor } = module;
  const kinds = [MongoClient, Db, Collection, AbstractCursor];

  const methodOf = (target, name) => {
    if (target instanceof Collection && Object.hasOwn(named, name)) return (...args) => named[name](target, ...args);
    // What mongodb 2 gave for a client was a database.
    if (target instanceof MongoClient && name === "collection") return (...args) => target.db().collection(...args);
    return get(target, name, target);
  };

  const answerOf = (value) => {
    if (kinds.some((kind) => value instanceof kind)) return dressed(value);
    if (value?.acknowledged === undefined) return value;
    const n = value.matchedCount ?? value.deletedCount ?? value.insertedCount ?? 1;
    return { ...value, result: { ok: 1, n, nModified: value.modifiedCount ?? 0 } };
  };

  const dressed = (target) => new Proxy(target, {
    get(_, name) {
      const method = methodOf(target, name);
      if (typeof method !== "function" || name === "constructor") return method;
      return (...args) => {
        const back = typeof args.at(-1) === "function" && !TAKE_FUNCTIONS.has(name) ? args.pop() : null;
        const result = apply(method, target, args);
        const promised = typeof result?.then === "function";
        if (back) {
          Promise.resolve(result).then((value) => back(null, answerOf(value)), (error) => back(error));
          return undefined;
        }
        return promised ? result.then(answerOf) : answerOf(result);
      };
    },
  });

  const open = (uri, { poolSize, ...options } = {}) => {
    for (const name of DROPPED) delete options[name];
    return dressed(new MongoClient(uri, poolSize ? { ...options, maxPoolSize: poolSize } : options));
  };

  function Client(uri, options) {
    return open(uri, options);
  }
  Client.connect = (uri, options, back = options) => open(uri, typeof options === "function" ? {} : options)
    .connect(...(typeof back === "function" ? [back] : []));

  return Object.create(module, {
    MongoClient: { value: Client, enumerable: true },
    ObjectID: { value: module.ObjectId, enumerable: true },
  });
}

/** The global: `mongo(uri, (db) => ...)`. */
export const mongo = (module) => {
  const dressed = mongodb(module);
  const open = (uri, back) => {
    dressed.MongoClient.connect(uri, (error, client) => {
      if (error) throw error;
      back(client.db());
    });
  };
  return Object.setPrototypeOf(open, dressed);
};
