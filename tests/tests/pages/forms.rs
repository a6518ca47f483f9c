//! What is not a form of these pages is refused, in words, before anything is done.

use regain_http::routes::pages::PAGES;
use regain_tests::{Request, after};

use crate::gallery::{Filled, every_form};
use crate::steps::{LANGUAGES, Person, at_rest, world};
use crate::words::{FOREIGN, Heading, UNREADABLE};

const FORM: &str = "application/x-www-form-urlencoded";

/// What a browser, or who is none, says of where a form was: `Sec-Fetch-Site`, `Origin`, `Host`.
type From = (Option<&'static str>, Option<&'static str>, Option<&'static str>);

const HERE: [From; 8] = [
    // A page with `no-referrer` sends `null`, to its own origin too.
    (Some("same-origin"), Some("null"), Some("id.example")),
    (Some("same-origin"), None, None),
    (Some("same-origin"), Some("https://id.example"), Some("id.example")),
    // By hand, as when a form is sent again from the history.
    (Some("none"), None, Some("id.example")),
    (None, Some("https://id.example"), Some("id.example")),
    (None, Some("http://127.0.0.1:9000"), Some("127.0.0.1:9000")),
    // No browser.
    (None, None, Some("id.example")),
    (None, None, None),
];

const ELSEWHERE: [From; 18] = [
    (Some("cross-site"), Some("https://evil.example"), Some("id.example")),
    (Some("cross-site"), Some("null"), Some("id.example")),
    (Some("cross-site"), Some("https://id.example"), Some("id.example")),
    (Some("cross-site"), None, Some("id.example")),
    (Some("same-site"), Some("https://app.id.example"), Some("id.example")),
    (Some("same-site"), None, None),
    (Some(""), None, Some("id.example")),
    (Some("Same-Origin"), Some("null"), Some("id.example")),
    (Some("same-origin, cross-site"), Some("null"), Some("id.example")),
    (None, Some("https://evil.example"), Some("id.example")),
    (None, Some("https://id.example:8443"), Some("id.example")),
    (None, Some("https://id.example.evil.example"), Some("id.example")),
    (None, Some("https://evil.example/id.example"), Some("id.example")),
    (None, Some("https://id.example"), None),
    (None, Some("id.example"), Some("id.example")),
    // A browser that would say this, and nothing of the site, cannot be told from a stranger's.
    (None, Some("null"), Some("id.example")),
    (None, Some("null"), Some("null")),
    (None, Some(""), Some("")),
];

fn sent_from(form: &Filled, (site, origin, host): From) -> Request {
    let mut request = form.form.request();
    request.headers.retain(|(name, _)| *name == "content-type");
    let headers = [("sec-fetch-site", site), ("origin", origin), ("host", host)];
    let there = headers.into_iter().filter_map(|(name, text)| Some((name, text?.to_owned())));
    request.headers.extend(there);
    request
}

/// That a request does nothing: it reaches no step.
async fn is_refused(
    mo: &Person<'_>,
    request: Request,
    (status, heading): (u16, Heading),
    what: &str,
) {
    mo.world.cloud.forget_calls();
    let path = request.path.clone();
    let refused = mo.sees(after(121), &request.header("accept-language", mo.language)).await;
    assert_eq!(refused.reply.status, status, "{path} {what}: {}", refused.html);
    mo.reads(&refused, status, heading);
    for page in PAGES {
        let mut calls = mo.world.cloud.calls_of(page.function);
        // Whose page it is.
        calls.retain(|call| call != "GetItem tenants");
        assert_eq!(calls, [] as [String; 0], "{path} {what}");
    }
    assert_eq!(refused.reply.log.get("support.code"), None, "no step ran: {path} {what}");
}

#[tokio::test]
async fn every_form_that_a_page_takes_is_sent_here() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let (_, forms) = every_form(&world, "en").await;
    let mut names: Vec<_> = forms.iter().map(|form| form.name).collect();
    // That to a provider is held by the `federated` suite, which has providers.
    let mut sends: Vec<_> = PAGES
        .iter()
        .filter(|page| page.sends.is_some_and(|sends| sends != "federated-login"))
        .collect();
    sends.sort_by_key(|page| page.path);
    names.sort_unstable();
    let taken: Vec<_> = sends.iter().map(|page| page.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, taken);
    for form in forms {
        let done = mo.sends(121, &form.form, &[]).await;
        assert_eq!(done.reply.status, 200, "{}: {}", form.name, done.html);
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let (_, forms) = every_form(&world, language).await;
        let told = (403, FOREIGN);
        let before = at_rest(&world);
        for form in &forms {
            for from in ELSEWHERE {
                is_refused(&mo, sent_from(form, from), told, &format!("{from:?}")).await;
            }
        }
        assert_eq!(at_rest(&world), before);
    }
}

