//! Captchas from outside: made, looked at, heard, and refused to whom they are not for.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use http::Method;
use regain_domain::captcha::{SEAL_LABEL, answer_of};
use regain_domain::keys::Keyring;
use regain_domain::seal::Seal;
use regain_domain::{Language, Settings, TenantId};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

const DRAWN: [(&str, &str); 2] = [("image.png", "image/png"), ("audio.wav", "audio/wav")];

/// The picture or the sound of an id, so many seconds after the beginning.
async fn draw(world: &World, seconds: i64, id: &str, what: &str) -> Reply {
    world.send(after(seconds), &Request::get(&format!("/v1/demo/captcha/{id}/{what}"))).await
}

async fn id(world: &World, body: Value) -> String {
    world.post(after(0), "captcha", body).await.text("id").to_owned()
}

fn seal(world: &World) -> Seal {
    let edge = Keyring::parse(&world.cloud.secret("edge").unwrap()).unwrap();
    Seal::new(&edge, SEAL_LABEL)
}

#[tokio::test]
async fn a_captcha_says_where_its_picture_and_sound_are_and_until_when() {
    let world = World::new().await;
    let made = world.post(after(0), "captcha", json!({})).await;
    assert_eq!((made.status, made.header("cache-control")), (201, "no-store"));
    let id = made.text("id");
    let base = format!("http://127.0.0.1:9000/v1/demo/captcha/{id}");
    assert_eq!(
        made.body,
        json!({
            "id": id,
            "image_url": format!("{base}/image.png"),
            "audio_url": format!("{base}/audio.wav"),
            "expires_at": "2026-11-22T14:05:00Z",
        })
    );
    for (what, media_type) in DRAWN {
        let drawn = draw(&world, 1, id, what).await;
        assert_eq!((drawn.status, drawn.header("content-type")), (200, media_type));
        assert_eq!(drawn.header("cache-control"), "no-store");
        assert_eq!(drawn.header("x-content-type-options"), "nosniff");
        assert!(drawn.bytes.len() > 4_000, "{what}: {}", drawn.bytes.len());
    }
}

#[tokio::test]
async fn the_same_id_is_the_same_bytes_until_it_expires_and_the_next_is_another() {
    let world = World::new().await;
    let (one, two) = (id(&world, json!({})).await, id(&world, json!({})).await);
    assert_ne!(one, two);
    for (what, _) in DRAWN {
        let first = draw(&world, 0, &one, what).await;
        assert_eq!(draw(&world, 299, &one, what).await.bytes, first.bytes);
        assert_ne!(draw(&world, 0, &two, what).await.bytes, first.bytes);
        let expired = draw(&world, 300, &one, what).await;
        assert_eq!((expired.status, expired.code()), (410, "captcha_expired"));
        assert!(expired.bytes.is_empty());
    }
}

#[tokio::test]
async fn no_call_to_the_store_makes_draws_or_speaks_one() {
    let world = World::new().await;
    let warm = id(&world, json!({})).await;
    world.cloud.forget_calls();
    let made = id(&world, json!({})).await;
    for (what, _) in DRAWN {
        for id in [&warm, &made, "x"] {
            draw(&world, 1, id, what).await;
        }
    }
    assert_eq!(world.cloud.calls(), []);
}

