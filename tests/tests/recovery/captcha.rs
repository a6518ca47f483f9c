//! The captcha before a recovery: answered rightly, once, in time, at its tenant.

use futures_util::future::join_all;
use regain_domain::TenantId;
use regain_domain::settings::LetterCase;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::steps::start_body;
use crate::{ANN, MO, count, heard, left, open};

async fn start(world: &World, seconds: i64, captcha: &Value) -> Reply {
    world.post(after(seconds), "start-recovery", start_body(MO, captcha)).await
}

fn with_answer(captcha: &Value, answer: &str) -> Value {
    json!({"id": captcha["id"], "answer": answer})
}

/// A captcha with a letter in its answer, and the answer in the other case.
fn lettered(world: &World) -> (Value, String) {
    loop {
        let captcha = world.captcha(after(0));
        let answer = captcha["answer"].as_str().unwrap();
        let swapped: String = answer
            .chars()
            .map(|letter| match letter.is_ascii_lowercase() {
                true => letter.to_ascii_uppercase(),
                false => letter.to_ascii_lowercase(),
            })
            .collect();
        if swapped != answer {
            return (captcha, swapped);
        }
    }
}

#[tokio::test]
async fn three_wrong_answers_spoil_it_for_the_right_one() {
    let world = World::new().await;
    let captcha = world.captcha(after(0));
    let wrong = with_answer(&captcha, "999999");
    for left in [2, 1, 0] {
        assert_eq!(heard(&start(&world, 1, &wrong).await), (422, "captcha_wrong", Some(left)));
    }
    for answer in [&wrong, &captcha, &wrong] {
        assert_eq!(heard(&start(&world, 2, answer).await), (410, "captcha_spent", None));
    }
    assert_eq!(count(&world, "tokens", "#recovery#"), 0);
    assert_eq!(start(&world, 3, &world.captcha(after(3))).await.status, 201);
}

#[tokio::test]
async fn two_wrong_answers_do_not() {
    let world = World::new().await;
    let captcha = world.captcha(after(0));
    for _ in 0..2 {
        assert_eq!(start(&world, 1, &with_answer(&captcha, "x")).await.status, 422);
    }
    assert_eq!(start(&world, 2, &captcha).await.status, 201);
}

#[tokio::test]
async fn one_captcha_starts_one_recovery() {
    let world = World::new().await;
    let captcha = world.captcha(after(0));
    assert_eq!(start(&world, 1, &captcha).await.status, 201);
    for (seconds, answer) in [(1, captcha.clone()), (299, captcha.clone())] {
        let again = start(&world, seconds, &answer).await;
        assert_eq!(heard(&again), (410, "captcha_spent", None));
    }
    let wrong = start(&world, 2, &with_answer(&captcha, "999999")).await;
    assert_eq!(wrong.status, 410, "nothing is said of an answer to a used one: {wrong:?}");
    assert_eq!(count(&world, "tokens", "#recovery#"), 1);
}

#[tokio::test]
async fn it_is_good_for_300_seconds() {
    let world = World::new().await;
    for (seconds, status, code) in [(299, 201, ""), (300, 410, "captcha_expired")] {
        let reply = start(&world, seconds, &world.captcha(after(0))).await;
        assert_eq!((reply.status, reply.code()), (status, code), "after {seconds} s");
    }
}

#[tokio::test]
async fn one_of_another_tenant_or_of_nobody_is_unknown() {
    let world = World::new().await;
    let other = TenantId::parse("other").unwrap();
    let (genuine, foreign) = (world.captcha(after(0)), world.captcha_at(&other, after(0)));
    let id = genuine["id"].as_str().unwrap();
    let mut flipped = id.to_owned();
    let last = if id.ends_with('A') { "B" } else { "A" };
    flipped.replace_range(10..11, if &id[10..11] == last { "C" } else { last });
    for forged in [foreign["id"].as_str().unwrap(), &flipped, &id[..id.len() - 4], "x", "AAAA"] {
        let answer = json!({"id": forged, "answer": genuine["answer"]});
        let reply = start(&world, 1, &answer).await;
        assert_eq!(heard(&reply), (404, "captcha_unknown", None), "{forged}");
    }
    let mixed = json!({"id": foreign["id"], "answer": foreign["answer"]});
    assert_eq!(start(&world, 1, &mixed).await.code(), "captcha_unknown");
    assert_eq!(count(&world, "tokens", ""), 0, "and leaves nothing behind");
}

