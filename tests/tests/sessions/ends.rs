//! A session stands until something ends what was issued, and `session` says so at once.

use http::Method;
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{ENDED, MO, MO_ID, NEW, OLD, told};

async fn on_mo(world: &World, (method, end): (Method, &str), body: Value) -> Reply {
    let path = format!("tenants/demo/accounts/{MO_ID}{end}");
    let reply = world.admin_at(after(20), method, &path, &world.admin, body).await;
    assert!(reply.status < 300, "{end}: {reply:?}");
    reply
}

/// Mo chooses another password under a link; gives its token.
async fn reset(world: &World) -> String {
    let token = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(11), &token).await;
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
    token
}

#[derive(Clone, Copy, Debug)]
enum End {
    Reset,
    ResetByCode,
    Block,
    BlockAndUnblock,
    Erase,
    SignOutEverywhere,
    TemporaryPassword,
    OtherAddress,
    OtherPhone,
    SecondStepOff,
    TenantDeleted,
}

const ENDS: [End; 11] = [
    End::Reset,
    End::ResetByCode,
    End::Block,
    End::BlockAndUnblock,
    End::Erase,
    End::SignOutEverywhere,
    End::TemporaryPassword,
    End::OtherAddress,
    End::OtherPhone,
    End::SecondStepOff,
    End::TenantDeleted,
];

