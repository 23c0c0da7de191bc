// openid-client as a relying party. usage: relying-party.mjs start|finish JSON  -> JSON on standard output
import * as client from 'openid-client';

const [step, text] = process.argv.slice(2);
const given = JSON.parse(text);

async function authentication() {
  if (given.privateKey) {
    const of = given.privateKey.kty === 'EC'
      ? { name: 'ECDSA', namedCurve: 'P-256' }
      : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return client.PrivateKeyJwt(await crypto.subtle.importKey('jwk', given.privateKey, of, false, ['sign']));
  }
  return given.clientSecret ? client.ClientSecretBasic(given.clientSecret) : client.None();
}

const config = await client.discovery(
  new URL(given.issuer),
  given.clientId,
  { client_secret: given.clientSecret, id_token_signed_response_alg: given.alg ?? 'RS256' },
  await authentication(),
  { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
);

if (step === 'start') {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: given.redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  console.log(JSON.stringify({ url: url.href, verifier, state, nonce }));
} else {
  const tokens = await client.authorizationCodeGrant(config, new URL(given.callback), {
    pkceCodeVerifier: given.verifier,
    expectedState: given.state,
    expectedNonce: given.nonce,
  });
  const claims = tokens.claims();
  const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  const before = await client.tokenIntrospection(config, refreshed.access_token);
  await client.tokenRevocation(config, refreshed.refresh_token);
  const after = await client.tokenIntrospection(config, refreshed.access_token);
  const logout = client.buildEndSessionUrl(config, { id_token_hint: refreshed.id_token });
  console.log(JSON.stringify({ claims, info, before, after, logout: logout.href }));
}
