//! Signing in: what a session says and who can verify it; hashes that grow dearer, are hostile or
//! missing; who hears what; the limit on one address.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may stop")]

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use regain_domain::account::BlockReason;
use regain_domain::event::Event;
use regain_domain::event::{Actor, Entry};
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::password::Password;
use regain_store::Written;
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

const MO: &str = "mo@example.com";
const RIGHT: &str = "Zeilboot7";

async fn sign_in(world: &World, seconds: i64, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password});
    world.post(after(seconds), "sign-in", body).await
}

async fn keys(world: &World) -> Reply {
    let request = Request::post("jwks.json", &json!({}));
    let request = Request { method: "GET".parse().expect("a method"), ..request };
    world.send(after(0), &Request { body: Vec::new(), ..request }).await
}

/// Verifies a session as anyone can who has read the keys; expiry is compared by the test.
fn verified(token: &str, keys: &Value) -> Result<(Header, Value), Error> {
    let keys: JwkSet = serde_json::from_value(keys.clone()).expect("a set of keys");
    let header = decode_header(token)?;
    let key = keys.find(header.kid.as_deref().unwrap_or_default()).expect("its key");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&["demo"]);
    validation.set_issuer(&["http://127.0.0.1:9000/v1/demo"]);
    let claims = decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims;
    Ok((header, claims))
}

#[tokio::test]
async fn a_session_says_who_where_how_and_until_when_and_anyone_can_verify_it() {
    for seconds in [900_u32, 60, 86_400] {
        let world = World::with(|settings| settings.validity.session_seconds = seconds).await;
        let reply = sign_in(&world, 5, "MO@Example.com", RIGHT).await;
        let expires_at = after(5 + i64::from(seconds));
        let token = reply.text("token");
        assert_eq!(
            reply.body,
            json!({
                "token": token,
                "token_type": "Bearer",
                "expires_at": expires_at,
                "account_id": "id-of-mo",
                "methods": ["password"],
            })
        );
        let keys = keys(&world).await;
        assert_eq!(keys.header("cache-control"), "public, max-age=300");
        let (header, claims) = verified(token, &keys.body).expect("a session");
        assert_eq!(header.typ.as_deref(), Some("session+jwt"));
        assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::EdDSA, Some("1")));
        let jti = claims["jti"].as_str().expect("an id");
        assert_eq!(jti.len(), 22, "128 bits");
        assert_eq!(
            claims,
            json!({
                "iss": "http://127.0.0.1:9000/v1/demo",
                "aud": "demo",
                "sub": "id-of-mo",
                "iat": after(5).as_second(),
                "exp": expires_at.as_second(),
                "jti": jti,
                "amr": ["pwd"],
                "methods": ["password"],
                "epoch": 0,
            })
        );
    }
}

#[tokio::test]
async fn two_sessions_are_two_and_a_reset_leaves_both_in_an_older_epoch() {
    let world = World::new().await;
    let keys = keys(&world).await.body;
    let claims = async |seconds, password| {
        let reply = sign_in(&world, seconds, MO, password).await;
        verified(reply.text("token"), &keys).expect("a session").1
    };
    let (one, two) = (claims(1, RIGHT).await, claims(1, RIGHT).await);
    assert_ne!(one["jti"], two["jti"]);
    let token = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(11), &token).await;
    assert_eq!(world.set(after(12), &grant, "Molenwiek42").await.status, 200);
    let new = claims(20, "Molenwiek42").await;
    assert_eq!((&one["epoch"], &two["epoch"], &new["epoch"]), (&json!(0), &json!(0), &json!(1)));
    assert_eq!(world.account(MO).await.epoch, 1);
}

#[tokio::test]
async fn a_session_with_anothers_signature_or_key_does_not_verify() {
    let (world, other) = (World::new().await, World::new().await);
    let reply = sign_in(&world, 1, MO, RIGHT).await;
    let token = reply.text("token");
    let (own, foreign) = (keys(&world).await.body, keys(&other).await.body);
    assert!(verified(token, &own).is_ok());
    let other_session = sign_in(&world, 2, "ann@example.com", "Bakfiets8").await;
    let (signed, _) = token.rsplit_once('.').expect("a signature");
    let (_, signature) = other_session.text("token").rsplit_once('.').expect("a signature");
    let forged = format!("{signed}.{signature}");
    for (token, keys) in [(forged.as_str(), &own), (token, &foreign)] {
        let refused = verified(token, keys).expect_err("refused");
        assert_eq!(refused.kind(), &ErrorKind::InvalidSignature, "{token}");
    }
}

