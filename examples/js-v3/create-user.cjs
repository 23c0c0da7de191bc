// Creates a user and signs them in, by authing-node-sdk 4 (API v3): node create-user.cjs CREDENTIALS.json [USERNAME]
const { readFileSync } = require('node:fs');
const { AuthenticationClient, ManagementClient } = require('authing-node-sdk');

async function main() {
  const [file, username = 'bob-' + Date.now().toString(36)] = process.argv.slice(2);
  const { host, accessKeyId, accessKeySecret, appId, appSecret } = JSON.parse(readFileSync(file, 'utf8'));

  const management = new ManagementClient({ host, accessKeyId, accessKeySecret });
  const created = await management.createUser({ username, nickname: '小明', password: 'passw0rd!' });
  if (created.statusCode !== 200) throw new Error(created.message);
  console.log(`created ${created.data.username} (${created.data.userId})`);

  const authentication = new AuthenticationClient({ appHost: host, appId, appSecret });
  const signedIn = await authentication.signInByUsernamePassword({ username, password: 'passw0rd!' });
  if (signedIn.statusCode !== 200) throw new Error(signedIn.message);
  console.log(`${username} signed in; the access token is good for ${signedIn.data.expire_in} s`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
