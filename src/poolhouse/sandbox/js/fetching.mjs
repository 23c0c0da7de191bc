// `node-fetch` and `request` for scripts that have them: facades of ours over the runtime's fetch and over axios. The
// originals are unmaintained, and open sockets of their own.

import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { EventEmitter } from "node:events";
import { freezeAll } from "./frozen.mjs";

const outerRequire = createRequire(import.meta.url);
const { assign, entries, fromEntries, keys } = Object;

const refusedByName = (module, option) => {
  throw new TypeError(`${module} is a facade here; its option ${option} is not supported`);
};

const systemCodes = [[/refused/i, "ECONNREFUSED"], [/reset/i, "ECONNRESET"], [/timed out/i, "ETIMEDOUT"],
  [/dns|resolve|lookup/i, "ENOTFOUND"]];

class FetchError extends Error {
  constructor(message, type, cause) {
    super(message, { cause });
    this.name = "FetchError";
    this.type = type;
    if (type === "system") this.code = this.errno = systemCodes.find(([words]) => words.test(cause.message))?.[1];
  }
}

class AbortError extends Error {
  constructor(message) {
    super(message);
    this.name = "AbortError";
    this.type = "aborted";
  }
}

freezeAll([FetchError, AbortError]);

const redirects = new Set([301, 302, 303, 307, 308]);

/** `require('node-fetch')`: version 2's function, which `.default` of version 3 is too. */
export function nodeFetch(call) {
  const { fetch, Headers, Request, Response, Blob, File, FormData } = call.lent;

  const withBuffer = (response, size, url) => {
    const headers = response.headers;
    headers.raw = () => {
      const raw = {};
      for (const [name, value] of headers) (raw[name] ??= []).push(value);
      return raw;
    };
    const buffer = async () => {
      const bytes = Buffer.from(await response.arrayBuffer());
      if (size && bytes.length > size) throw new FetchError(`content size at ${url} over limit: ${size}`, "max-size");
      return bytes;
    };
    const body = response.body;
    let stream = null;
    const more = { buffer, size: size ?? 0 };
    if (size) assign(more, {
      text: async () => (await buffer()).toString(),
      json: async () => JSON.parse((await buffer()).toString()),
    });
    for (const [name, value] of entries(more)) Object.defineProperty(response, name, { value, configurable: true });
    Object.defineProperty(response, "body", {
      get: () => (stream ??= body && Readable.fromWeb(body)), configurable: true,
    });
    // Reading `body` as a stream is one way of reading; the others are the response's own and must find it unlocked.
    return response;
  };

  const nodeFetch = async (url, { timeout, size, follow, agent, compress, counter, signal, ...options } = {}) => {
    if (agent?.options?.rejectUnauthorized === false) refusedByName("node-fetch", "agent.rejectUnauthorized");
    const limit = timeout ? AbortSignal.timeout(timeout) : null;
    const signals = [signal, limit].filter(Boolean);
    if (follow === 0) options.redirect = "manual";
    if (options.body && typeof options.body.pipe === "function") options.body = Buffer.concat(await Array.fromAsync(options.body));
    const address = String(url?.url ?? url);
    try {
      const given = { ...options, ...(signals.length > 0 && { signal: AbortSignal.any(signals) }) };
      return withBuffer(await fetch(url, given), size, address);
    } catch (error) {
      if (limit?.aborted) throw new FetchError(`network timeout at: ${address}`, "request-timeout", error);
      if (signal?.aborted) throw new AbortError("The user aborted a request.");
      throw new FetchError(`request to ${address} failed, reason: ${error.message}`, "system", error);
    }
  };
  return assign(nodeFetch, {
    default: nodeFetch, Headers, Request, Response, Blob, File, FormData, FetchError, AbortError,
    isRedirect: (code) => redirects.has(code),
  });
}

const known = new Set(["url", "uri", "baseUrl", "method", "headers", "qs", "qsStringifyOptions", "qsParseOptions",
  "useQuerystring", "body", "json", "form", "formData", "multipart", "auth", "timeout", "followRedirect",
  "followAllRedirects", "followOriginalHttpMethod", "removeRefererHeader", "maxRedirects", "encoding", "gzip", "time",
  "forever", "pool", "agent", "strictSSL", "rejectUnauthorized", "callback", "simple", "resolveWithFullResponse",
  "transform", "transform2xxOnly", "jsonReviver", "jsonReplacer", "jar", "proxy"]);

