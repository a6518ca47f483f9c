//! Histories that nobody thought of: right and wrong passwords and every way out, alone or at once,
//! at any distance in time, over a database that conflicts, dies or loses answers. After each:
//!
//! - no more wrong passwords were looked at since the count was last forgotten than the locks in
//!   between allow, and never more than a hundred (I5);
//! - the stored hash changed only if a password was set (I4);
//! - a lock was told at most once;
//! - the owner gets in, by the mailbox.

use futures_util::future::join_all;
use http::Method;
use proptest::prelude::*;
use proptest::sample::select;
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{World, after};
use serde_json::Value;

use crate::{MO, NEW, RIGHT, WRONG, code_grant, count, looked_at, shut, sign_in, world};

const FAILURES: usize = 3;
const LOCK_SECONDS: i64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Wrong(usize),
    Right,
    Desk,
    Request,
    Click,
    Unlock,
    UnlockWith(&'static str),
    Deliver,
    DeliverAllAgain,
    Schedule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Conflicts,
    /// No transaction is done: whatever was counted is never settled.
    Deaths,
    LostAnswers,
    LostForGood,
}

/// Some time passes; then these happen at once, over a database in this state.
#[derive(Clone, Debug)]
struct Turn {
    wait_seconds: i64,
    fault: Fault,
    steps: Vec<Step>,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        16 => (1..12_usize).prop_map(Step::Wrong),
        1 => Just(Step::Right),
        1 => Just(Step::Desk),
        1 => Just(Step::Request),
        2 => Just(Step::Click),
        1 => Just(Step::Unlock),
        1 => select(vec![RIGHT, WRONG]).prop_map(Step::UnlockWith),
        4 => Just(Step::Deliver),
        1 => Just(Step::DeliverAllAgain),
        2 => Just(Step::Schedule),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    let waits = vec![0, 0, 0, 1, 1, 5, 29, 30, 31, 99, 100, 101, 900];
    let faults = vec![
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::Conflicts,
        Fault::Deaths,
        Fault::LostAnswers,
        Fault::LostForGood,
    ];
    (select(waits), select(faults), prop::collection::vec(step(), 1..5))
        .prop_map(|(wait_seconds, fault, steps)| Turn { wait_seconds, fault, steps })
}

struct History {
    world: World,
    now: i64,
    /// Clicked links that take the lock off.
    grants: Vec<String>,
    /// Looked at when the count may last have been forgotten, and when that was.
    forgotten: (usize, i64),
    /// Looked at and never settled, since then.
    died: usize,
    /// Looked at under grants, which have their own count.
    under_grants: usize,
}

/// What a step came to, where it matters.
#[derive(Default)]
struct Outcome {
    /// It may have forgotten the count.
    may_forget: bool,
    died: usize,
    under_grant: usize,
    grant: Option<String>,
}

impl History {
    async fn new() -> Self {
        let world = world(|settings| {
            settings.lockout.failures = u32::try_from(FAILURES).unwrap();
            settings.lockout.lock_seconds = u32::try_from(LOCK_SECONDS).unwrap();
            settings.limits.mails_per_login_hour = 10_000;
        })
        .await;
        let (grants, forgotten) = (Vec::new(), (0, 0));
        Self { world, now: 0, grants, forgotten, died: 0, under_grants: 0 }
    }

    fn switch(&self, fault: Fault) {
        let none = DynamoDbChaos::default();
        let dynamodb = match fault {
            Fault::None => none,
            Fault::Conflicts => DynamoDbChaos { conflict_next: 3, ..none },
            Fault::Deaths => DynamoDbChaos { conflict_next: u64::MAX, ..none },
            Fault::LostAnswers => DynamoDbChaos { lose_transaction_next: 2, ..none },
            Fault::LostForGood => DynamoDbChaos { lose_transaction_next: 3, ..none },
        };
        self.world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    }

    async fn turn(&mut self, turn: &Turn) {
        self.now += turn.wait_seconds;
        self.switch(turn.fault);
        let phc = self.world.account(MO).await.password_phc;
        let outcomes = join_all(turn.steps.iter().map(|step| self.act(*step, turn.fault))).await;
        self.switch(Fault::None);
        assert_eq!(self.world.account(MO).await.password_phc, phc, "the hash changed by itself");
        let mut may_forget = false;
        for outcome in outcomes {
            may_forget |= outcome.may_forget;
            self.died += outcome.died;
            self.under_grants += outcome.under_grant;
            self.grants.extend(outcome.grant);
        }
        if may_forget {
            (self.forgotten, self.died) = ((self.guesses(), self.now), 0);
        }
        self.look().await;
    }

    /// Wrong passwords that sign-in has looked at and settled.
    fn guesses(&self) -> usize {
        looked_at(&self.world).saturating_sub(self.under_grants)
    }

