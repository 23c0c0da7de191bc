// Logs a user in through the official JavaScript client: node login.cjs CREDENTIALS.json USERNAME PASSWORD
const { readFileSync } = require('node:fs');
const { AuthenticationClient } = require('authing-js-sdk');

async function main() {
  const [file, username, password] = process.argv.slice(2);
  const { host, appId } = JSON.parse(readFileSync(file, 'utf8'));
  const authentication = new AuthenticationClient({ appHost: host, appId });

  const user = await authentication.loginByUsername(username, password);
  console.log(`${user.nickname} (${user.email}) logged in, ${user.loginsCount} time(s); id ${user.id}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