#[tokio::test]
async fn what_was_not_made_here_for_this_tenant_is_unknown() {
    let world = World::new().await;
    let zuid = TenantId::parse("zuid").unwrap();
    world.create_tenant(&zuid, &Settings::default()).await;
    let made = id(&world, json!({})).await;
    let mut bent = made.clone().into_bytes();
    bent[40] = if bent[40] == b'A' { b'B' } else { b'A' };
    let bent = String::from_utf8(bent).unwrap();
    let edge = format!(r#"{{"current":"1","1":"{}"}}"#, "x".repeat(64));
    let elsewhere = Seal::new(&Keyring::parse(&edge).unwrap(), SEAL_LABEL);
    let challenge = regain_domain::captcha::Challenge::new;
    let forged = challenge(&zuid, Language::En, [1; 32], after(0)).seal(&elsewhere, [2; 24]);
    for (what, _) in DRAWN {
        for wrong in ["x", "%2e%2e", &bent, &forged, &made[1..], &format!("{made}A")] {
            let unknown = draw(&world, 1, wrong, what).await;
            assert_eq!((unknown.status, unknown.code()), (404, "captcha_unknown"), "{wrong}");
        }
        // At another tenant it says no more, not even that it has expired.
        for seconds in [1, 301] {
            let request = Request::get(&format!("/v1/zuid/captcha/{made}/{what}"));
            let unknown = world.send(after(seconds), &request).await;
            assert_eq!((unknown.status, unknown.code()), (404, "captcha_unknown"));
        }
        let request = Request::get(&format!("/v1/nobody/captcha/{made}/{what}"));
        assert_eq!(world.send(after(1), &request).await.code(), "tenant_unknown");
    }
    for path in ["image.jpg", "image.png/", "", "audio"] {
        assert_eq!(draw(&world, 1, &made, path).await.code(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn it_is_spoken_in_the_language_asked_for_the_browsers_or_the_tenants() {
    let dutch = |settings: &mut Settings| settings.default_language = Language::Nl;
    let only_dutch = |settings: &mut Settings| {
        settings.default_language = Language::Nl;
        settings.languages = vec![Language::Nl];
    };
    let spoken = async |world: &World, body: Value, accepts: &str| -> Language {
        let request = Request::post("captcha", &body).header("accept-language", accepts);
        let made = world.send(after(0), &request).await;
        let open = regain_domain::captcha::Challenge::open;
        open(&seal(world), &world.tenant(), made.text("id"), after(0)).unwrap().language()
    };
    let world = World::with(dutch).await;
    let (asked, nothing) = (json!({"language": "en"}), json!({}));
    assert_eq!(spoken(&world, asked.clone(), "nl").await, Language::En);
    assert_eq!(spoken(&world, nothing.clone(), "en").await, Language::En);
    assert_eq!(spoken(&world, nothing.clone(), "fr").await, Language::Nl);
    let world = World::with(only_dutch).await;
    assert_eq!(spoken(&world, asked, "en").await, Language::Nl);
    let unknown = world.post(after(0), "captcha", json!({"language": "fr"})).await;
    assert_eq!((unknown.status, unknown.code()), (400, "invalid_request"));
}

#[tokio::test]
async fn the_answer_is_told_by_the_picture_and_the_sound_alone() {
    let world = World::new().await;
    let made = world.post(after(0), "captcha", json!({})).await;
    let id = made.text("id").to_owned();
    let answer = answer_of(&seal(&world), &id).unwrap();
    let mut told = vec![made.body.to_string(), made.log.to_string()];
    told.push(format!("{:?}", made.headers));
    for (what, _) in DRAWN {
        let drawn = draw(&world, 1, &id, what).await;
        // Neither the answer nor what it could be drawn from is in the log.
        assert!(!drawn.log.to_string().contains(&id), "{}", drawn.log);
        assert_eq!(drawn.log["http.route"], format!("/v1/{{tenant}}/captcha/{{id}}/{what}"));
        told.extend([drawn.log.to_string(), format!("{:?}", drawn.headers)]);
        told.push(String::from_utf8_lossy(&drawn.bytes).into_owned());
    }
    for told in told {
        assert!(!told.contains(&answer), "{answer}");
    }
}

#[tokio::test]
async fn a_picture_and_a_sound_are_read_by_get_and_head_and_nothing_else() {
    let world = World::new().await;
    let made = id(&world, json!({})).await;
    for (what, _) in DRAWN {
        let request = Request::get(&format!("/v1/demo/captcha/{made}/{what}"));
        let got = world.send(after(1), &request).await;
        let ask = |method| Request { method, ..request.clone() };
        let head = world.send(after(1), &ask(Method::HEAD)).await;
        assert_eq!((head.status, &head.headers), (200, &got.headers));
        assert_eq!((head.bytes.len(), &head.body), (0, &Value::Null));
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let refused = world.send(after(1), &ask(method)).await;
            assert_eq!((refused.status, refused.header("allow")), (405, "GET, HEAD, OPTIONS"));
        }
        let preflight = world.send(after(1), &ask(Method::OPTIONS)).await;
        assert_eq!((preflight.status, preflight.header("allow")), (204, "GET, HEAD, OPTIONS"));
    }
    let made = world.send(after(1), &Request::get("/v1/demo/captcha")).await;
    assert_eq!((made.status, made.header("allow")), (405, "POST, OPTIONS"));
}

#[tokio::test]
async fn an_id_of_the_longest_tenant_is_no_longer_than_is_documented() {
    let world = World::new().await;
    let longest = TenantId::parse(&"t".repeat(40)).unwrap();
    world.create_tenant(&longest, &Settings::default()).await;
    let path = format!("/v1/{longest}/captcha");
    let made = world.send(after(0), &Request { path, ..Request::post("", &json!({})) }).await;
    let length = made.text("id").len();
    assert!((180..=256).contains(&length), "{length}");
}
