//! A form of ours on a page that is not ours.

use serde_json::json;

use crate::visit::{ENGLISH, Visit};

#[tokio::test]
async fn a_form_sent_from_another_origin_does_nothing() {
    let visit = Visit::begin(ENGLISH).await;
    let Visit { browser, person, .. } = &visit;
    let action = visit.page("forgot-password");
    let page = format!(
        "data:text/html,<form method=post action='{action}'><input name=login value='{}'>\
         <button>Win a prize</button></form>",
        person.login
    );
    browser.open(&page).await;
    browser.press("button").await;
    visit.is_in_its_language().await;
    let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
    assert_eq!(browser.run(status, json!([])).await, 403);
    // From the page itself the same is asked, and this is the one mail.
    visit.ask_for_link().await;
    person.mailed(&visit.up, 0).await;
    assert_eq!(visit.up.messages(&person.login).await.len(), 1);
}
