use super::*;
use crate::account::{AccountRef, Slot};
use crate::link::WrittenDeath;
use crate::login::Login;
use crate::tenant::TenantId;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn request(id: u8, seconds: i64) -> Request {
    Request {
        purpose: LinkPurpose::Reset,
        link_id: LinkId::new([id; 10]),
        requested_at: at(seconds),
    }
}

fn account(slot: Option<(u8, i64)>, killed: Option<i64>) -> Account {
    let mut account: Account = serde_json::from_value(serde_json::json!({
        "account_id": "a", "login": "mo@example.com", "epoch": 3, "password_version": 1,
        "created_at": 0,
    }))
    .unwrap();
    account.killed_at = killed.map(at);
    account.slots = slot
        .map(|(id, requested)| {
            let slot = Slot {
                link_id: LinkId::new([id; 10]),
                requested_at: at(requested),
                until: at(10_000),
            };
            (LinkPurpose::Reset, slot)
        })
        .into_iter()
        .collect();
    account
}

#[test]
fn a_request_becomes_a_link_unless_something_newer_was_there_first() {
    let new = |id: Option<u8>| Issue::New { supersedes: id.map(|id| LinkId::new([id; 10])) };
    for (slot, killed, asked, expected) in [
        (None, None, (1, 0), new(None)),
        (Some((2, -10)), None, (1, 0), new(Some(2))),
        (Some((1, 0)), None, (1, 0), Issue::Issued),
        (Some((2, 5)), None, (1, 0), Issue::Drop(Dropped::NewerRequest)),
        (Some((2, 0)), None, (1, 0), Issue::Drop(Dropped::NewerRequest)),
        (None, Some(5), (1, 0), Issue::Drop(Dropped::KilledSince)),
        (None, Some(0), (1, 0), Issue::Drop(Dropped::KilledSince)),
        (None, Some(-1), (1, 0), new(None)),
    ] {
        let account = account(slot, killed);
        let decided = decide(&account, &request(asked.0, asked.1), None, 0, at(1));
        assert_eq!(decided, expected, "{slot:?} {killed:?} {asked:?}");
    }
}

#[test]
fn the_same_link_goes_out_again_only_unclicked_and_within_the_window() {
    let account = account(Some((2, -10)), None);
    let login = Login::parse("mo@example.com").unwrap();
    let current = Link {
        link_id: LinkId::new([2; 10]),
        purpose: LinkPurpose::Reset,
        origin: Default::default(),
        account_ref: AccountRef::of(&TenantId::parse("demo").unwrap(), &login),
        account_id: "a".into(),
        login: None,
        epoch: 3,
        return_url: None,
        challenge: None,
        requested_at: at(-10),
        issued_at: at(0),
        expires_at: at(10_000),
        clicked_at: None,
        click_expires_at: None,
        tries: 0,
        tried_at: None,
        died_at: None,
        death: None,
        reported_at: None,
        support_code: crate::support::SupportCode::new([0; 5]),
    };
    let decide = |link: &Link, asked: i64, window: u32| {
        super::decide(&account, &request(1, asked), Some(link), window, at(asked))
    };
    let again = Issue::SameAgain(LinkId::new([2; 10]));
    let new = Issue::New { supersedes: Some(LinkId::new([2; 10])) };
    assert_eq!(decide(&current, 299, 300), again);
    assert_eq!(decide(&current, 300, 300), new);
    assert_eq!(decide(&current, 299, 0), new);
    let clicked =
        Link { clicked_at: Some(at(5)), click_expires_at: Some(at(905)), ..current.clone() };
    assert_eq!(decide(&clicked, 100, 300), new);
    let dead = Link { died_at: Some(at(5)), death: Some(WrittenDeath::Superseded), ..current };
    assert_eq!(decide(&dead, 100, 300), new);
}