async fn ended(world: &World, session: &str, end: End) {
    let post = |end| (Method::POST, end);
    match end {
        End::Reset => {
            reset(world).await;
        }
        End::ResetByCode => {
            let phone = "+31612345678";
            let grant = world.code_grant(after(20), MO, phone, "forgot_password").await;
            assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
        }
        End::Block => {
            on_mo(world, post("/block"), json!({"reason": "revoked_by_admin"})).await;
        }
        End::BlockAndUnblock => {
            on_mo(world, post("/block"), json!({"reason": "revoked_by_admin"})).await;
            on_mo(world, post("/unblock"), Value::Null).await;
        }
        End::Erase => {
            on_mo(world, (Method::DELETE, ""), Value::Null).await;
        }
        End::SignOutEverywhere => {
            let reply = world.signed_in(after(20), session, "sign-out-everywhere", json!({})).await;
            assert_eq!(reply.body, json!({"status": "signed_out"}));
        }
        End::TemporaryPassword => {
            on_mo(world, post("/temporary-password"), json!({})).await;
        }
        End::OtherAddress => {
            on_mo(world, (Method::PATCH, ""), json!({"login": "mo@example.org"})).await;
        }
        End::OtherPhone => {
            on_mo(world, (Method::PATCH, ""), json!({"phone": "+31687654320"})).await;
        }
        End::SecondStepOff => {
            on_mo(world, post("/second-step-off"), Value::Null).await;
        }
        End::TenantDeleted => {
            let path = "tenants/demo";
            let key = &world.operator;
            let reply = world.admin_at(after(20), Method::DELETE, path, key, Value::Null).await;
            assert!(reply.status < 300, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn it_ends_at_once_with_what_was_issued() {
    for end in ENDS {
        let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
        let (mut session, other) =
            (world.session_of(after(0), MO, OLD).await, world.session_of(after(0), MO, OLD).await);
        if matches!(end, End::SecondStepOff) {
            session = world.switch_on(after(0), MO, OLD).await.session;
        }
        let ann = world.session_of(after(0), "ann@example.com", "Bakfiets8").await;
        assert_eq!(world.session(after(19), &session).await.status, 200, "{end:?}");
        ended(&world, &session, end).await;
        // Settings are held for a minute, and with them that there is such a tenant.
        let (seconds, expected) = match end {
            End::TenantDeleted => (81, (404, "tenant_unknown")),
            _ => (20, ENDED),
        };
        for session in [&session, &other] {
            let reply = world.session(after(seconds), session).await;
            assert_eq!(told(&reply), expected, "{end:?}: {reply:?}");
            let reply =
                world.signed_in(after(seconds), session, "sign-out-everywhere", json!({})).await;
            assert_eq!(told(&reply), expected, "{end:?}: {reply:?}");
        }
        if !matches!(end, End::TenantDeleted) {
            assert_eq!(world.session(after(21), &ann).await.status, 200, "{end:?} is Mo's alone");
        }
    }
}

/// Of a link that was used: "this was not me".
#[tokio::test]
async fn a_report_ends_the_session_that_began_with_the_new_password() {
    let world = World::new().await;
    let token = reset(&world).await;
    let session = world.session_of(after(30), MO, NEW).await;
    assert_eq!(world.session(after(31), &session).await.status, 200);
    assert_eq!(world.not_me(after(32), &token).await.status, 200);
    assert_eq!(told(&world.session(after(32), &session).await), ENDED);
}

#[tokio::test]
async fn what_issues_nothing_and_ends_nothing_leaves_it() {
    let world = World::new().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let token = world.reset_token(after(1), MO).await;
    world.grant(after(2), &token).await;
    assert_eq!(world.not_me(after(3), &token).await.status, 200, "not used yet: only it dies");
    world.lock(after(4), MO).await;
    on_mo(&world, (Method::PATCH, ""), json!({"first_name": "Sam", "language": "nl"})).await;
    world.session_of(after(0), "ann@example.com", "Bakfiets8").await;
    world.post(after(5), "why-cannot-i-sign-in", json!({"login": MO})).await;
    world.deliver(after(6)).await;
    assert_eq!(world.session(after(30), &session).await.status, 200);
}

#[tokio::test]
async fn it_expires_to_the_second() {
    for seconds in [60_i64, 900, 86_400] {
        let length = u32::try_from(seconds).unwrap();
        let world = World::with(|settings| settings.validity.session_seconds = length).await;
        let session = world.session_of(after(5), MO, OLD).await;
        let reply = world.session(after(5 + seconds - 1), &session).await;
        assert_eq!(reply.status, 200, "{seconds}: {reply:?}");
        assert_eq!(reply.body["expires_at"], json!(after(5 + seconds)));
        for late in [0, 1, 86_400 * 400] {
            let reply = world.session(after(5 + seconds + late), &session).await;
            assert_eq!(told(&reply), ENDED, "{seconds} and {late}");
        }
    }
}

#[tokio::test]
async fn it_says_whose_it_is_and_how_the_account_signs_in() {
    let world = World::new().await;
    let session = world.session_of(after(5), MO, OLD).await;
    let shown = json!({
        "account_id": MO_ID,
        "login": MO,
        "expires_at": after(905),
        "methods": ["password"],
        "second_step": null,
        "providers": [],
    });
    let reply = world.session(after(6), &session).await;
    assert_eq!((reply.status, &reply.body), (200, &shown));
    assert_eq!(reply.header("cache-control"), "no-store");
    // By its scheme, however that is spelled.
    for scheme in ["bearer", "BEARER"] {
        let request = Request { method: Method::GET, ..Request::post("session", &json!({})) };
        let request = request.header("authorization", &format!("{scheme} {session}"));
        assert_eq!(world.send(after(6), &request).await.status, 200, "{scheme}");
    }
    let ended = world.session(after(905), &session).await;
    assert_eq!(ended.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body_and_nothing_else_is_taken() {
    let world = World::new().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let ask = async |method: Method, session: &str| {
        let request = Request { method, body: Vec::new(), ..Request::post("session", &json!({})) };
        let request = request.header("authorization", &format!("Bearer {session}"));
        world.send(after(1), &request).await
    };
    let reply = ask(Method::HEAD, &session).await;
    assert_eq!((reply.status, &reply.body), (200, &Value::Null));
    let reply = ask(Method::HEAD, "x").await;
    assert_eq!((reply.status, &reply.body), (401, &Value::Null));
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let reply = ask(method.clone(), &session).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD, OPTIONS"), "{method}");
    }
    assert_eq!(world.session(after(2), &session).await.status, 200, "looking changes nothing");
}

/// At the same person's other tenant, everything goes on.
#[tokio::test]
async fn what_ends_at_one_tenant_stands_at_another() {
    let world = World::new().await;
    let other = regain_domain::TenantId::parse("other").unwrap();
    world.create_tenant(&other, &regain_domain::Settings::default()).await;
    let place = regain_domain::AccountRef::of(&other, &regain_domain::Login::parse(MO).unwrap());
    world.put_account(&other, place, world.account(MO).await).await;
    let body = json!({"login": MO, "password": OLD});
    let there = Request { path: "/v1/other/sign-in".to_owned(), ..Request::post("", &body) };
    let there = world.send(after(0), &there).await.text("token").to_owned();
    let here = world.session_of(after(0), MO, OLD).await;
    let out = world.signed_in(after(1), &here, "sign-out-everywhere", json!({})).await;
    assert_eq!(out.status, 200);
    let request = Request {
        method: Method::GET,
        path: "/v1/other/session".to_owned(),
        ..Request::post("", &json!({}))
    };
    let ask = async |session: &str| {
        let request = request.clone().header("authorization", &format!("Bearer {session}"));
        world.send(after(2), &request).await
    };
    assert_eq!(ask(&there).await.status, 200);
    // The same account id, the same epoch, the same key; another audience.
    assert_eq!(told(&ask(&here).await), crate::NONE);
    assert_eq!(told(&world.session(after(2), &there).await), crate::NONE);
}
