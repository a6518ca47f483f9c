// The OpenID providers that the tests sign in with: a certified implementation, in memory, three
// issuers on one port of loopback.
//
//   /google                        as OpenID Connect says
//   /linkedin                      as LinkedIn does it: no nonce in the ID token, no PKCE (a token
//                                  request with a verifier is refused), no `token_type`
//   /microsoft/{directory}/v2.0    any directory; its id is the claim `tid`
//
// They are whoever they are asked as: every `Host` has three issuers of its own, and a clock, which
// stands still where it is put. So one process serves many tests. Nothing outlives the process, which
// ends with its stdin.
//
// What a person would do is done for them: the browser says in the cookie `signs-in` who signs in.
//
// Started with one argument, JSON: {now, clients: {google|linkedin|microsoft: {…}}}, `now` in seconds.
// Answers on stdout with one line of JSON: the port, and the private keys, so that a test can forge
// what only the issuer could have signed.

import { AsyncLocalStorage } from 'node:async_hooks';
import { generateKeyPair } from 'node:crypto';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const { now, clients } = JSON.parse(process.argv.at(-1));

// It tells, from its first line on, that it is not set up for production. It is not.
console.info = () => {};
console.warn = () => {};
const { Provider } = await import('oidc-provider');

const clocks = new Map();
const asked = new AsyncLocalStorage();
Date.now = () => (clocks.get(asked.getStore()) ?? now) * 1000;

const generate = promisify(generateKeyPair);
const [rsa, stranger, ec] = await Promise.all([
  generate('rsa', { modulusLength: 2048 }),
  generate('rsa', { modulusLength: 2048 }),
  generate('ec', { namedCurve: 'P-256' }),
]);
const jwk = (pair, kid, alg) => ({ ...pair.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });
const der = (pair, type) => pair.privateKey.export({ format: 'der', type }).toString('base64');

// The parameters of a request that is passed on without some of them.
function without(parameters, ...names) {
  const left = new URLSearchParams(parameters);
  for (const name of names) left.delete(name);
  return left;
}

function issuer(host, path, client, { pkce, claims = {} }) {
  const people = new Map();
  const provider = new Provider(`http://${host}${path}`, {
    // `native`, so that a callback on loopback may be on any port (RFC 8252 §7.3).
    clients: [{ ...client, application_type: 'native', token_endpoint_auth_method: 'client_secret_post' }],
    jwks: { keys: [jwk(rsa, 'published', 'RS256'), jwk(ec, 'published-ec', 'ES256')] },
    cookies: { keys: ['of-the-tests'] },
    claims: { openid: ['sub', 'email', 'email_verified', ...Object.keys(claims)] },
    conformIdTokenClaims: false,
    pkce: { required: () => pkce },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `${path}/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, ...claims, ...people.get(sub) }),
    }),
    // Consent is given beforehand.
    async loadExistingGrant(context) {
      const { client: { clientId }, session: { accountId }, provider: { Grant } } = context.oidc;
      const grant = new Grant({ clientId, accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  return async (request, response) => {
    if (request.url.startsWith('/interaction/')) {
      const cookie = /(?:^|; )signs-in=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
      if (cookie === undefined) return response.writeHead(400).end('nobody signs in');
      const { sub, ...person } = JSON.parse(Buffer.from(cookie, 'base64url').toString());
      people.set(sub, person);
      const result = sub === undefined ? { error: 'access_denied' } : { login: { accountId: sub }, consent: {} };
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }
    return answer(request, response);
  };
}

// LinkedIn neither knows PKCE nor repeats the nonce, and leaves `token_type` away.
function linkedin(answer) {
  return async (request, response) => {
    const [path, query] = request.url.split('?');
    if (path === '/auth' && query !== undefined) {
      request.url = `${path}?${without(query, 'nonce', 'code_challenge', 'code_challenge_method')}`;
    }
    if (path === '/token') {
      const sent = [];
      for await (const part of request) sent.push(part);
      // Where the provider looks when somebody has read the request before it.
      request.body = Object.fromEntries(new URLSearchParams(Buffer.concat(sent).toString()));
      if ('code_verifier' in request.body) {
        response.writeHead(401, { 'content-type': 'application/json' });
        return response.end('{"error":"invalid_client","error_description":"client authentication failed"}');
      }
      const end = response.end.bind(response);
      response.end = (body, ...rest) => {
        if (response.statusCode !== 200) return end(body, ...rest);
        const { token_type: _, ...left } = JSON.parse(body);
        const shorter = JSON.stringify(left);
        response.setHeader('content-length', Buffer.byteLength(shorter));
        return end(shorter);
      };
    }
    return answer(request, response);
  };
}

const issuers = new Map();

// The issuer of a path, and the rest of the path.
function addressed(host, url) {
  const [path, directory] = /^\/(?:google|linkedin|microsoft\/([0-9a-f-]{36})\/v2\.0)(?=\/)/.exec(url) ?? [];
  if (path === undefined) return [];
  if (!issuers.has(host + path)) {
    issuers.set(host + path, {
      '/google': () => issuer(host, path, clients.google, { pkce: true }),
      '/linkedin': () => linkedin(issuer(host, path, clients.linkedin, { pkce: false })),
    }[path]?.() ?? issuer(host, path, clients.microsoft, { pkce: true, claims: { tid: directory } }));
  }
  return [path, issuers.get(host + path)];
}

async function answer(request, response) {
  const { headers: { host }, method, url } = request;
  const [path, answer] = addressed(host, url);
  if (path !== undefined) {
    request.baseUrl = path;
    request.url = url.slice(path.length);
    await answer(request, response);
  } else if (method === 'PUT' && url.startsWith('/clock/')) {
    clocks.set(host, Number(url.slice('/clock/'.length)));
    response.writeHead(204).end();
  } else {
    response.writeHead(404).end();
  }
}

const server = createServer((request, response) => {
  asked.run(request.headers.host, () => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
});

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({
    port: server.address().port,
    keys: {
      published: der(rsa, 'pkcs1'),
      published_ec: der(ec, 'pkcs8'),
      stranger: der(stranger, 'pkcs1'),
      public_pem: rsa.publicKey.export({ format: 'pem', type: 'spki' }),
    },
  }));
});

process.stdin.on('end', () => process.exit()).resume();
