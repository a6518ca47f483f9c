//! What happens to the account after the mail went out ends the link, and the link says what.

use regain_domain::account::BlockReason;
use regain_domain::event::Event;
use regain_domain::event::{Actor, Entry};
use regain_domain::link::WithdrawnReason;
use regain_domain::{Account, SupportCode};
use regain_store::{NewHash, Notice, NoticeKind, OutboxItem, PasswordChange, PasswordSet, Work};
use regain_tests::{World, after};

use crate::{H48, MIN15, MO, NEW, death, withdrawn};

/// Ends what was issued before, as everything does that changes an account.
fn ended(account: &mut Account, reason: WithdrawnReason) {
    account.epoch += 1;
    account.killed_at = Some(after(100));
    account.kill_reason = Some(reason);
    account.slots.clear();
}

type Change = fn(&mut Account);
const CHANGES: [(Change, &str, &str); 5] = [
    (
        |account| {
            account.blocked = Some(BlockReason::Cancelled);
            ended(account, WithdrawnReason::AccountBlocked);
        },
        "account_blocked",
        "contact_support",
    ),
    (
        |account| {
            account.password_version += 1;
            account.password_set_at = Some(after(100));
            ended(account, WithdrawnReason::PasswordChanged);
        },
        "password_changed",
        "sign_in",
    ),
    (|account| ended(account, WithdrawnReason::AddressChanged), "address_changed", "request_again"),
    (|account| ended(account, WithdrawnReason::ByDesk), "by_desk", "request_again"),
    (|account| ended(account, WithdrawnReason::NotMe), "not_me", "request_again"),
];

#[tokio::test]
async fn a_changed_account_ends_its_link_whose_record_says_nothing_of_it() {
    for (change, reason, remedy) in CHANGES {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        world.change_account(MO, change).await;
        let dead = withdrawn("link_withdrawn", reason, after(100), remedy);
        for seconds in [110, H48 - 1, H48, H48 + 86_400] {
            assert_eq!(death(&world.check(after(seconds), &token).await), dead, "{seconds}");
            assert_eq!(death(&world.click(after(seconds), &token).await), dead, "{seconds}");
            assert_eq!(death(&world.not_me(after(seconds), &token).await), dead, "{seconds}");
        }
    }
}

#[tokio::test]
async fn a_changed_account_ends_what_a_click_had_begun() {
    for (change, reason, remedy) in CHANGES {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        world.change_account(MO, change).await;
        let before = world.account(MO).await;
        let dead = withdrawn("grant_withdrawn", reason, after(100), remedy);
        for seconds in [110, 10 + MIN15 - 1, 10 + MIN15, H48] {
            assert_eq!(death(&world.set(after(seconds), &grant, NEW).await), dead, "{seconds}");
        }
        assert_eq!(world.account(MO).await.password_phc, before.password_phc);
        assert_eq!(world.account(MO).await.epoch, before.epoch);
    }
}

#[tokio::test]
async fn a_deleted_account_takes_its_links_along_and_a_namesake_gets_none_of_them() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    let namesake = {
        let mut account = world.account(MO).await;
        account.account_id = "somebody-else".to_owned();
        account.slots.clear();
        account
    };
    world.remove_account(MO);
    let dead = |code| withdrawn(code, "account_deleted", after(50), "contact_support");
    let refused = async || {
        assert_eq!(death(&world.check(after(50), &token).await), dead("link_withdrawn"));
        assert_eq!(death(&world.click(after(50), &token).await), dead("link_withdrawn"));
        assert_eq!(death(&world.not_me(after(50), &token).await), dead("link_withdrawn"));
        assert_eq!(death(&world.set(after(50), &grant, NEW).await), dead("grant_withdrawn"));
    };
    refused().await;
    world.put_account(&world.tenant(), world.place(MO), namesake).await;
    refused().await;
    assert_eq!(world.sign_in(after(60), MO, NEW).await.0, 401);
}

#[tokio::test]
async fn a_block_that_wrote_no_moment_still_ends_the_link() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    world.change_account(MO, |account| account.blocked = Some(BlockReason::Other)).await;
    let dead = |code| withdrawn(code, "account_blocked", after(50), "contact_support");
    assert_eq!(death(&world.click(after(50), &token).await), dead("link_withdrawn"));
    assert_eq!(death(&world.set(after(50), &grant, NEW).await), dead("grant_withdrawn"));
}

/// Each of its conditions, alone: what was read a moment ago must still be so when it is written.
#[tokio::test]
async fn a_password_is_not_set_on_an_account_that_changed_since_it_was_read() {
    let changes: [Change; 5] = [
        |account| account.epoch += 1,
        |account| account.password_version += 1,
        |account| account.blocked = Some(BlockReason::Other),
        |account| account.account_id = "a-namesake".to_owned(),
        |account| account.slots.clear(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        world.grant(after(10), &token).await;
        let (link, account) = (world.link(&token).await.unwrap(), world.account(MO).await);
        let notice = Work::Send(Notice {
            notice: NoticeKind::PasswordChanged { link_id: link.link_id, unlinked: Vec::new() },
            account_ref: link.account_ref.clone(),
            account_id: link.account_id.clone(),
            to: None,
            at: after(20),
            language_asked: None,
            language_accepted: None,
            support_code: SupportCode::new([7; 5]),
        });
        let notice = OutboxItem::new(&world.tenant(), "changed".to_owned(), notice, after(20));
        let entry = Entry {
            event: Event::PasswordChanged,
            at: after(20),
            actor: Actor::Caller,
            source: None,
            cause: None,
            subject: "call".to_owned(),
            support_code: None,
            kept_days: 365,
        };
        let (phc, history_salt, history) = ("phc".to_owned(), "salt".to_owned(), Vec::new());
        let hash = NewHash { phc, history_salt, history };
        let (link, hash, notice, entry) = (&link, &hash, &notice, &entry);
        let set = PasswordChange { link, account: &account, hash, notice, entry };

        world.change_account(MO, change).await;
        let at_rest = world.cloud.dump().unwrap();
        let refused = world.store.set_password(&world.tenant(), set, after(20)).await.unwrap();
        assert!(matches!(refused, PasswordSet::AccountRefused(Some(_))), "{number}: {refused:?}");
        assert_eq!(world.cloud.dump().unwrap(), at_rest, "change {number}");
    }
}