#[tokio::test]
async fn a_form_from_here_is_taken_by_whatever_browser() {
    for from in HERE {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, "en");
        for form in every_form(&world, "en").await.1 {
            let done = mo.sees(after(121), &sent_from(&form, from)).await;
            assert_eq!(done.reply.status, 200, "{} {from:?}: {}", form.name, done.html);
        }
    }
}

/// The same form, with another content type, or none.
fn of_type(form: &Filled, content_type: Option<&str>) -> Request {
    let mut request = form.form.request();
    request.headers.retain(|(name, _)| *name != "content-type");
    match content_type {
        Some(content_type) => request.header("content-type", content_type),
        None => request,
    }
}

#[tokio::test]
async fn what_is_no_form_or_is_compressed_is_not_read() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let told = (415, UNREADABLE);
        let (_, forms) = every_form(&world, language).await;
        let before = at_rest(&world);
        for form in &forms {
            for content_type in [
                None,
                Some(""),
                Some("application/json"),
                Some("text/plain"),
                Some("multipart/form-data; boundary=x"),
                Some("application/x-www-form-urlencodedx"),
                Some("x, application/x-www-form-urlencoded"),
            ] {
                is_refused(&mo, of_type(form, content_type), told, &format!("{content_type:?}"))
                    .await;
            }
            for encoding in ["gzip", "identity", ""] {
                let request = form.form.request().header("content-encoding", encoding);
                is_refused(&mo, request, told, encoding).await;
            }
        }
        assert_eq!(at_rest(&world), before);
    }
}

#[tokio::test]
async fn a_form_may_say_how_it_is_encoded() {
    let types = [
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ; charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
    ];
    for content_type in types {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, "en");
        for form in &every_form(&world, "en").await.1 {
            let done = mo.sees(after(121), &of_type(form, Some(content_type))).await;
            assert_eq!(done.reply.status, 200, "{}: {}", form.name, done.html);
        }
    }
}

/// The same form, padded by a field that nobody looks at, to so many bytes.
fn padded(form: &Filled, bytes: usize) -> Request {
    let mut request = form.form.filled(&[("return_url", "")]).request();
    let padding = bytes - request.body.len();
    request.body.extend("x".repeat(padding).as_bytes());
    request
}

#[tokio::test]
async fn a_form_over_16_kib_is_not_read() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let (_, forms) = every_form(&world, "en").await;
    let before = at_rest(&world);
    for form in &forms {
        for bytes in [16 * 1024 + 1, 1024 * 1024] {
            is_refused(&mo, padded(form, bytes), (413, UNREADABLE), &format!("{bytes}")).await;
        }
        let fits = mo.sees(after(121), &padded(form, 16 * 1024)).await;
        assert_eq!(fits.reply.status, 400, "no return URL is as long: {}", fits.html);
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn bytes_that_are_no_form_end_in_a_page() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    for form in &every_form(&world, "en").await.1 {
        for body in [
            &b""[..],
            b"&&&&",
            b"=",
            b"%",
            b"%zz=%zz",
            b"\0\0\0",
            b"\xff\xfe=\xff",
            b"{\"login\":\"mo@example.com\"}",
            b"captcha=x&captcha.id=y",
            b".=x&captcha.=x&.captcha=x&a.b.c=d",
            b"login.x=y&password.x=y&grant.x=y&token.x=y&recovery.x=y&pending.x=y",
        ] {
            let request = Request { body: body.to_vec(), ..of_type(form, Some(FORM)) };
            let page = mo.sees(after(121), &request).await;
            assert_eq!(page.reply.status, 400, "{} {body:?}: {}", form.name, page.html);
        }
    }
}
