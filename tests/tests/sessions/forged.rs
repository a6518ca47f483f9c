//! What is no session of ours: whatever it claims, it is refused, and stops nothing.

use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use regain_domain::keys::Keyring;
use regain_domain::{AccountRef, Login, Settings, TenantId};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{ENDED, MO, MO_ID, NONE, OLD, told};

/// What signs sessions here, made as the functions make it (RFC 8410 §7).
fn signing_key(world: &World) -> EncodingKey {
    let ring = Keyring::parse(&world.cloud.secret("sessions").unwrap()).unwrap();
    let (seed, _) = ring.derive(ring.current(), "regain session v1").unwrap();
    pkcs8(seed.as_slice())
}

fn pkcs8(seed: &[u8]) -> EncodingKey {
    let prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    let der = [prefix.as_slice(), &[0x04, 0x22, 0x04, 0x20], seed].concat();
    EncodingKey::from_ed_der(&der)
}

/// What a session says.
fn claims() -> Value {
    json!({
        "iss": "http://127.0.0.1:9000/v1/demo",
        "aud": "demo",
        "sub": MO_ID,
        "iat": after(0).as_second(),
        "exp": after(900).as_second(),
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
        "amr": ["pwd"],
        "methods": ["password"],
        "epoch": 0,
    })
}

fn header() -> Header {
    Header {
        typ: Some("session+jwt".to_owned()),
        kid: Some("1".to_owned()),
        ..Header::new(Algorithm::EdDSA)
    }
}

fn base64url(text: &str) -> String {
    // A JWT's own spelling: the middle of one that is signed with anything.
    let key = EncodingKey::from_secret(b"x");
    let claims: Value = serde_json::from_str(text).unwrap();
    let token = encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
    token.split('.').nth(1).unwrap().to_owned()
}

/// At every endpoint that takes one.
async fn asked(world: &World, authorization: Option<&str>) -> Vec<Reply> {
    let mut replies = Vec::new();
    for (method, endpoint) in [
        (Method::GET, "session"),
        (Method::HEAD, "session"),
        (Method::POST, "sign-out-everywhere"),
        (Method::POST, "enroll-second-step"),
        (Method::POST, "confirm-second-step"),
        (Method::POST, "switch-off-second-step"),
        (Method::POST, "renew-recovery-codes"),
        (Method::POST, "unlink-provider"),
    ] {
        let mut request = Request { method, ..Request::post(endpoint, &json!({})) };
        if let Some(text) = authorization {
            request = request.header("authorization", text);
        }
        replies.push(world.send(after(1), &request).await);
    }
    replies
}

async fn is_none(world: &World, what: &str, token: &str) {
    for reply in asked(world, Some(&format!("Bearer {token}"))).await {
        assert_eq!(reply.status, 401, "{what}: {reply:?}");
        if !reply.body.is_null() {
            assert_eq!(told(&reply), NONE, "{what}: {reply:?}");
        }
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{what}");
        assert_eq!(reply.log.get("error"), None, "{what}: {reply:?}");
    }
}

/// The test makes a genuine one first: each of the others differs from it in one thing.
#[tokio::test]
async fn a_forged_session_is_none() {
    let world = World::new().await;
    let key = signing_key(&world);
    let genuine = encode(&header(), &claims(), &key).unwrap();
    let reply = world.session(after(1), &genuine).await;
    assert_eq!(reply.status, 200, "the forger knows how: {reply:?}");

    let (head, rest) = genuine.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let mut forged: Vec<(&str, String)> = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "", "EdDSA "] {
        let text = json!({"alg": alg, "typ": "session+jwt", "kid": "1"}).to_string();
        for signature in ["", signature] {
            forged.push(("alg none", format!("{}.{body}.{signature}", base64url(&text))));
        }
    }
    // The public key is everybody's, in each form that it is found in.
    let request = Request { method: Method::GET, ..Request::post("jwks.json", &json!({})) };
    let keys = world.send(after(0), &request).await.body;
    let x = keys["keys"][0]["x"].as_str().unwrap();
    for secret in [x.to_owned(), keys["keys"][0].to_string(), keys.to_string()] {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { alg, ..header() };
            let key = EncodingKey::from_secret(secret.as_bytes());
            forged.push(("HMAC", encode(&header, &claims(), &key).unwrap()));
            if let Ok(key) = EncodingKey::from_base64_secret(&secret) {
                forged.push(("HMAC", encode(&header, &claims(), &key).unwrap()));
            }
        }
    }
    let other = pkcs8(&[7; 32]);
    forged.push(("another's key", encode(&header(), &claims(), &other).unwrap()));
    for kid in [None, Some("2"), Some(""), Some("11"), Some("../1"), Some("' OR 1=1 --")] {
        let header = Header { kid: kid.map(str::to_owned), ..header() };
        forged.push(("kid", encode(&header, &claims(), &key).unwrap()));
    }
    let url = Some("http://127.0.0.1:9/jwks.json".to_owned());
    for header in [Header { jku: url.clone(), ..header() }, Header { x5u: url, ..header() }] {
        forged.push(("a key of its own", encode(&header, &claims(), &other).unwrap()));
    }
    for typ in [None, Some("JWT"), Some("at+jwt"), Some("session"), Some("")] {
        let header = Header { typ: typ.map(str::to_owned), ..header() };
        forged.push(("typ", encode(&header, &claims(), &key).unwrap()));
    }
    forged.extend([
        ("no signature", format!("{head}.{body}.")),
        ("no signature", format!("{head}.{body}")),
        ("two bodies", format!("{head}.{body}.{body}.{signature}")),
        ("another body", format!("{head}.{}.{signature}", base64url(&claims_of_ann()))),
        ("another head", format!("{body}.{body}.{signature}")),
    ]);
    for (what, token) in &forged {
        is_none(&world, what, token).await;
    }
}

