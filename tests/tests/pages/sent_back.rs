//! Whoever a provider sends back and gets no further reads a page; a program reads the problem.

use regain_tests::{Request, World, after};
use serde_json::Value;

use crate::steps::{LANGUAGES, Person, at_rest, leads_back, world};
use crate::words::SIGN_IN;

/// As a browser comes back.
fn sent_back(query: &str, language: &str, accept: Option<&str>) -> Request {
    let request = Request::get(&format!("/v1/demo/federated-login/callback/google?{query}"));
    let request = request.header("accept-language", language);
    match accept {
        Some(accept) => request.header("accept", accept),
        None => request,
    }
}

const BROWSER: Option<&str> = Some("text/html,application/xhtml+xml,*/*;q=0.8");
const QUERIES: [&str; 5] = [
    "",
    "state=x&code=y",
    "state=x&error=access_denied",
    "state=%3Cimg%20src=x%20onerror=alert(1)%3E&error=%3Cscript%3E",
    "state=x&state=y",
];

async fn problem(world: &World, query: &str, language: &str, accept: Option<&str>) -> Value {
    let reply = world.send(after(0), &sent_back(query, language, accept)).await;
    assert_eq!(reply.header("content-type"), "application/problem+json", "{query}: {reply:?}");
    reply.body
}

#[tokio::test]
async fn who_is_sent_back_in_vain_reads_a_page_with_the_status_of_the_problem() {
    let world = world(leads_back).await;
    let before = at_rest(&world);
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        for query in QUERIES {
            let told = problem(&world, query, language, Some("application/json")).await;
            assert_eq!(problem(&world, query, language, None).await, told);
            let page = mo.sees(after(0), &sent_back(query, language, BROWSER)).await;
            assert_eq!(told["status"], page.reply.status, "{query}: {}", page.html);
            assert_eq!(page.reply.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(page.reply.header("content-language"), language);
            assert_eq!(page.reply.header("cache-control"), "no-store");
            let policy = page.reply.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none';"), "{policy}");
            assert_eq!(page.reply.header("access-control-allow-origin"), "");
            assert!(!page.html.contains("<img src=x") && !page.html.contains("<script>"));
            assert!(page.links().iter().all(|link| link.starts_with("/p/demo/")), "{}", page.html);
            if told["code"] == "sign_in_unknown" {
                let again = mo.follows(1, &page, "sign-in").await;
                mo.reads(&again, 200, SIGN_IN);
            }
        }
    }
    assert_eq!(at_rest(&world), before);
}