/** `require('request')`; with `promised`, `request-promise` and its -native sibling. */
export function request(call, promised = false) {
  const name = promised ? "request-promise" : "request";
  const axios = call.axios();
  const qs = outerRequire("qs");

  function settings(options) {
    for (const key of keys(options)) if (!known.has(key) && options[key] !== undefined) refusedByName(name, key);
    for (const key of ["strictSSL", "rejectUnauthorized"]) if (options[key] === false) refusedByName(name, `${key}: false`);
    for (const key of ["multipart", "jar", "proxy"]) if (options[key]) refusedByName(name, key);
    const given = options.url ?? options.uri;
    if (given === undefined || given === null) throw new Error("options.uri is a required argument");
    const headers = fromEntries(entries(options.headers ?? {}).filter(([, value]) => value !== undefined));
    const has = (header) => keys(headers).some((one) => one.toLowerCase() === header);
    const address = typeof given === "string" ? given : given.href;
    const url = new URL(options.baseUrl ? `${options.baseUrl.replace(/\/$/, "")}/${address.replace(/^\//, "")}` : address);
    if (options.qs) {
      const merged = { ...qs.parse(url.search.slice(1)), ...options.qs };
      url.search = qs.stringify(merged, options.qsStringifyOptions);
    }
    const auth = options.auth;
    const secret = auth && (typeof auth.bearer === "function" ? auth.bearer() : auth.bearer);
    if (auth && secret !== undefined) headers.Authorization = `Bearer ${secret ?? ""}`;
    else if (auth) headers.Authorization = basic(auth.user ?? auth.username, auth.pass ?? auth.password);
    else if (url.username) headers.Authorization = basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
    url.username = url.password = "";
    let body = options.body;
    if (options.form !== undefined) {
      body = typeof options.form === "string" ? options.form : qs.stringify(options.form, options.qsStringifyOptions);
      if (!has("content-type")) headers["Content-Type"] = "application/x-www-form-urlencoded";
    } else if (options.formData) {
      body = multipart(options.formData);
    } else if (options.json) {
      const value = typeof options.json === "boolean" ? body : options.json;
      if (value !== undefined) {
        body = JSON.stringify(value, options.jsonReplacer);
        if (!has("content-type")) headers["Content-Type"] = "application/json";
      }
    } else if (body !== undefined && typeof body !== "string" && !Buffer.isBuffer(body) && !Array.isArray(body)) {
      throw new Error("Argument error, options.body.");
    } else if (Array.isArray(body)) body = Buffer.concat(body.map((part) => Buffer.from(part)));
    if (options.json && !has("accept")) headers.Accept = "application/json";
    const method = (options.method ?? "GET").toUpperCase();
    const follows = options.followAllRedirects || (options.followRedirect !== false && ["GET", "HEAD"].includes(method));
    return {
      url: url.href, method, headers: { "User-Agent": null, ...headers }, data: body, timeout: options.timeout ?? 0,
      maxRedirects: follows ? options.maxRedirects ?? 10 : 0, responseType: "arraybuffer", validateStatus: () => true,
      transformRequest: [(data) => data], maxBodyLength: Infinity, proxy: false,
    };
  }

  const basic = (user, password) => `Basic ${Buffer.from(`${user ?? ""}:${password ?? ""}`).toString("base64")}`;

  function multipart(fields) {
    const form = new (outerRequire("form-data"))();
    for (const [field, given] of entries(fields)) {
      for (const one of [given].flat()) {
        if (one && typeof one === "object" && "value" in one) form.append(field, one.value, one.options);
        else form.append(field, one);
      }
    }
    return form;
  }

  function read(answer, options) {
    const bytes = Buffer.from(answer.data);
    let body = options.encoding === null ? bytes : bytes.toString(options.encoding ?? "utf8");
    if (options.json && options.encoding !== null) try { body = JSON.parse(body, options.jsonReviver); } catch { /* text then */ }
    const { method, url } = answer.config;
    const response = {
      statusCode: answer.status, statusMessage: answer.statusText, headers: { ...answer.headers }, body,
      request: { method, href: url, uri: new URL(url), headers: { ...answer.config.headers } },
    };
    return Object.defineProperty(response, "toJSON", { value: () => ({ ...response, request: { ...response.request, uri: url } }) });
  }

  function fault(error, timeout) {
    if (error.code !== "ECONNABORTED" || !timeout) return error;
    return assign(new Error("ESOCKETTIMEDOUT"), { code: "ESOCKETTIMEDOUT", connect: false });
  }

  class Asked extends EventEmitter {
    constructor(options) {
      super();
      this.options = options;
      this.done = new Promise((resolve, reject) => queueMicrotask(() => this.#send().then(resolve, reject)));
      this.done.catch(() => {});
    }
    async #send() {
      const { options } = this;
      this.controller = new AbortController();
      try {
        const answer = await axios.request({ ...settings(options), signal: this.controller.signal });
        const response = read(answer, options);
        this.emit("response", response);
        this.emit("data", response.body);
        this.emit("end");
        options.callback?.(null, response, response.body);
        this.emit("complete", response, response.body);
        return response;
      } catch (problem) {
        if (this.aborted) return this.emit("abort");
        const error = fault(problem, options.timeout);
        if (options.callback) options.callback(error);
        else if (this.listenerCount("error") > 0) this.emit("error", error);
        throw error;
      }
    }
    abort() {
      this.aborted = true;
      this.controller?.abort();
    }
    form(fields) { return this.#with({ form: fields }); }
    json(value) { return this.#with({ json: value }); }
    qs(fields) { return this.#with({ qs: fields }); }
    auth(user, pass, _sendImmediately, bearer) { return this.#with({ auth: bearer === undefined ? { user, pass } : { bearer } }); }
    setHeader(header, value) { return this.#with({ headers: { ...this.options.headers, [header]: value } }); }
    pipe() { refusedByName(name, "pipe()"); }
    #with(more) {
      assign(this.options, more);
      return this;
    }
    // Only for request-promise.
    promise() {
      const { simple = true, resolveWithFullResponse: whole = false, transform } = this.options;
      return (this.promised ??= this.done.catch((error) => {
        throw assign(new Error(String(error)), { name: "RequestError", cause: error, error, options: this.options });
      }).then((response) => {
        const good = response.statusCode >= 200 && response.statusCode < 300;
        const told = transform && (good || !this.options.transform2xxOnly) ? transform(response.body, response, whole) : whole ? response : response.body;
        if (good || !simple) return told;
        const { statusCode, body } = response;
        throw assign(new Error(`${statusCode} - ${typeof body === "string" ? body : JSON.stringify(body)}`),
          { name: "StatusCodeError", statusCode, error: body, options: this.options, response: told });
      }));
    }
  }
  if (promised) {
    for (const method of ["then", "catch", "finally"]) {
      Asked.prototype[method] = function (...args) { return this.promise()[method](...args); };
    }
  }

  function asker(defaults, method) {
    const ask = (uri, options, callback) => {
      const given = typeof uri === "object" && uri !== null && !(uri instanceof URL) ? { ...uri } : { uri: uri instanceof URL ? uri.href : uri };
      if (typeof options === "function") callback = options;
      else assign(given, options);
      const merged = { ...defaults, ...given, headers: { ...defaults.headers, ...given.headers } };
      if (given.uri !== undefined || given.url !== undefined) merged.url = given.url ?? given.uri, delete merged.uri;
      if (method) merged.method = method;
      merged.callback = call.own(callback ?? merged.callback);
      return new Asked(merged);
    };
    return ask;
  }

  function withVerbs(defaults) {
    const made = asker(defaults);
    for (const method of ["get", "head", "options", "post", "put", "patch", "delete"]) made[method] = asker(defaults, method.toUpperCase());
    made.del = made.delete;
    made.defaults = (more) => withVerbs({ ...defaults, ...more, headers: { ...defaults.headers, ...more.headers } });
    made.jar = () => refusedByName(name, "jar");
    made.cookie = made.jar;
    return made;
  }
  return withVerbs({});
}
