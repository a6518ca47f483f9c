//! Sessions: EdDSA tokens that anyone can verify with `jwks.json`, and that name the account's session
//! epoch, so that a change of password ends them. And what comes before one: a first step that is
//! proved, and sealed until the sign-in is finished.

use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use regain_domain::keys::{KeyState, Keyring};
use regain_domain::seal::Seal;
use regain_domain::session::{
    self, Destination, FirstStep, GoesOn, HANDOVER_SECONDS, HandedOver, Method, PENDING_SECONDS,
    SEAL_LABEL,
};
use regain_domain::time::after;
use regain_domain::{Account, AccountRef, Link, LinkId, Session, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::{Answer, Call, Problem, ProblemCode, random};

/// Signs sessions and reads them, and shows the keys to verify them with.
pub struct Sessions {
    current: (char, EncodingKey),
    verifying: Vec<(String, DecodingKey)>,
    keys: Value,
    seal: Seal,
    public_base: String,
}

/// The secret gives no signing key.
#[derive(Debug, thiserror::Error)]
#[error("the session secret gives no signing key")]
pub struct BadSigningKey;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    jti: String,
    amr: Vec<String>,
    methods: Vec<Method>,
    epoch: u64,
}

const TYPE: &str = "session+jwt";

/// RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8.
const PKCS8_ED25519: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl Sessions {
    /// With the keys of the `sessions` secret; tokens name `public_base` as their issuer.
    pub fn new(secret: &Keyring, public_base: &str) -> Result<Self, BadSigningKey> {
        let keys: Option<Vec<(String, PublicKey)>> = secret
            .ids()
            .filter(|id| {
                let state = secret.derive(*id, LABEL).map(|(_, state)| state);
                state == Some(KeyState::Accepted)
            })
            .map(|id| Some((id.to_string(), public_key(&signing_key(secret, id)?)?)))
            .collect();
        let keys = keys.ok_or(BadSigningKey)?;
        let current = signing_key(secret, secret.current()).ok_or(BadSigningKey)?;
        Ok(Self {
            current: (secret.current(), current),
            keys: keys.iter().map(|(id, (x, _))| shown(id, x)).collect(),
            verifying: keys.into_iter().map(|(id, (_, key))| (id, key)).collect(),
            seal: Seal::new(secret, SEAL_LABEL),
            public_base: public_base.to_owned(),
        })
    }

    /// The public keys, as RFC 7517 writes them.
    #[must_use]
    pub fn keys(&self) -> &Value {
        &self.keys
    }

    /// Seals what a first step proved.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// What a right first step leads to: a session, or where the account's second step is on, the
    /// demand for a code. Every way in comes through here.
    ///
    /// SECURITY: held by `every_door_asks_for_the_second_step`.
    pub fn after_first_step(
        &self,
        call: &Call,
        whose: (&AccountRef, &Account),
        methods: Vec<Method>,
        link: Option<&Link>,
    ) -> Result<Answer, Problem> {
        let goes_on = call.goes_on(link);
        if session::is_complete(whose.1, &methods) {
            return self.after_all_steps(call, whose, methods, goes_on);
        }
        let leads_to = call.is_of_a_page().then(|| Destination::of(goes_on.as_ref()));
        Ok(self.pending(call, whose, methods, leads_to).going_on(goes_on))
    }

    /// The demand for a code; of a page, good for a page that leads there.
    #[must_use]
    pub fn pending(
        &self,
        call: &Call,
        whose: (&AccountRef, &Account),
        methods: Vec<Method>,
        leads_to: Option<Destination>,
    ) -> Answer {
        let first = FirstStep {
            until: after(call.now, PENDING_SECONDS),
            leads_to,
            ..proved(whose, methods, None)
        };
        Answer::new(json!({
            "second_step": "totp",
            "pending": first.seal(&self.seal, &call.tenant, random()),
            "valid_until": first.until,
        }))
    }

    /// What a sign-in leads to in the end: a session; or from a page, which is given none, the way on
    /// to the frontend that it was begun for.
    ///
    /// SECURITY: held by `a_page_is_given_no_session`.
    pub fn after_all_steps(
        &self,
        call: &Call,
        whose: (&AccountRef, &Account),
        methods: Vec<Method>,
        goes_on: Option<GoesOn>,
    ) -> Result<Answer, Problem> {
        if call.hosted.is_none() {
            return Ok(Answer::new(self.issue(call, whose.1, &methods)?));
        }
        let answer = Answer::new(json!({"methods": methods}));
        let Some(GoesOn { url, challenge }) = goes_on else { return Ok(answer) };
        // Whoever is shown a new recovery code needs time to write it down.
        let seconds = match methods.contains(&Method::RecoveryCode) {
            true => PENDING_SECONDS,
            false => HANDOVER_SECONDS,
        };
        let handed_over = HandedOver { challenge, to_link: None };
        let first = FirstStep {
            until: after(call.now, seconds),
            ..proved(whose, methods, Some(handed_over))
        };
        let mut to = Url::parse(&url)?;
        let handover = first.seal(&self.seal, &call.tenant, random());
        to.query_pairs_mut().append_pair("handover", &handover);
        Ok(answer.on_to(to.into()))
    }

    /// The session of a token: signed here for this tenant, and not over at `now`.
    pub(crate) fn read(
        &self,
        tenant: &TenantId,
        token: &str,
        now: Timestamp,
    ) -> Result<Session, Problem> {
        let unauthorized = || Problem::new(ProblemCode::Unauthorized);
        let header = jsonwebtoken::decode_header(token).map_err(|_| unauthorized())?;
        let is_ours = |(id, _): &&(String, DecodingKey)| header.kid.as_ref() == Some(id);
        let (_, key) = self.verifying.iter().find(is_ours).ok_or_else(unauthorized)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[tenant.as_str()]);
        validation.set_issuer(&[self.issuer(tenant)]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By the clock of the call, below.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation);
        let Claims { sub, exp, methods, epoch, .. } = claims.map_err(|_| unauthorized())?.claims;
        let expires_at = Timestamp::from_second(exp).map_err(|_| unauthorized())?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(unauthorized());
        }
        if now >= expires_at {
            return Err(Problem::new(ProblemCode::SessionEnded));
        }
        Ok(Session { account_id: sub, epoch, expires_at, methods })
    }

    fn issuer(&self, tenant: &TenantId) -> String {
        format!("{}/v1/{tenant}", self.public_base)
    }

    /// A session in the place of the one that a call came with, which its call has ended: proved as
    /// that was, and no longer.
    pub fn in_place(
        &self,
        call: &Call,
        account: &Account,
        methods: &[Method],
    ) -> Result<Value, Problem> {
        Ok(self.until(call, account, methods, call.session()?.expires_at)?)
    }

    /// A session for an account that has proved all that is asked for.
    fn issue(
        &self,
        call: &Call,
        account: &Account,
        methods: &[Method],
    ) -> Result<Value, jsonwebtoken::errors::Error> {
        let now = Timestamp::from_second(call.now.as_second()).unwrap_or(call.now);
        let expires_at = after(now, call.settings.validity.session_seconds);
        self.until(call, account, methods, expires_at)
    }

    fn until(
        &self,
        call: &Call,
        account: &Account,
        methods: &[Method],
        expires_at: Timestamp,
    ) -> Result<Value, jsonwebtoken::errors::Error> {
        let issued_at = Timestamp::from_second(call.now.as_second()).unwrap_or(call.now);
        let token = self.sign(&call.tenant, account, methods, (issued_at, expires_at))?;
        Ok(json!({
            "token": token,
            "token_type": "Bearer",
            "expires_at": expires_at,
            "account_id": account.account_id,
            "methods": methods,
        }))
    }

    /// Its token, from one moment to another.
    pub fn sign(
        &self,
        tenant: &TenantId,
        account: &Account,
        methods: &[Method],
        (issued_at, expires_at): (Timestamp, Timestamp),
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: self.issuer(tenant),
            aud: tenant.as_str().to_owned(),
            sub: account.account_id.clone(),
            iat: issued_at.as_second(),
            exp: expires_at.as_second(),
            jti: data_encoding::BASE64URL_NOPAD.encode(&random::<16>()),
            amr: amr(methods),
            methods: methods.to_vec(),
            epoch: account.session_epoch().number(),
        };
        let (id, key) = &self.current;
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(id.to_string()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &claims, key)
    }
}

