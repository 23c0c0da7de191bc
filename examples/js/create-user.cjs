// Creates a user through the official JavaScript client: node create-user.cjs CREDENTIALS.json [USERNAME]
const { readFileSync } = require('node:fs');
const { ManagementClient } = require('authing-js-sdk');

async function main() {
  const [file, username = 'bob-' + Date.now().toString(36)] = process.argv.slice(2);
  const { host, userPoolId, userPoolSecret } = JSON.parse(readFileSync(file, 'utf8'));
  const management = new ManagementClient({ host, userPoolId, secret: userPoolSecret });

  const created = await management.users.create({ username, nickname: '小明', password: 'passw0rd!' });
  const { totalCount } = await management.users.search('小明');
  console.log(`created ${created.username} (${created.id}); a search for 小明 finds ${totalCount}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
