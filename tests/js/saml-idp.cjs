// A SAML identity provider of npm (samlify) on loopback, for tests/federation/saml.
// usage: saml-idp.cjs < JSON  -> the port, on one line of standard output; it serves until it is ended.
// JSON: {entityId, privateKey, certificate, wantSigned, signMessage, nameId, format, attributes: {name: value}}
// POST /sp takes the service provider's metadata. GET and POST /sso take its requests. Whoever comes is `nameId`.
const http = require('node:http')
const { IdentityProvider, ServiceProvider, SamlLib, setSchemaValidator } = require('samlify')

setSchemaValidator({ validate: () => Promise.resolve('the tests look at the shape themselves') })
const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:'
let sp

function identityProvider(config, origin) {
  return IdentityProvider({
    entityID: config.entityId,
    privateKey: config.privateKey,
    signingCert: config.certificate,
    wantAuthnRequestsSigned: config.wantSigned,
    nameIDFormat: [config.format],
    messageSigningOrder: 'sign-then-encrypt',
    requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    singleSignOnService: ['HTTP-Redirect', 'HTTP-POST'].map((name) => ({
      Binding: BINDINGS + name,
      Location: `${origin}/sso`,
    })),
    loginResponseTemplate: {
      context: SamlLib.defaultLoginResponseTemplate.context.replace(
        '{AuthnStatement}',
        '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{AssertionID}"><saml:AuthnContext>' +
          '<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>' +
          '</saml:AuthnContext></saml:AuthnStatement>',
      ),
      attributes: Object.keys(config.attributes).map((name, index) => ({
        name,
        nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
        valueXsiType: 'xs:string',
        valueTag: `value${index}`,
      })),
    },
  })
}

function filled(config, idp, request) {
  return (template) => {
    const now = Date.now()
    const acs = sp.entityMeta.getAssertionConsumerService('post')
    const id = `_${now}${Math.random().toString(16).slice(2)}`
    const values = {
      ID: id, AssertionID: `${id}a`, Destination: acs, SubjectRecipient: acs, StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success',
      Audience: sp.entityMeta.getEntityID(), Issuer: idp.entityMeta.getEntityID(),
      IssueInstant: new Date(now).toISOString(), ConditionsNotBefore: new Date(now).toISOString(),
      ConditionsNotOnOrAfter: new Date(now + 300000).toISOString(),
      SubjectConfirmationDataNotOnOrAfter: new Date(now + 300000).toISOString(),
      NameIDFormat: config.format, NameID: config.nameId, InResponseTo: request ? request.id : undefined,
    }
    Object.values(config.attributes).forEach((value, index) => { values[`attrValue${index}`] = value })
    return { id, context: SamlLib.replaceTagsByValue(template, values) }
  }
}

function page(acs, fields) {
  const escaped = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
  return `<!doctype html><title>Identity provider</title><form method="post" action="${escaped(acs)}">${inputs.join('')}` +
    '<button id="continue">Continue</button></form>'
}

async function body(request) {
  let text = ''
  for await (const piece of request) text += piece
  return text
}

async function answer(config, idp, request) {
  const url = new URL(request.url, 'http://idp')
  if (url.pathname === '/metadata') return idp.getMetadata()
  if (url.pathname === '/sp') {
    sp = ServiceProvider({ metadata: await body(request), wantMessageSigned: config.signMessage })
    return 'taken'
  }
  if (url.pathname === '/unasked') {
    const made = await idp.createLoginResponse(sp, null, 'post', {}, { customTagReplacement: filled(config, idp, null) })
    return page(made.entityEndpoint, { SAMLResponse: made.context, RelayState: 'anything' })
  }
  const binding = request.method === 'POST' ? 'post' : 'redirect'
  const given = binding === 'post' ? Object.fromEntries(new URLSearchParams(await body(request))) : Object.fromEntries(url.searchParams)
  // What was signed is the query as it was written (saml-bindings 3.4.4.1).
  const octetString = url.search.slice(1).split('&Signature=')[0]
  const { extract } = await idp.parseLoginRequest(sp, binding, binding === 'post' ? { body: given } : { query: given, octetString })
  const made = await idp.createLoginResponse(sp, { extract }, 'post', {}, {
    customTagReplacement: filled(config, idp, extract.request),
    relayState: given.RelayState,
  })
  return page(made.entityEndpoint, { SAMLResponse: made.context, RelayState: given.RelayState ?? '' })
}

async function main() {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const piece of process.stdin) {
    text += piece
    if (text.endsWith('\n')) break
  }
  const config = JSON.parse(text)
  let idp
  const server = http.createServer((request, response) => {
    answer(config, idp, request).then(
      (said) => response.writeHead(200, { 'content-type': request.url === '/metadata' ? 'text/xml' : 'text/html' }).end(said),
      (error) => response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    idp = identityProvider(config, `http://127.0.0.1:${port}`)
    console.log(port)
  })
}

main()
