//! What holds for every state of every page, in both languages.

use std::collections::{BTreeMap, BTreeSet};

use crate::seen::{Page, Seen};
use crate::walk::walk;

/// A page with its style and script; a picture or a sound of a captcha is beside that.
const PAGE_BYTES_MAX: u64 = 30 * 1024;
/// A secret is longer than any word, and is written in letters and digits.
const SECRET_LENGTH_MIN: usize = 32;

/// Nothing of the kind is wrong with any page; else all of it is told.
async fn nowhere<T: std::fmt::Debug>(wrong: impl Fn(&Seen) -> Vec<T>) {
    let seen = walk().await;
    let wrong: BTreeMap<&str, Vec<T>> = seen
        .iter()
        .map(|seen| (seen.name.as_str(), wrong(seen)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn if_not<T>(holds: bool, wrong: T) -> Vec<T> {
    if holds { Vec::new() } else { vec![wrong] }
}

#[tokio::test]
async fn axe_finds_no_fault_on_any_page_phone_or_desktop_light_or_dark() {
    nowhere(|seen| seen.violations.clone()).await;
    let kept: BTreeSet<&String> = walk().await.iter().flat_map(|seen| &seen.rules_kept).collect();
    for rule in ["color-contrast", "label", "target-size", "page-has-heading-one", "region"] {
        assert!(kept.contains(&rule.to_owned()), "{rule} was looked at: {kept:?}");
    }
}

#[tokio::test]
async fn nothing_moves_where_motion_is_unwelcome() {
    nowhere(|seen| if_not(seen.moving == 0, seen.moving)).await;
}

#[tokio::test]
async fn nothing_is_lost_at_320_pixels_or_at_200_percent() {
    nowhere(|seen| seen.lost.clone()).await;
}

#[tokio::test]
async fn the_keyboard_reaches_everything_in_the_order_of_reading() {
    nowhere(|seen| seen.unreached.clone()).await;
    assert!(walk().await.iter().any(|seen| seen.reached > 5));
}

#[tokio::test]
async fn the_focus_is_always_seen() {
    nowhere(|seen| seen.unseen_focus.clone()).await;
}

#[tokio::test]
async fn the_console_hears_of_nothing() {
    // That a page is an answer of 4xx is told of the page itself.
    let is_status = |seen: &Seen, entry: &serde_json::Value| {
        let message = entry["message"].as_str().unwrap();
        entry["source"] == "network"
            && seen.page.status >= 400
            && message.starts_with(&seen.page.url)
    };
    nowhere(|seen| {
        let entries = seen.console.iter().filter(|entry| !is_status(seen, entry));
        entries.cloned().collect::<Vec<_>>()
    })
    .await;
}

#[tokio::test]
async fn no_request_leaves_the_origin() {
    nowhere(|seen| {
        let origin = seen.page.url.split("/p/").next().unwrap().to_owned() + "/";
        let elsewhere = |url: &&String| !url.starts_with(&origin) && !url.starts_with("data:");
        seen.requested.iter().filter(elsewhere).cloned().collect::<Vec<_>>()
    })
    .await;
    let all = walk().await;
    assert!(all.iter().all(|seen| !seen.requested.is_empty()), "what is asked for is seen");
}

#[tokio::test]
async fn every_page_is_under_30_kibibytes_with_its_style_and_script() {
    nowhere(|seen| if_not((1..PAGE_BYTES_MAX).contains(&seen.page.bytes), seen.page.bytes)).await;
}

#[tokio::test]
async fn no_secret_is_in_a_title_in_the_address_of_a_form_or_in_a_redirect() {
    nowhere(|seen| {
        let told = [&seen.page.title].into_iter().chain(&seen.page.actions);
        let told = told.chain(seen.redirected.iter().filter(|url| !url.contains("handover=")));
        told.filter(|text| has_secret(text)).cloned().collect::<Vec<_>>()
    })
    .await;
    // After a click it is not in the address bar either.
    nowhere(|seen| {
        let page = seen.page.url.split("/p/").nth(1).unwrap_or_default();
        let opened = ["/link/", "/magic/", "/not-me/"].iter().any(|path| page.contains(path));
        if_not(opened || !has_secret(page), seen.page.url.clone())
    })
    .await;
    let all = walk().await;
    assert!(all.iter().any(|seen| has_secret(&seen.page.url)), "a secret is known for one");
}

fn has_secret(text: &str) -> bool {
    text.split(|sign: char| !sign.is_ascii_alphanumeric()).any(|run| run.len() >= SECRET_LENGTH_MIN)
}

#[tokio::test]
async fn no_page_is_told_where_its_reader_came_from() {
    nowhere(|seen| if_not(seen.page.referrer.is_empty(), seen.page.referrer.clone())).await;
}

#[tokio::test]
async fn errors_are_announced_and_first_in_the_title_and_never_an_answer_of_200() {
    nowhere(|seen| {
        let Page { title, status, alerts, .. } = &seen.page;
        let in_title = ["Error: ", "Fout: "].iter().any(|error| title.starts_with(error));
        let as_one = in_title == (*alerts == 1) && *alerts <= 1 && (*alerts == 0 || *status >= 400);
        if_not(as_one, (title.clone(), *status, *alerts))
    })
    .await;
}

#[tokio::test]
async fn every_state_is_said_in_each_language() {
    let seen = walk().await;
    let of = |language: &str| -> BTreeMap<&str, &str> {
        let seen = seen.iter().filter_map(|seen| Some((seen.name.strip_prefix(language)?, seen)));
        seen.map(|(name, seen)| (name, seen.page.text.as_str())).collect()
    };
    let (english, dutch) = (of("en/"), of("nl/"));
    assert!(english.len() > 30 && english.keys().eq(dutch.keys()), "{:?}", english.keys());
    let the_same = english.iter().filter(|(name, text)| dutch[*name] == **text);
    assert_eq!(the_same.count(), 0);
}
