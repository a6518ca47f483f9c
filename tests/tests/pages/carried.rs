//! What a form carries to be drawn again is its sender's: bent, it bends their own page and nothing else.
//! And a form that is sent once more does nothing twice.

use regain_tests::pages::{Page, PageForm};
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::gallery::every_form;
use crate::steps::{CHOSEN, MO, OLD, ON_FILE, Person, TYPED, at_rest, world};
use crate::words::{CHOOSE, CODE, GRANT_USED, METHOD, RECOVER};

const MARKUP: &str = "<img src=x onerror=alert(1)>\"'><script>{{1301*7}}";

/// What may stand anywhere in place of what was there.
fn bends() -> Vec<Value> {
    let deep = (0..40).fold(json!([]), |within, _| json!([within]));
    let texts = [
        "",
        "x",
        MARKUP,
        "9999-12-31T23:59:59Z",
        "9999-12-30T22:00:00.999999999Z",
        "-009999-01-02T01:59:59Z",
        "1970-01-01T00:00:00Z",
        "\u{202e}\u{0000}\u{2028}",
    ];
    let others = [json!(null), json!(true), json!(-1), json!(1e300), json!(u64::MAX), json!({})];
    texts.map(Value::from).into_iter().chain(others).chain([deep]).collect()
}

/// The places of a document, as JSON pointers.
fn places(document: &Value, at: &str) -> Vec<String> {
    let within = match document {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| places(value, &format!("{at}/{name}")))
            .collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(at_item, value)| places(value, &format!("{at}/{at_item}"))).collect()
        }
        _ => Vec::new(),
    };
    [vec![at.to_owned()], within].concat()
}

/// Texts that are no document, or none of ours.
fn texts() -> Vec<String> {
    let deep = "[".repeat(4000);
    let wide = format!("{{\"methods\":[{}1]}}", "1,".repeat(3000));
    let own = ["x", "[]", "{}", "7", "null", "\"x\"", "{", "{\"a\":1,\"a\":2}", MARKUP];
    own.map(str::to_owned).into_iter().chain([deep, wide]).collect()
}

/// Sends a form with something in it that is refused, and another `carried`.
async fn is_a_page(mo: &Person<'_>, form: &PageForm, carried: &str) {
    for (name, value) in [("x", "1"), ("lang", "xx")] {
        let page = mo.sends(121, form, &[("carried", carried), (name, value)]).await;
        let Page { reply, html } = &page;
        assert_eq!(reply.status, 400, "{} {carried}: {html}", form.action);
        assert!(!html.contains("<img src=x") && !html.contains("<script>"), "{carried}: {html}");
        assert!(!html.contains("9107"), "{carried}: {html}");
    }
}

#[tokio::test]
async fn what_is_carried_can_be_anything() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let (_, forms) = every_form(&world, "en").await;
    let carrying = forms.iter().filter(|form| !form.form.field("carried").is_empty());
    let mut seen = Vec::new();
    let before = at_rest(&world);
    for sent in carrying {
        seen.push(sent.name);
        for text in texts() {
            is_a_page(&mo, &sent.form, &text).await;
        }
        let known: Value = serde_json::from_str(sent.form.field("carried")).unwrap();
        for place in places(&known, "") {
            for bend in bends() {
                let mut bent = known.clone();
                *bent.pointer_mut(&place).unwrap() = bend;
                is_a_page(&mo, &sent.form, &bent.to_string()).await;
            }
        }
    }
    seen.sort_unstable();
    let expected =
        ["check-sms-code", "finish-sign-in", "send-recovery-link", "send-sms-code", "set-password"];
    assert_eq!(seen, expected);
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn a_step_goes_on_whatever_its_form_carries() {
    for carried in ["", "x", "{}", "[[]]"] {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, "en");
        for sent in every_form(&world, "en").await.1 {
            let page = mo.sends(121, &sent.form, &[("carried", carried)]).await;
            // Where the next page needs what was carried, there is none to be drawn.
            let is_drawn = sent.name != "send-sms-code";
            let status = if is_drawn { 200 } else { 400 };
            assert_eq!(page.reply.status, status, "{} {carried}: {}", sent.name, page.html);
        }
        assert_eq!(world.sign_in(after(122), "new@example.com", CHOSEN[0].1).await.0, 200);
    }
}

/// The grant, and until when it is good.
fn granted(page: &Page) -> (String, Value) {
    let form = page.form("set-password");
    let known: Value = serde_json::from_str(form.field("carried")).unwrap();
    (form.field("grant").to_owned(), known["valid_until"].clone())
}

#[tokio::test]
async fn a_click_that_is_sent_again_gives_the_same_page() {
    let world = World::new().await;
    let mo = Person::new(&world, "en");
    world.reset_token(after(0), MO).await;
    let link = mo.opens(1, &crate::steps::mailed(&world, MO, regain_local::Rel::Action)).await;
    let first = mo.fills(2, &link, "click-link", &[]).await;
    for seconds in [2, 60, 800] {
        let again = mo.fills(seconds, &link, "click-link", &[]).await;
        mo.reads(&again, 200, CHOOSE);
        assert_eq!(granted(&again), granted(&first), "{seconds}");
    }
    mo.fills(801, &first, "set-password", &CHOSEN).await;
    for typed in [&CHOSEN[..], &[], &[("password", OLD), ("confirm", "other")]] {
        let again = mo.fills(802, &first, "set-password", typed).await;
        let is_read = typed == CHOSEN;
        if is_read {
            mo.reads(&again, 410, GRANT_USED);
        } else {
            mo.reads(&again, 400, CHOOSE);
        }
    }
    let back = mo.fills(803, &link, "click-link", &[]).await;
    assert_eq!(back.reply.status, 410, "{}", back.html);
}

#[tokio::test]
async fn what_is_sent_again_on_the_way_by_code_is_told_and_done_once() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let recover = mo.opens(0, "/p/demo/recover").await;
    let form = recover.form("recover");
    let answer = world.read_captcha(after(0), form.field("captcha.id"));
    let typed = [("login", MO), ("reason", "forgot_password"), ("captcha.answer", &*answer)];
    let ways = mo.sends(1, &form, &typed).await;
    mo.reads(&ways, 200, METHOD);
    // The picture was used up. Another one comes, with what was typed.
    let again = mo.sends(2, &form, &typed).await;
    mo.reads(&again, 410, RECOVER);
    let other = again.form("recover");
    assert_eq!((other.field("login"), other.field("reason")), (MO, "forgot_password"));
    let begun_again = mo.recovers(3, &again, MO, "forgot_password").await;
    mo.reads(&begun_again, 200, METHOD);

    let phone = [("phone", TYPED), ("channel", "sms")];
    for seconds in [4, 4] {
        let code = mo.fills(seconds, &ways, "send-sms-code", &phone).await;
        mo.reads(&code, 200, CODE);
    }
    let code = mo.fills(100, &ways, "send-sms-code", &phone).await;
    world.deliver(after(100)).await;
    assert_eq!(world.cloud.messages(Some(ON_FILE)).len(), 1, "one code, the newest");
    let typed = world.newest_code(ON_FILE);
    let rules = mo.fills(101, &code, "check-sms-code", &[("code", &typed)]).await;
    mo.reads(&rules, 200, CHOOSE);
    let again = mo.fills(102, &code, "check-sms-code", &[("code", &typed)]).await;
    assert_eq!(again.reply.status, 410, "{}", again.html);
    assert!(again.forms().is_empty(), "{}", again.html);
    mo.follows(103, &again, "recover").await;
}
