//! The whole of it as a developer runs it: `cargo xtask up`, HTTP, the inbox, and a clock that is
//! moved. Real processes, so what is asserted is only what they answer, never how fast.

#![expect(clippy::unwrap_used, reason = "a suite stops where it fails")]

use std::path::Path;
use std::process::Command;

use regain_tests::{Up, xtask};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_back_in_while_the_clock_is_moved_over_both_deadlines() {
    let up = Up::start().await;
    let (login, old) = (up.text("/accounts/0/login"), up.text("/accounts/0/password"));
    let sign_in = |password: &str| json!({"login": login, "password": password});

    // Nobody clicks for two days.
    let token = up.ask(&login).await;
    up.clock("+47h");
    assert_eq!(up.post("check-link", json!({"token": token})).await.0, 200);
    up.clock("+49h");
    let (status, dead) = up.post("click-link", json!({"token": token})).await;
    assert_eq!(
        (status, &dead["code"], &dead["remedy"]),
        (410, &json!("link_expired"), &json!("request_again"))
    );

    // Asked again with the dead link; clicked, and left for a quarter of an hour.
    let known = up.messages(&login).await.len();
    assert_eq!(up.post("request-reset", json!({"token": token})).await.0, 202);
    let second = up.new_token(&login, known).await;
    let grant = up.click(&second).await;
    up.clock("+2956m"); // 49 h and 16 min: the file takes one number and one unit
    let late = json!({"grant": grant, "password": "Molenwiek42"});
    assert_eq!(up.code("set-password", late).await, (410, "grant_expired".to_owned()));
    assert_eq!(
        up.code("click-link", json!({"token": second})).await,
        (410, "link_click_expired".to_owned())
    );
    assert_eq!(up.post("sign-in", sign_in(&old)).await.0, 200, "nothing was changed so far");

    // In time, with a hundred at once: one wins.
    let third = up.ask(&login).await;
    assert_eq!(up.code("click-link", json!({"token": token})).await.1, "link_expired");
    let grant = up.click(&third).await;
    let racing = (0..100).map(|n| {
        let body = json!({"grant": grant, "password": format!("Molenwiek{n:02}")});
        up.post("set-password", body)
    });
    let answers = futures_util::future::join_all(racing).await;
    let won: Vec<usize> = (0..100).filter(|n| answers[*n].0 == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| [200, 410, 503].contains(status)), "{answers:?}");
    let new = format!("Molenwiek{:02}", won[0]);
    assert_eq!(up.post("sign-in", sign_in(&new)).await.0, 200);
    assert_eq!(up.code("sign-in", sign_in(&old)).await, (401, "sign_in_failed".to_owned()));
    let (status, dead) = up.post("click-link", json!({"token": third})).await;
    assert_eq!(
        (status, &dead["code"], &dead["remedy"]),
        (410, &json!("link_used"), &json!("sign_in"))
    );

    // No secret, no address and no password in what the functions logged.
    let secrets = [&token, &second, &third, &grant, &new, &old, &login, "127.0.0.1"];
    let logs = logs(Path::new(&up.text("/logs")));
    assert!(logs.contains("\"http.route\":\"/v1/{tenant}/set-password\""), "the logs are there");
    for secret in secrets {
        let found = logs.lines().find(|line| line.contains(secret));
        assert_eq!(found, None, "in the logs");
    }
}

