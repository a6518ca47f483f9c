//! What a locked account costs the back office.

use http::Method;
use regain_tests::after;
use serde_json::Value;

use super::MO;
use super::back_office::{
    FORGET, GET, KEY, OUTBOX, TAKE, TOLD, TRIES, asked, costs, own, transaction, warm,
};

#[tokio::test]
async fn taking_a_lock_off_costs_four_calls_beside_the_key_and_three_where_there_is_none() {
    let world = warm().await;
    let check = "ConditionCheckItem accounts";
    let taken_off = transaction(&[check, FORGET, OUTBOX, TAKE, TOLD, TOLD]);
    let looked = own(&[GET, GET, TRIES]);
    let done = [looked.clone(), vec![taken_off]].concat();
    let unlock =
        |calls: &Vec<String>| vec![(Method::POST, "/unlock", Value::Null, 200, calls.clone())];
    let at = "tenants/demo/accounts/id-of-mo";
    costs(&world, at, unlock(&looked)).await;
    world.lock(after(1), MO).await;
    costs(&world, at, unlock(&done)).await;
    costs(&world, at, unlock(&looked)).await;
    let nobody = "tenants/demo/accounts/nobody";
    let gone = vec![(Method::POST, "/unlock", Value::Null, 404, own(&[GET]))];
    costs(&world, nobody, gone).await;
}

#[tokio::test]
async fn the_story_of_a_lock_costs_what_that_of_any_link_does() {
    let world = warm().await;
    world.lock(after(1), MO).await;
    let timeline = world.timeline(MO).await;
    let locked = timeline.iter().find(|entry| entry["event"] == "account_locked").unwrap();
    let path = format!("tenants/demo/support/{}", locked["support_code"].as_str().unwrap());
    let (reply, calls) = asked(&world, 9, (Method::GET, &path), &world.desk, Value::Null).await;
    assert_eq!(calls, [KEY, "GetItem timeline", "Query timeline", "GetItem tokens", GET]);
    let link = &reply.body["link"];
    assert_eq!((&link["purpose"], &link["state"]), (&"unlock".into(), &"sent".into()), "{link}");
}
