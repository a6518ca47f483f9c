use proptest::prelude::*;

use super::*;
use crate::account::Slot;
use crate::login::Login;
use crate::tenant::TenantId;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

const H48: i64 = 172_800;

fn sent() -> Link {
    let (tenant, login) = (TenantId::parse("demo"), Login::parse("mo@example.com"));
    Link {
        link_id: LinkId::new([1; 10]),
        purpose: LinkPurpose::Reset,
        origin: Origin::SelfService,
        account_ref: AccountRef::of(&tenant.unwrap(), &login.unwrap()),
        account_id: "a".into(),
        login: Some("mo@example.com".into()),
        epoch: 3,
        return_url: None,
        challenge: None,
        requested_at: at(-5),
        issued_at: at(0),
        expires_at: at(H48),
        clicked_at: None,
        click_expires_at: None,
        tries: 0,
        tried_at: None,
        died_at: None,
        death: None,
        reported_at: None,
        support_code: crate::support::SupportCode::new([0; 5]),
    }
}

fn clicked(seconds: i64) -> Link {
    Link { clicked_at: Some(at(seconds)), click_expires_at: Some(at(seconds + 900)), ..sent() }
}

fn dead(link: Link, death: WrittenDeath, seconds: i64) -> Link {
    Link { died_at: Some(at(seconds)), death: Some(death), ..link }
}

fn state(link: &Link, seconds: i64) -> State {
    link.state(at(seconds), KeyState::Accepted)
}

fn clicked_until(seconds: i64) -> State {
    State::Alive(Alive::Clicked { until: at(seconds) })
}

fn death(cause: DeathCause, seconds: i64) -> State {
    State::Dead(Death { cause, at: at(seconds) })
}

#[test]
fn a_link_lives_to_the_second() {
    let ms_before = at(H48).checked_sub(jiff::SignedDuration::from_millis(1)).unwrap();
    assert_eq!(
        sent().state(ms_before, KeyState::Accepted),
        State::Alive(Alive::Sent { until: at(H48) })
    );
    for (link, seconds, expected) in [
        (sent(), 0, State::Alive(Alive::Sent { until: at(H48) })),
        (sent(), H48 - 1, State::Alive(Alive::Sent { until: at(H48) })),
        (sent(), H48, death(DeathCause::Expired, H48)),
        (sent(), H48 + 7 * 86_400, death(DeathCause::Expired, H48)),
        // The click ends the 48 hours and starts the 15 minutes, also at the very end.
        (clicked(H48 - 1), H48 + 898, clicked_until(H48 + 899)),
        (clicked(H48 - 1), H48 + 899, death(DeathCause::ClickExpired, H48 + 899)),
        (clicked(10), 909, clicked_until(910)),
        (clicked(10), 910, death(DeathCause::ClickExpired, 910)),
        (dead(sent(), WrittenDeath::Superseded, 60), 61, death(DeathCause::Superseded, 60)),
        (dead(clicked(10), WrittenDeath::Used, 60), 5000, death(DeathCause::Used, 60)),
    ] {
        assert_eq!(state(&link, seconds), expected, "{link:?} at {seconds}");
    }
}

#[test]
fn the_earliest_death_is_told_and_a_tie_has_an_order() {
    let withdrawn = WrittenDeath::Withdrawn(WithdrawnReason::NotMe);
    let late = dead(sent(), WrittenDeath::Superseded, H48 + 60);
    assert_eq!(state(&late, H48 + 61), death(DeathCause::Expired, H48));
    let tie = dead(sent(), WrittenDeath::Superseded, H48);
    assert_eq!(state(&tie, H48 + 1), death(DeathCause::Superseded, H48));
    let tie = dead(clicked(10), withdrawn, 910);
    assert_eq!(state(&tie, 1000), death(DeathCause::Withdrawn(WithdrawnReason::NotMe), 910));
    let tie = dead(clicked(10), WrittenDeath::Used, 910);
    assert_eq!(state(&tie, 1000), death(DeathCause::Used, 910));
}

#[test]
fn a_retired_key_accepts_nothing_and_does_not_hide_an_earlier_death() {
    let retired = KeyState::Retired(at(100));
    assert_eq!(
        sent().state(at(200), retired),
        death(DeathCause::Withdrawn(WithdrawnReason::ByDesk), 100)
    );
    assert_eq!(sent().state(at(99), retired), State::Alive(Alive::Sent { until: at(H48) }));
    let used = dead(clicked(10), WrittenDeath::Used, 60);
    assert_eq!(used.state(at(200), retired), death(DeathCause::Used, 60));
}

fn account() -> Account {
    serde_json::from_value(serde_json::json!({
        "account_id": "a", "login": "mo@example.com", "epoch": 3, "password_version": 1,
        "created_at": 0,
    }))
    .unwrap()
}