fn claims_of_ann() -> String {
    let mut claims = claims();
    claims["sub"] = json!("id-of-ann");
    claims.to_string()
}

/// Signed with our key, as a fault of ours might: what is said must fit all the same.
#[tokio::test]
async fn one_that_says_something_else_is_none() {
    let world = World::new().await;
    let key = signing_key(&world);
    for (name, value) in [
        ("iss", json!("http://127.0.0.1:9000/v1/other")),
        ("iss", json!("http://127.0.0.1:9000/v1/demo/")),
        ("iss", json!("https://evil.example/v1/demo")),
        ("iss", json!(["http://127.0.0.1:9000/v1/demo", "x"])),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!("")),
        ("aud", json!(["other", "demo"])),
        ("aud", Value::Null),
        ("sub", Value::Null),
        ("sub", json!(7)),
        ("exp", Value::Null),
        ("exp", json!("soon")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", json!(i64::MAX)),
        ("epoch", Value::Null),
        ("epoch", json!("0")),
        ("epoch", json!(-1)),
        ("methods", Value::Null),
        ("methods", json!(["magic"])),
    ] {
        let mut claims = claims();
        match value {
            Value::Null => {
                claims.as_object_mut().unwrap().remove(name);
            }
            _ => claims[name] = value.clone(),
        }
        let token = encode(&header(), &claims, &key).unwrap();
        is_none(&world, &format!("{name}: {value}"), &token).await;
    }
    // Genuine, and of nobody, of another epoch, or over.
    for (name, value) in [
        ("sub", json!("id-of-nobody")),
        ("sub", json!("")),
        ("sub", json!("../id-of-mo")),
        ("sub", json!("id-of-bo")), // blocked
        ("epoch", json!(1)),
        ("epoch", json!(u64::MAX)),
        ("exp", json!(after(1).as_second())),
        ("exp", json!(0)),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        let token = encode(&header(), &claims, &key).unwrap();
        let reply = world.session(after(1), &token).await;
        assert_eq!(told(&reply), ENDED, "{name}: {value}: {reply:?}");
    }
}

#[tokio::test]
async fn garbage_is_none_and_never_a_fault_of_ours() {
    let world = World::new().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let bent = |at: usize| {
        let mut bytes = session.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let mut garbage: Vec<String> = (0..session.len() - 1).step_by(9).map(bent).collect();
    garbage.retain(|bent| *bent != session);
    garbage.extend(["", ".", "..", "...", "a.b.c", "null", "{}", "e30.e30.e30"].map(str::to_owned));
    garbage.extend([session[1..].to_owned(), session[..session.len() - 1].to_owned()]);
    garbage.extend([format!("{session}="), format!("{session} {session}"), "A".repeat(7000)]);
    for token in &garbage {
        is_none(&world, "garbage", token).await;
    }
    assert_eq!(world.session(after(1), &session).await.status, 200);
}

#[tokio::test]
async fn it_is_taken_from_the_authorization_header_and_from_nowhere_else() {
    let world = World::new().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let basic = format!("Basic {session}");
    let forms = [
        None,
        Some(session.as_str()),
        Some(basic.as_str()),
        Some("Bearer"),
        Some("Bearer "),
        Some(""),
    ];
    for authorization in forms {
        for reply in asked(&world, authorization).await {
            assert_eq!(reply.status, 401, "{authorization:?}: {reply:?}");
        }
    }
    let get = || Request { method: Method::GET, ..Request::post("session", &json!({})) };
    for request in [
        get().header("cookie", &format!("session={session}; token={session}")),
        get().header("x-authorization", &format!("Bearer {session}")),
        get().header("proxy-authorization", &format!("Bearer {session}")),
        Request { query: format!("access_token={session}&token={session}"), ..get() },
        Request { body: json!({"token": session}).to_string().into_bytes(), ..get() },
    ] {
        let reply = world.send(after(1), &request).await;
        assert_eq!(told(&reply), NONE, "{request:?}");
    }
}

#[tokio::test]
async fn a_key_of_the_back_office_is_no_session_and_a_session_no_key() {
    let world = World::new().await;
    for key in [&world.admin, &world.desk, &world.operator] {
        is_none(&world, "a key", key).await;
    }
    let session = world.session_of(after(0), MO, OLD).await;
    for path in ["tenants", "tenants/demo/settings", "tenants/demo/accounts/id-of-mo"] {
        let reply = world.admin_at(after(1), Method::GET, path, &session, Value::Null).await;
        assert_eq!(told(&reply), NONE, "{path}");
    }
    // Nor are links, grants and what is pending.
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(0), &token).await;
    for text in [&token, &grant] {
        is_none(&world, "a link", text).await;
    }
}

#[tokio::test]
async fn one_of_another_tenant_is_none() {
    let world = World::new().await;
    let other = TenantId::parse("other").unwrap();
    world.create_tenant(&other, &Settings::default()).await;
    let place = AccountRef::of(&other, &Login::parse(MO).unwrap());
    // The same id and epoch: nothing but issuer and audience tells them apart.
    world.put_account(&other, place, world.account(MO).await).await;
    let body = json!({"login": MO, "password": OLD});
    let there = Request { path: "/v1/other/sign-in".to_owned(), ..Request::post("", &body) };
    let there = world.send(after(0), &there).await;
    assert_eq!(there.status, 200, "{there:?}");
    is_none(&world, "another tenant's", there.text("token")).await;
    // And one of another installation: the same names, other keys.
    let elsewhere = World::new().await;
    let session = elsewhere.session_of(after(0), MO, OLD).await;
    is_none(&world, "another installation's", &session).await;
}