/// The stored hash is made anew at the present cost, and nothing else changes with it.
#[tokio::test]
async fn a_right_password_raises_a_cheap_hash_and_never_lowers_a_dear_one() {
    let (present, cheap, dear) = (cost(128, 2), cost(64, 1), cost(256, 3));
    for (stored, runs, becomes) in [
        (cheap, 2, "m=128,t=2"),
        (cost(128, 1), 2, "m=128,t=2"),
        (cost(64, 2), 2, "m=128,t=2"),
        (present, 1, "m=128,t=2"),
        (dear, 1, "m=256,t=3"),
    ] {
        let world = World::with_cost(present, |_| {}).await;
        let phc = hash(stored, RIGHT);
        world.change_account(MO, |account| account.password_phc = Some(phc)).await;
        let before = world.account(MO).await;
        let wrong = sign_in(&world, 1, MO, "Zeilboot8").await;
        assert_eq!((wrong.status, &wrong.log["argon2.runs"]), (401, &json!(1)));
        assert_eq!(world.account(MO).await.password_phc, before.password_phc);

        let reply = sign_in(&world, 2, MO, RIGHT).await;
        assert_eq!((reply.status, &reply.log["argon2.runs"]), (200, &json!(runs)), "{stored:?}");
        let now = world.account(MO).await;
        let phc = now.password_phc.unwrap_or_default();
        assert!(phc.contains(becomes), "{stored:?} became {phc}");
        assert_eq!((now.epoch, now.password_version), (before.epoch, before.password_version));
        assert_eq!(now.history, before.history);
        assert_eq!(sign_in(&world, 3, MO, RIGHT).await.status, 200);
    }
}

fn cost(memory_kib: u32, passes: u32) -> Cost {
    Cost { memory_kib, passes }
}

fn hash(cost: Cost, password: &str) -> String {
    let password = Password::parse(password).expect("a password");
    Hasher::new(cost).hash(&password, [3; 16]).expect("a hash")
}

/// Bcrypt reads 72 bytes: what follows them was never checked, and must not become what is.
#[tokio::test]
async fn of_a_long_password_a_bcrypt_hash_stays_and_no_wrong_tail_takes_its_place() {
    let of_71 = "$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO";
    let of_72 = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
    let beginning = "x".repeat(72);
    for tail in ["", "y", "z and more", &"x".repeat(900)] {
        let world = World::new().await;
        world.change_account(MO, |account| account.password_phc = Some(of_72.to_owned())).await;
        let password = format!("{beginning}{tail}");
        for seconds in [1, 2] {
            let reply = sign_in(&world, seconds, MO, &password).await;
            assert_eq!(reply.status, 200, "{tail}");
            assert_eq!(world.account(MO).await.password_phc.as_deref(), Some(of_72), "{tail}");
        }
        assert_eq!(sign_in(&world, 3, MO, &"x".repeat(71)).await.status, 401);
        // Whatever was typed first, the owner's own still fits.
        assert_eq!(sign_in(&world, 4, MO, &format!("{beginning}-the-right-one")).await.status, 200);
    }
    for (phc, password) in [
        (of_71, "x".repeat(71)),
        ("$2b$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i", RIGHT.to_owned()),
    ] {
        let world = World::new().await;
        world.change_account(MO, |account| account.password_phc = Some(phc.to_owned())).await;
        assert_eq!(sign_in(&world, 1, MO, &password).await.status, 200);
        let stored = world.account(MO).await.password_phc.unwrap_or_default();
        assert!(stored.starts_with("$argon2id$"), "a whole one is upgraded: {stored}");
        assert_eq!(sign_in(&world, 2, MO, &password).await.status, 200);
        assert_eq!(sign_in(&world, 2, MO, &format!("{password}x")).await.status, 401);
    }
}