#[test]
fn a_link_is_good_for_one_epoch_of_one_active_account() {
    let link = sent();
    let by = |account: Option<&Account>| {
        link.withdrawn_by(account, at(5)).map(|death| match death.cause {
            DeathCause::Withdrawn(reason) => reason,
            other => panic!("{other:?}"),
        })
    };
    let mut changed = account();
    assert_eq!(by(Some(&changed)), None);
    assert_eq!(by(None), Some(WithdrawnReason::AccountDeleted));
    changed.epoch = 4;
    assert_eq!(by(Some(&changed)), Some(WithdrawnReason::ByDesk));
    changed.kill_reason = Some(WithdrawnReason::PasswordChanged);
    assert_eq!(by(Some(&changed)), Some(WithdrawnReason::PasswordChanged));
    changed.blocked = Some(crate::account::BlockReason::TrialEnded);
    assert_eq!(by(Some(&changed)), Some(WithdrawnReason::AccountBlocked));
    let reborn = Account { account_id: "b".into(), ..account() };
    assert_eq!(by(Some(&reborn)), Some(WithdrawnReason::AccountDeleted));
}

#[test]
fn the_remedy_follows_the_present() {
    let link = sent();
    let slot = |id: u8, requested: i64, until: i64| {
        let slot =
            Slot { link_id: LinkId::new([id; 10]), requested_at: at(requested), until: at(until) };
        Account { slots: [(LinkPurpose::Reset, slot)].into(), ..account() }
    };
    let blocked = Account { blocked: Some(crate::account::BlockReason::Other), ..slot(2, 10, H48) };
    let password_set = |account: Account| Account { password_set_at: Some(at(70)), ..account };
    for (account, expected) in [
        (None, Remedy::ContactSupport),
        (Some(blocked), Remedy::ContactSupport),
        (Some(account()), Remedy::RequestAgain),
        (Some(slot(1, 0, H48)), Remedy::RequestAgain),
        (Some(slot(2, 10, H48)), Remedy::UseNewerLink),
        (Some(slot(2, 10, 100)), Remedy::RequestAgain), // the newer one is dead too
        (Some(slot(2, -10, H48)), Remedy::RequestAgain), // it is older
        (Some(password_set(account())), Remedy::SignIn),
        (Some(password_set(slot(2, 80, H48))), Remedy::UseNewerLink),
    ] {
        let described = format!("{:?}", account.as_ref().map(|account| &account.slots));
        assert_eq!(link.remedy(account.as_ref(), at(100)), expected, "{described}");
    }
}

proptest! {
    /// I3: nothing is accepted at or after its deadline, and what is dead stays dead.
    #[test]
    fn nothing_is_accepted_at_or_after_its_deadline_and_nothing_revives(
        click in proptest::option::of(0..H48), died in proptest::option::of(0..400_000_i64),
        first in 0..400_000_i64, later in 0..400_000_i64,
    ) {
        let mut link = click.map_or_else(sent, clicked);
        if let Some(died) = died {
            link = dead(link, WrittenDeath::Superseded, died);
        }
        let deadline = link.click_expires_at.unwrap_or(link.expires_at);
        if at(first) >= deadline {
            prop_assert!(matches!(state(&link, first), State::Dead(_)));
        }
        // The same death is told at every later moment, unless an earlier one is on record.
        if let State::Dead(told) = state(&link, first) {
            let State::Dead(again) = state(&link, first + later) else {
                return Err(TestCaseError::fail("revived"));
            };
            prop_assert!(again.at <= told.at.max(deadline));
        }
    }
}

#[test]
fn a_purpose_is_its_word_and_a_taken_off_lock_is_shown_again_within_its_window() {
    assert_eq!(LinkPurpose::ALL.map(LinkPurpose::as_str), LinkPurpose::WORDS);
    for purpose in LinkPurpose::ALL {
        let used = dead(Link { purpose, ..clicked(0) }, WrittenDeath::Used, 5);
        let again = |seconds, key| used.unlocked_before(at(seconds), key);
        let unlocks = purpose.act() == Act::Unlock;
        assert_eq!(again(899, KeyState::Accepted), unlocks, "{purpose:?}");
        assert!(!again(900, KeyState::Accepted));
        assert!(!again(10, KeyState::Retired(at(10))));
        let superseded = dead(Link { purpose, ..clicked(0) }, WrittenDeath::Superseded, 5);
        assert!(!superseded.unlocked_before(at(6), KeyState::Accepted));
    }
}

#[test]
fn a_try_is_on_its_way_for_five_seconds() {
    let tried = Link { tried_at: Some(at(10)), ..clicked(0) };
    assert_eq!([10, 14, 15].map(|seconds| tried.is_tried_now(at(seconds))), [true, true, false]);
    assert!(!clicked(0).is_tried_now(at(0)));
}
