// The official Node client of v3 verifies tokens by the server's published keys.
// usage: parse-tokens.cjs SDK JSON  -> JSON on standard output; JSON: {host, tokens: [{appId, appSecret, access, id}]}
const { AuthenticationClient } = require(process.argv[2])

async function main() {
  const { host, tokens } = JSON.parse(process.argv[3])
  const read = []
  for (const { appId, appSecret, access, id } of tokens) {
    const client = new AuthenticationClient({ appId, appSecret, appHost: host })
    read.push({ access: await client.parseAccessToken(access), id: await client.parseIDToken(id) })
  }
  console.log(JSON.stringify(read))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