fn proved(
    (account_ref, account): (&AccountRef, &Account),
    methods: Vec<Method>,
    handed_over: Option<HandedOver>,
) -> FirstStep {
    FirstStep {
        id: LinkId::new(random()),
        account_ref: account_ref.clone(),
        account_id: account.account_id.clone(),
        epoch: account.session_epoch(),
        methods,
        until: Timestamp::MIN,
        handed_over,
        leads_to: None,
    }
}

const LABEL: &str = "regain session v1";

fn signing_key(secret: &Keyring, id: char) -> Option<EncodingKey> {
    let (seed, _) = secret.derive(id, LABEL)?;
    let der = zeroize::Zeroizing::new([PKCS8_ED25519.as_slice(), seed.as_slice()].concat());
    Some(EncodingKey::from_ed_der(&der))
}

/// As it is shown, and to verify with.
type PublicKey = (String, DecodingKey);

fn public_key(key: &EncodingKey) -> Option<PublicKey> {
    let jwk = Jwk::from_encoding_key(key, Algorithm::EdDSA).ok()?;
    let verifying = DecodingKey::from_jwk(&jwk).ok()?;
    let AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else { return None };
    Some((pair.x, verifying))
}

fn shown(id: &str, x: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": id, "alg": "EdDSA", "use": "sig"})
}

/// RFC 8176 §2: `mfa` beside the methods where there is more than one.
fn amr(methods: &[Method]) -> Vec<String> {
    let several = (methods.len() > 1).then_some("mfa");
    methods.iter().map(|method| method.amr()).chain(several).map(str::to_owned).collect()
}