#[tokio::test]
async fn it_cannot_be_left_out() {
    let world = World::new().await;
    let captcha = world.captcha(after(0));
    let (id, answer) = (&captcha["id"], &captcha["answer"]);
    for (given, pointer) in [
        (Value::Null, "/captcha"),
        (json!({}), "/captcha/id"),
        (json!([]), "/captcha"),
        (json!("yes"), "/captcha"),
        (json!(true), "/captcha"),
        (json!({"id": id}), "/captcha/answer"),
        (json!({"id": id, "answer": null}), "/captcha/answer"),
        (json!({"id": id, "answer": ""}), "/captcha/answer"),
        (json!({"id": id, "answer": 1}), "/captcha/answer"),
        (json!({"id": null, "answer": answer}), "/captcha/id"),
        (json!({"id": "", "answer": answer}), "/captcha/id"),
        (json!({"id": id, "answer": answer, "solved": true}), "/captcha/solved"),
    ] {
        refused_at(&start(&world, 1, &given).await, pointer);
    }
    let body = json!({"login": MO, "reason": "forgot_password"});
    refused_at(&world.post(after(1), "start-recovery", body).await, "/captcha");
    assert_eq!(count(&world, "tokens", ""), 0);
    assert_eq!(start(&world, 1, &captcha).await.status, 201, "none of it was an answer");
}

fn refused_at(reply: &Reply, pointer: &str) {
    assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{reply:?}");
    let errors = reply.body["errors"].as_array().unwrap();
    assert!(errors.iter().any(|error| error["pointer"] == pointer), "{pointer}: {errors:?}");
}

#[tokio::test]
async fn capitals_matter_where_the_tenant_says_so() {
    for (case, status) in [(LetterCase::Sensitive, 422), (LetterCase::Any, 201)] {
        let world = World::with(|settings| settings.captcha.case = case).await;
        let (captcha, swapped) = lettered(&world);
        assert_eq!(start(&world, 1, &with_answer(&captcha, &swapped)).await.status, status);
        let (captcha, _) = lettered(&world);
        assert_eq!(start(&world, 1, &captcha).await.status, 201);
    }
}

#[tokio::test]
async fn of_fifty_right_answers_at_once_one_starts_a_recovery() {
    let world = World::with(open).await;
    let captcha = world.captcha(after(0));
    let replies = join_all((0..50).map(|_| start(&world, 1, &captcha))).await;
    let started = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(started, 1);
    for refused in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(heard(refused), (410, "captcha_spent", None));
    }
    assert_eq!(count(&world, "tokens", "#recovery#"), 1);
}

/// The right one is somewhere among them; the order in which they were written decides.
#[tokio::test]
async fn never_more_than_three_wrong_answers_are_told_so_however_they_race() {
    let world = World::with(open).await;
    for place in [0, 1, 2, 3, 4, 10, 20] {
        let captcha = world.captcha(after(0));
        let wrong = with_answer(&captcha, "999999");
        let answers = (0..21).map(|n| if n == place { &captcha } else { &wrong });
        let replies = join_all(answers.map(|answer| start(&world, 1, answer))).await;
        let mut lefts: Vec<u64> = replies.iter().filter_map(left).collect();
        lefts.sort_unstable();
        assert!(lefts.len() <= 3 && lefts.windows(2).all(|two| two[0] < two[1]), "{lefts:?}");
        let started = replies.iter().filter(|reply| reply.status == 201).count();
        assert!(started == 1 || lefts == [0, 1, 2], "{started} {lefts:?}");
        for reply in replies.iter().filter(|reply| left(reply).is_none() && reply.status != 201) {
            assert_eq!(reply.code(), "captcha_spent");
        }
        for answer in [&wrong, &captcha] {
            assert_eq!(start(&world, 2, answer).await.code(), "captcha_spent", "place {place}");
        }
    }
}

#[tokio::test]
async fn whoever_is_over_the_limit_keeps_the_captcha() {
    for per_address in [true, false] {
        let world = World::with(|settings| {
            let limits = &mut settings.limits;
            (limits.per_login_and_address_hour, limits.per_address_hour) = (1, 10);
            if per_address {
                limits.per_address_hour = 1;
            }
        })
        .await;
        assert_eq!(start(&world, 0, &world.captcha(after(0))).await.status, 201);
        let captcha = world.captcha(after(3590));
        let limited = start(&world, 3590, &captcha).await;
        assert_eq!((limited.status, limited.code()), (429, "too_many_requests"));
        assert_eq!(limited.header("retry-after"), "10");
        let body = start_body(if per_address { MO } else { ANN }, &captcha);
        let seconds = if per_address { 3600 } else { 3591 };
        let later = world.post(after(seconds), "start-recovery", body).await;
        assert_eq!(later.status, 201, "{later:?}");
    }
}

#[tokio::test]
async fn a_wrong_answer_takes_nothing_from_the_limits() {
    let world = World::with(|settings| settings.limits.per_login_and_address_hour = 1).await;
    for _ in 0..3 {
        let wrong = with_answer(&world.captcha(after(0)), "999999");
        assert_eq!(start(&world, 0, &wrong).await.status, 422);
    }
    assert_eq!(count(&world, "tokens", "#limit#"), 0);
    assert_eq!(start(&world, 0, &world.captcha(after(0))).await.status, 201);
}
