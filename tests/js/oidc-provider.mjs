// An OpenID provider of npm (oidc-provider) on loopback, for tests/federation/test_oidc_provider.py.
// usage: oidc-provider.mjs < JSON  -> the port, on one line of standard output; it serves until it is ended.
// JSON: {clients: [metadata of RFC 7591], claims: {name: value}, keys: [private JWK]}
// Whoever comes is signed in at once as the `login_hint` of the request, and says no as "nobody". Without a hint there
// is a page with a button, which signs in as ada.
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

const PAGE = '<!doctype html><title>A provider</title><form><button name="as" value="ada">Sign in as ada</button></form>'
const config = await configured()
let provider
let handle
const server = http.createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return handle(request, response)
  const { params } = await provider.interactionDetails(request, response)
  const person = params.login_hint ?? new URL(request.url, 'http://provider').searchParams.get('as')
  if (!person) {
    response.setHeader('content-type', 'text/html')
    return response.end(PAGE)
  }
  const result =
    person === 'nobody'
      ? { error: 'access_denied', error_description: 'the person said no' }
      : { login: { accountId: person } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  provider = made(`http://127.0.0.1:${port}`, config)
  handle = provider.callback()
  console.log(port)
})