/// What a sign-in read is no longer true when it writes: the rehash of the old password must not
/// come back over the new one, nor a session be given.
#[tokio::test]
async fn a_change_between_read_and_rehash_wins() {
    type Change = fn(&mut regain_domain::Account);
    let changes: [Change; 4] = [
        |account| account.password_version += 1,
        |account| account.epoch += 1,
        |account| account.blocked = Some(BlockReason::Other),
        |account| account.account_id = "a-namesake".to_owned(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        for rehashed in [None, Some("$argon2id$v=19$m=128,t=2,p=1$AAAA$BBBB")] {
            let world = World::new().await;
            let as_read = world.account(MO).await;
            world.change_account(MO, change).await;
            let stored = world.account(MO).await.password_phc;
            let entry = Entry {
                event: Event::SignedIn,
                at: after(10),
                actor: Actor::Caller,
                source: None,
                cause: None,
                subject: "call".to_owned(),
                support_code: None,
                kept_days: 365,
            };
            let place = world.place(MO);
            let told = world.cloud.items("timeline").expect("a timeline");
            let target = (&place, &as_read);
            let written = world.store.sign_in(&world.tenant(), target, rehashed, &entry).await;
            assert_eq!(written.expect("an answer"), Written::Changed, "change {number}");
            assert_eq!(world.account(MO).await.password_phc, stored);
            assert_eq!(world.cloud.items("timeline").expect("a timeline"), told);
        }
    }
}

#[tokio::test]
async fn a_hostile_or_missing_hash_is_a_wrong_password_for_one_run() {
    let salt_and_hash = "c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
    let world = World::new().await;
    let reference = sign_in(&world, 0, "nobody@example.com", RIGHT).await;
    for phc in [
        Some(format!("$argon2id$v=19$m=4194304,t=2,p=1${salt_and_hash}")),
        Some(format!("$argon2id$v=19$m=19456,t=1000000,p=1${salt_and_hash}")),
        Some(format!("$argon2id$v=19$m=19456,t=2,p=200${salt_and_hash}")),
        Some(format!("$2b$31${}", "a".repeat(53))),
        Some("Zeilboot7".to_owned()),
        Some(String::new()),
        None,
    ] {
        world.change_account(MO, |account| account.password_phc = phc.clone()).await;
        let reply = sign_in(&world, 1, MO, RIGHT).await;
        assert_eq!((reply.status, reply.code()), (401, "sign_in_failed"), "{phc:?}");
        assert_eq!(reply.log["argon2.runs"], 1, "{phc:?}");
        assert_eq!(masked(&reply), masked(&reference), "{phc:?}");
    }
}

fn masked(reply: &Reply) -> Value {
    let mut body = reply.body.clone();
    assert_eq!(body["support_code"].as_str().map(str::len), Some(7), "{body}");
    body["support_code"] = json!("masked");
    body
}

#[tokio::test]
async fn a_blocked_account_hears_why_only_after_the_right_password() {
    for (reason, word) in [
        (BlockReason::PaymentOverdue, "payment_overdue"),
        (BlockReason::TrialEnded, "trial_ended"),
        (BlockReason::Cancelled, "cancelled"),
        (BlockReason::RevokedByAdmin, "revoked_by_admin"),
        (BlockReason::WrongAccountType, "wrong_account_type"),
        (BlockReason::Other, "other"),
    ] {
        let world = World::new().await;
        world.change_account(MO, |account| account.blocked = Some(reason)).await;
        let wrong = sign_in(&world, 1, MO, "Zeilboot8").await;
        let unknown = sign_in(&world, 1, "nobody@example.com", "Zeilboot8").await;
        assert_eq!((wrong.status, masked(&wrong)), (401, masked(&unknown)));
        let right = sign_in(&world, 2, MO, RIGHT).await;
        assert_eq!(
            (right.status, right.code(), right.text("reason")),
            (403, "account_blocked", word)
        );
        assert_eq!(right.body.get("token"), None);
    }
}

/// Body, calls and argon2 runs are those of a wrong password, from the very moment it is over.
#[tokio::test]
async fn a_temporary_password_that_is_over_is_a_wrong_one() {
    let world = World::with(|settings| {
        settings.temporary_passwords_enabled = true;
        settings.lockout.failures = 100; // no lock comes in between
    })
    .await;
    let path = "tenants/demo/accounts/id-of-mo/temporary-password";
    let made = world.admin(http::Method::POST, path, &world.admin, Value::Null).await;
    let (password, day) = (made.text("password"), 24 * 60 * 60);
    assert_eq!(made.body["valid_until"], json!(after(day)));
    let last = sign_in(&world, day - 1, MO, password).await;
    assert_eq!((last.status, last.code()), (403, "password_must_change"));
    world.deliver(after(day - 1)).await;
    for seconds in [day, day + 1, 30 * day] {
        sign_in(&world, seconds, "warm@example.com", "x").await;
        let mut seen = Vec::new();
        for (login, password) in [(MO, "Zeilboot8"), (MO, RIGHT), (MO, password)] {
            world.cloud.forget_calls();
            let reply = sign_in(&world, seconds, login, password).await;
            let mut calls = world.cloud.calls_of("sign-in");
            calls[..3].sort();
            let runs = reply.log["argon2.runs"].clone();
            seen.push((reply.status, masked(&reply), runs, calls));
        }
        assert_eq!(seen[0].0, 401);
        assert!(seen.iter().all(|other| *other == seen[0]), "{seen:?}");
    }
    assert!(world.account(MO).await.temporary_until.is_some(), "a reset still helps");
    let token = world.reset_token(after(31 * day), MO).await;
    let grant = world.grant(after(31 * day), &token).await;
    assert_eq!(world.set(after(31 * day), &grant, "Molenwiek42").await.status, 200);
    assert_eq!(sign_in(&world, 31 * day, MO, "Molenwiek42").await.status, 200);
}

#[tokio::test]
async fn a_password_typed_on_another_keyboard_is_the_same_and_a_longer_one_is_not() {
    let world = World::new().await;
    let phc = hash(cost(64, 1), "Caf\u{e9}terras7");
    world.change_account(MO, |account| account.password_phc = Some(phc)).await;
    assert_eq!(sign_in(&world, 1, MO, "Cafe\u{301}terras7").await.status, 200);
    for wrong in ["caf\u{e9}terras7", "Caf\u{e9}terras7 ", "Cafeterras7"] {
        assert_eq!(sign_in(&world, 1, MO, wrong).await.status, 401, "{wrong}");
    }
    // Never truncated; and what is too long for anyone is refused like any wrong one.
    let long = "a".repeat(200);
    let phc = hash(cost(64, 1), &long);
    world.change_account(MO, |account| account.password_phc = Some(phc)).await;
    assert_eq!(sign_in(&world, 2, MO, &long).await.status, 200);
    assert_eq!(sign_in(&world, 2, MO, &format!("{long}b")).await.status, 401);
    let unknown = masked(&sign_in(&world, 2, "nobody@example.com", "b").await);
    for login in [MO, "nobody@example.com"] {
        let reply = sign_in(&world, 2, login, &"a".repeat(5000)).await;
        assert_eq!((reply.status, masked(&reply)), (401, unknown.clone()));
    }
}

#[tokio::test]
async fn one_address_has_exactly_its_tries_an_hour_whoever_it_tries() {
    let world = World::with(|settings| settings.limits.per_address_hour = 3).await;
    let logins = [MO, "nobody@example.com", "bo@example.com"];
    for login in logins {
        assert_eq!(sign_in(&world, 600, login, "Zeilboot8").await.status, 401, "{login}");
    }
    for (seconds, retry_after) in [(600, "3000"), (3599, "1")] {
        for (login, password) in [(MO, RIGHT), (MO, "x"), ("nobody@example.com", "x")] {
            let reply = sign_in(&world, seconds, login, password).await;
            assert_eq!((reply.status, reply.code()), (429, "too_many_requests"), "{login}");
            assert_eq!(reply.header("retry-after"), retry_after);
            assert_eq!(reply.log["argon2.runs"], 0, "no work for who is over the limit");
        }
    }
    let body = json!({"login": MO, "password": RIGHT});
    let elsewhere =
        Request { source_ip: Some([192, 0, 2, 8].into()), ..Request::post("sign-in", &body) };
    assert_eq!(world.send(after(601), &elsewhere).await.status, 200, "another address");
    assert_eq!(sign_in(&world, 3600, MO, RIGHT).await.status, 200, "another hour");
}