/// Somebody fills the counter again and again; the phone and the password get its owner in.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_out_person_gets_in_by_a_text_message_and_the_password() {
    let up = Up::start().await;
    let (login, password) = (up.text("/accounts/0/login"), up.text("/accounts/0/password"));
    let phone = up.text("/accounts/0/phone");
    let sign_in = |password: &str| json!({"login": login, "password": password});
    for _ in 0..5 {
        assert_eq!(up.post("sign-in", sign_in("wrong")).await.0, 401);
    }
    let locked = up.code("sign-in", sign_in(&password)).await;
    assert_eq!(locked, (423, "account_locked".to_owned()));
    let mailed = up.new_token(&login, 0).await;
    let (_, link) = up.post("check-link", json!({"token": mailed})).await;
    assert_eq!(link["purpose"], "unlock", "{link}");

    let (_, captcha) = up.post("captcha", json!({})).await;
    for (url, form) in [("image_url", "image/png"), ("audio_url", "audio/wav")] {
        let drawn = up.http.get(captcha[url].as_str().unwrap()).send().await.unwrap();
        assert_eq!((drawn.status().as_u16(), drawn.headers()["content-type"] == form), (200, true));
        assert!(drawn.bytes().await.unwrap().len() > 1000, "{url}");
    }
    let answer = up.answer(captcha["id"].as_str().unwrap()).await;
    let captcha = json!({"id": captcha["id"], "answer": answer});
    let body = json!({"login": login, "reason": "locked_out", "captcha": captcha});
    let (status, started) = up.post("start-recovery", body).await;
    assert_eq!((status, &started["methods"][0]["hint"]), (201, &json!(phone[phone.len() - 2..])));
    let recovery = &started["recovery"];
    for (phone, status) in [("+31612345670", 422), (&phone, 202)] {
        let body = json!({"recovery": recovery, "phone": phone, "channel": "sms"});
        assert_eq!(up.post("send-sms-code", body).await.0, status, "{phone}");
    }
    let code = up.sent_code(&phone).await;
    let body = json!({"recovery": recovery, "code": code});
    let (status, right) = up.post("check-sms-code", body).await;
    assert_eq!((status, &right["purpose"]), (200, &json!("unlock")), "{right}");
    assert_eq!(up.code("sign-in", sign_in("wrong")).await.0, 401);
    let body = json!({"grant": right["grant"], "password": password});
    let (status, session) = up.post("unlock", body).await;
    assert_eq!((status, session["token"].is_string()), (200, true), "{session}");
    assert_eq!(up.post("sign-in", sign_in(&password)).await.0, 200);

    let logs = logs(Path::new(&up.text("/logs")));
    assert!(logs.contains("\"http.route\":\"/v1/{tenant}/check-sms-code\""), "the logs are there");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for secret in [text(recovery), text(&right["grant"]), password, login, phone] {
        let found = logs.lines().find(|line| line.contains(&secret));
        assert_eq!(found, None, "in the logs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_back_office_makes_a_tenant_whose_people_get_in() {
    let up = Up::start().await;
    let operator = up.text("/operator_key");
    let (status, made) =
        up.admin("POST", "tenants", &operator, json!({"tenant": "zuid", "name": "Zuid"})).await;
    assert_eq!((status, &made["settings"]["name"]), (201, &json!("Zuid")), "{made}");
    let key = made["api_key"].as_str().unwrap();
    let (status, _) =
        up.admin("GET", "tenants/zuid/settings", &up.text("/admin_key"), json!(null)).await;
    assert_eq!(status, 404, "the demo's admin is a stranger here");

    // 500 people of before, one call; the same file again changes nothing.
    let lines: String =
        (0..500).map(|n| format!("{{\"login\":\"p{n}@zuid.example\"}}\n")).collect();
    for expected in ["created", "unchanged"] {
        let answer = up.import("zuid", key, &lines).await;
        assert_eq!(answer.lines().count(), 500);
        assert!(answer.lines().all(|line| line.contains(expected)), "{expected}");
    }

    // One of them is invited, chooses a password and signs in.
    let (_, found) =
        up.admin("GET", "tenants/zuid/accounts?login=p7@zuid.example", key, json!(null)).await;
    let id = found["accounts"][0]["account_id"].as_str().unwrap();
    let path = format!("tenants/zuid/accounts/{id}/send-link");
    let (status, sent) = up.admin("POST", &path, key, json!({"kind": "invite"})).await;
    assert_eq!((status, &sent["kind"]), (202, &json!("invite")), "{sent}");
    let token = up.other_token("p7@zuid.example", "").await;
    let at_zuid = async |step: &str, body: Value| up.post_at("zuid", step, body).await;
    let (_, clicked) = at_zuid("click-link", json!({"token": token})).await;
    assert_eq!(clicked["purpose"], "invite", "{clicked}");
    let body = json!({"grant": clicked["grant"], "password": "Molenwiek42"});
    assert_eq!(at_zuid("set-password", body).await.0, 200);
    let body = json!({"login": "p7@zuid.example", "password": "Molenwiek42"});
    assert_eq!(at_zuid("sign-in", body).await.0, 200);

    // What the tenant sets is seen within a minute by functions that are warm.
    let patch = json!({"own_password": "generated"});
    assert_eq!(up.admin("PATCH", "tenants/zuid/settings", key, patch).await.0, 200);
    up.clock("+61s");
    let (_, asked) = at_zuid("request-reset", json!({"login": "p7@zuid.example"})).await;
    let token = up.other_token("p7@zuid.example", &token).await;
    let (_, clicked) = at_zuid("click-link", json!({"token": token})).await;
    assert_eq!(clicked["password"], "generated", "{clicked}");
    let story = format!("tenants/zuid/support/{}", asked["support_code"].as_str().unwrap());
    let (_, story) = up.admin("GET", &story, key, json!(null)).await;
    assert_eq!(story["link"]["state"], "clicked", "{story}");
    assert_eq!(up.admin("DELETE", "tenants/zuid", &operator, json!(null)).await.0, 204);
    assert_eq!(up.admin("GET", "tenants/zuid/settings", key, json!(null)).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_keeps_to_its_openapi_document_whatever_is_sent() {
    let up = Up::start().await;
    let schemathesis = Command::new(xtask()).args(["tool", "schemathesis"]).output().unwrap();
    assert!(schemathesis.status.success(), "{}", String::from_utf8_lossy(&schemathesis.stderr));
    let schemathesis = String::from_utf8(schemathesis.stdout).unwrap();
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/openapi.json");
    let run = Command::new(schemathesis.trim())
        .args(["--config-file", concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis.toml")])
        .args(["run", document, "--url", &up.text("/api"), "--checks", "all"])
        // A well-formed text may still be no token of ours: 400 `link_damaged`, as documented.
        .args(["--exclude-checks", "positive_data_acceptance"])
        // The operator's key: any other would find itself in the list and revoke itself. And the
        // demo is not deleted, or all that follows would be 404.
        .args(["--header", &format!("Authorization: Bearer {}", up.text("/operator_key"))])
        .args(["--exclude-operation-id", "delete-tenant"])
        .env("SCHEMATHESIS_HOOKS", concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis_hooks.py"))
        .args(["--max-examples", "30", "--seed", "1", "--no-color"])
        .current_dir(up.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let operations: usize =
        regain_http::routes::ROUTES.iter().map(|route| route.operations.len()).sum();
    let all_but_one = format!("Tested: {}", operations - 1);
    assert!(said.contains(&all_but_one), "every operation was called: {said}");
}

/// The lines that the functions wrote.
fn logs(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let functions = files.filter(|path| !path.to_str().unwrap().contains("cargo-lambda"));
    functions.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}
