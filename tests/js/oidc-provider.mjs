// An OpenID provider of npm (oidc-provider) on loopback, for tests/federation/test_oidc_provider.py.
// usage: oidc-provider.mjs < JSON  -> the port, on one line of standard output; it serves until it is ended.
// JSON: {clients: [metadata of RFC 7591], claims: {name: value}, keys: [private JWK]}
// Whoever comes is signed in at once as the `login_hint` of the request, and says no as "nobody".
import http from 'node:http'
import Provider from 'oidc-provider'

async function configured() {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const piece of process.stdin) {
    text += piece
    if (text.endsWith('\n')) break
  }
  return JSON.parse(text)
}

function made(issuer, { clients, claims, keys }) {
  return new Provider(issuer, {
    clients,
    jwks: { keys },
    claims: { openid: ['sub'], profile: ['name', 'nickname'], email: ['email', 'email_verified'] },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ ...claims, sub: id }) }),
    features: { devInteractions: { enabled: false } },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
    interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['of these tests'] },
    responseTypes: ['code', 'id_token'],
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
}

const config = await configured()
let provider
let handle
const server = http.createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return handle(request, response)
  const { params } = await provider.interactionDetails(request, response)
  const result =
    params.login_hint === 'nobody'
      ? { error: 'access_denied', error_description: 'the person said no' }
      : { login: { accountId: params.login_hint } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  provider = made(`http://127.0.0.1:${port}`, config)
  handle = provider.callback()
  console.log(port)
})
