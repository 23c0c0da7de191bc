// A web application that signs people in by OpenID Connect: Express and openid-client 6.
import { randomBytes } from 'node:crypto';
import express from 'express';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '8080' } = process.env;
const here = `http://127.0.0.1:${PORT}`;
const checked = [client.enableNonRepudiationChecks]; // verifies the signature of what the token endpoint answers too
if (ISSUER.startsWith('http://')) checked.push(client.allowInsecureRequests); // on this machine alone
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, { execute: checked });

// In memory, of one process: another store for more. The cookie holds nothing but the name.
const sessions = new Map();
const app = express();
app.use((request, response, next) => {
  const id = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  request.session = sessions.get(id) ?? {};
  /** Keeps it under a new name: nobody who knew the old one before the sign-in is somebody now. */
  request.renew = (session) => {
    sessions.delete(id);
    const renewed = randomBytes(32).toString('base64url');
    sessions.set(renewed, session);
    response.cookie('session', renewed, { httpOnly: true, sameSite: 'lax', secure: here.startsWith('https:') });
  };
  next();
});

app.get('/', ({ session }, response) => {
  if (!session.person) return response.send('<p>Nobody is signed in</p><a href="/login">Sign in</a>');
  const name = session.person.name.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt()};`);
  response.send(`<p>You are ${name}</p><a href="/logout">Sign out</a>`);
});

app.get('/login', async ({ renew }, response) => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  renew({ asked: { pkceCodeVerifier, expectedState, expectedNonce } });
  const to = client.buildAuthorizationUrl(config, {
    redirect_uri: `${here}/callback`,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  });
  response.redirect(to.href);
});

app.get('/callback', async ({ url, session, renew }, response) => {
  if (!session.asked) return response.redirect('/login');
  const tokens = await client.authorizationCodeGrant(config, new URL(url, here), session.asked);
  const told = tokens.claims();
  renew({ person: { id: told.sub, name: told.name ?? told.email ?? told.sub }, idToken: tokens.id_token });
  response.redirect('/');
});

// Here, and at Poolhouse.
app.get('/logout', ({ session, renew }, response) => {
  renew({});
  if (!session.idToken) return response.redirect('/');
  const asked = { id_token_hint: session.idToken, post_logout_redirect_uri: `${here}/` };
  response.redirect(client.buildEndSessionUrl(config, asked).href);
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`listening at ${here}`));
