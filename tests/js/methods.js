// Prints the public methods of both official clients, by the property they are reached through.
const { ManagementClient, AuthenticationClient } = require("authing-js-sdk");

function methods(value) {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(value));
  return names.filter((name) => name !== "constructor" && !name.startsWith("_") && typeof value[name] === "function");
}

function described(client, host) {
  const found = { "(client)": methods(client) };
  for (const [name, value] of Object.entries(client)) {
    if (value && typeof value === "object" && /Client$/.test(value.constructor.name)) {
      found[name] = methods(value);
      for (const [inner, below] of Object.entries(value)) {
        if (below && below.constructor && /AgreementManagementClient/.test(below.constructor.name)) {
          found[`${name}.${inner}`] = methods(below);
        }
      }
    }
  }
  return found;
}

const options = { userPoolId: "p", appId: "a", secret: "s", host: "http://127.0.0.1:1", appHost: "http://127.0.0.1:1" };
process.stdout.write(
  JSON.stringify({
    management: described(new ManagementClient({ ...options })),
    authentication: described(new AuthenticationClient({ ...options })),
  }),
);