    async fn act(&self, step: Step, fault: Fault) -> Outcome {
        let (world, now) = (&self.world, after(self.now));
        let mut outcome = Outcome::default();
        match step {
            Step::Wrong(times) => {
                let tries = (0..times).map(|_| sign_in(world, self.now, MO, WRONG));
                for reply in join_all(tries).await {
                    assert!([401, 429, 503].contains(&reply.status), "{reply:?}");
                    let died = fault == Fault::Deaths && reply.status == 503;
                    outcome.died += usize::from(died && reply.log["argon2.runs"] == 1);
                }
            }
            Step::Right => {
                let reply = sign_in(world, self.now, MO, RIGHT).await;
                assert!([200, 401, 423, 429, 503].contains(&reply.status), "{reply:?}");
                outcome.may_forget = [200, 503].contains(&reply.status);
            }
            Step::Desk => {
                let path = "tenants/demo/accounts/id-of-mo/unlock";
                world.admin_at(now, Method::POST, path, &world.desk, Value::Null).await;
                outcome.may_forget = true;
            }
            Step::Request => {
                world.request(now, MO).await;
            }
            Step::Click => outcome.grant = self.clicked().await,
            Step::Unlock => {
                let Some(grant) = self.grants.last() else { return outcome };
                let reply = world.unlock(now, grant).await;
                assert!([200, 403, 410, 503].contains(&reply.status), "{reply:?}");
                outcome.may_forget = true;
            }
            Step::UnlockWith(password) => {
                let Some(grant) = self.grants.last() else { return outcome };
                let reply = world.unlock_with(now, grant, password).await;
                assert!(password == RIGHT || reply.status != 200, "{reply:?}");
                outcome.may_forget = password == RIGHT;
                outcome.under_grant = usize::from(reply.status == 401);
            }
            Step::Deliver => {
                world.deliver(now).await;
            }
            Step::DeliverAllAgain => {
                world.cloud.rewind_stream().await;
                world.deliver(now).await;
            }
            Step::Schedule => {
                world.schedule(now).await;
            }
        }
        outcome
    }

    /// Clicks the newest link, if it is one that takes a lock off.
    async fn clicked(&self) -> Option<String> {
        let mails = self.world.cloud.messages(Some(MO));
        let mut links = mails.iter().flat_map(|mail| &mail.links);
        let link = links.find(|link| link.rel == regain_local::Rel::Action)?;
        let token = link.url.rsplit('/').next().unwrap_or_default();
        let reply = self.world.click(after(self.now), token).await;
        (reply.text("purpose") == "unlock").then(|| reply.text("grant").to_owned())
    }

    async fn look(&mut self) {
        let (at_least, since) = self.forgotten;
        let locks = usize::try_from((self.now - since) / LOCK_SECONDS).unwrap();
        let guesses = self.guesses().saturating_sub(at_least) + self.died;
        let allowed = 2 * FAILURES * (locks + 1);
        assert!(guesses <= allowed.min(100), "{guesses} of {allowed} in {locks} locks");
        let locked = count(&self.world, MO, "account_locked").await;
        let most = usize::try_from(self.now / LOCK_SECONDS).unwrap() + 1;
        // A lock that is taken off may be followed by another at once.
        let taken_off = self.world.events(MO).await;
        let taken_off =
            taken_off.iter().filter(|e| e.starts_with("account_unlocked") || *e == "signed_in");
        assert!(locked <= most + taken_off.count(), "{locked} locks told");
    }

    /// Whatever happened, and while the counter is full.
    async fn get_in(mut self) {
        let world = &self.world;
        for _ in 0..30 {
            self.now += 61;
            world.deliver(after(self.now)).await;
            world.schedule(after(self.now)).await;
        }
        self.now += 86_400;
        if world.account(MO).await.password_disabled_at.is_none() {
            let grant = code_grant(world, self.now, "locked_out").await;
            shut(world, self.now + 1, MO).await;
            if world.account(MO).await.password_disabled_at.is_none() {
                let reply = world.unlock_with(after(self.now + 2), &grant, RIGHT).await;
                assert_eq!(reply.status, 200, "{reply:?}");
                return;
            }
        }
        let token = world.reset_token(after(self.now + 3), MO).await;
        shut(world, self.now + 3, MO).await;
        let grant = world.grant(after(self.now + 4), &token).await;
        assert_eq!(world.set(after(self.now + 5), &grant, NEW).await.status, 200);
        assert_eq!(sign_in(world, self.now + 6, MO, NEW).await.status, 200);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_lets_more_be_guessed_or_locks_the_owner_out(turns in prop::collection::vec(turn(), 6..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut history = History::new().await;
            for turn in &turns {
                history.turn(turn).await;
            }
            history.get_in().await;
        });
    }
}
