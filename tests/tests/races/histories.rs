//! Histories that nobody thought of: any steps, in any order, alone or at once, at any distance in
//! time, over a database that conflicts and loses answers. After each of them:
//!
//! - no secret was accepted twice (I1), nor at or after its deadline (I3);
//! - at most one link of the account lives (I2);
//! - the stored hash changed only if a password was set (I4);
//! - a dead link is dead for good, and says of its death what it said at first.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use regain_local::{Chaos, DynamoDbChaos, Rel};
use regain_tests::{Reply, World, after};

use crate::{MO, OLD};

#[derive(Clone, Copy, Debug)]
enum Step {
    Request,
    RequestAgain(usize),
    Deliver,
    DeliverAllAgain,
    Schedule,
    Click(usize),
    Set(usize),
    SetWeak(usize),
    NotMe(usize),
}

/// Some time passes; then these happen at once, over a database in this state.
#[derive(Clone, Debug)]
struct Turn {
    wait_seconds: i64,
    fault: Fault,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Conflicts,
    LostAnswers,
    AnswersLostForGood,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..8_usize;
    prop_oneof![
        3 => Just(Step::Request),
        1 => which.clone().prop_map(Step::RequestAgain),
        4 => Just(Step::Deliver),
        1 => Just(Step::DeliverAllAgain),
        2 => Just(Step::Schedule),
        4 => which.clone().prop_map(Step::Click),
        4 => which.clone().prop_map(Step::Set),
        1 => which.clone().prop_map(Step::SetWeak),
        1 => which.prop_map(Step::NotMe),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    let waits = vec![0, 0, 1, 1, 30, 60, 61, 898, 899, 900, 901, 3600, 172_799, 172_800, 172_801];
    let faults = vec![
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::Conflicts,
        Fault::LostAnswers,
        Fault::AnswersLostForGood,
    ];
    (select(waits), select(faults), prop::collection::vec(step(), 1..4))
        .prop_map(|(wait_seconds, fault, steps)| Turn { wait_seconds, fault, steps })
}

/// What is known of one link, by its token.
#[derive(Default)]
struct Known {
    grant: Option<(String, Timestamp)>,
    death: Option<[String; 3]>,
}

struct History {
    world: World,
    now: i64,
    links: BTreeMap<String, Known>,
    used: BTreeSet<String>,
    password: String,
    phc: Option<String>,
    passwords: usize,
}

/// What a step came to, where it matters.
enum Outcome {
    Clicked(String, Reply),
    Set(String, String, Reply),
    Nothing,
}

impl History {
    async fn new() -> Self {
        let world = World::with(|settings| {
            settings.limits.per_login_and_address_hour = 10_000;
            settings.limits.per_address_hour = 10_000;
            settings.limits.mails_per_login_hour = 10_000;
        })
        .await;
        let phc = world.account(MO).await.password_phc;
        let (links, used) = (BTreeMap::new(), BTreeSet::new());
        Self { world, now: 0, links, used, password: OLD.to_owned(), phc, passwords: 0 }
    }

    async fn turn(&mut self, turn: &Turn) {
        self.now += turn.wait_seconds;
        self.switch(turn.fault);
        let numbered = turn.steps.iter().enumerate();
        let acts = numbered.map(|(n, step)| self.act(*step, self.passwords + n));
        let outcomes = join_all(acts).await;
        self.passwords += turn.steps.len();
        self.switch(Fault::None);
        let phc = self.world.account(MO).await.password_phc;
        let mut may_have_changed = false;
        for outcome in outcomes {
            match outcome {
                Outcome::Clicked(token, reply) if reply.status == 200 => {
                    self.clicked(&token, &reply);
                }
                Outcome::Set(token, password, reply) if reply.status == 200 => {
                    self.accepted(&token, password);
                    may_have_changed = true;
                }
                // Done, and its answer lost.
                Outcome::Set(token, password, reply)
                    if reply.status == 503 && self.is_used(&token).await =>
                {
                    if !self.used.contains(&token) {
                        self.accepted(&token, password);
                    }
                    may_have_changed = true;
                }
                _ => {}
            }
        }
        assert!(may_have_changed || phc == self.phc, "the hash changed by itself");
        self.phc = phc;
        self.look().await;
    }

    fn switch(&self, fault: Fault) {
        let none = DynamoDbChaos::default();
        let dynamodb = match fault {
            Fault::None => none,
            Fault::Conflicts => DynamoDbChaos { conflict_next: 3, ..none },
            Fault::LostAnswers => DynamoDbChaos { lose_transaction_next: 2, ..none },
            Fault::AnswersLostForGood => DynamoDbChaos { lose_transaction_next: 3, ..none },
        };
        self.world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    }

    fn pick(&self, which: usize) -> Option<&String> {
        self.links.keys().nth(which % self.links.len().max(1))
    }

    async fn act(&self, step: Step, number: usize) -> Outcome {
        let (world, now) = (&self.world, after(self.now));
        match step {
            Step::Request => {
                world.request(now, MO).await;
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
            Step::RequestAgain(which) => {
                let Some(token) = self.pick(which) else { return Outcome::Nothing };
                let body = serde_json::json!({"token": token});
                world.post(now, "request-reset", body).await;
            }
            Step::Click(which) => {
                let Some(token) = self.pick(which) else { return Outcome::Nothing };
                return Outcome::Clicked(token.clone(), world.click(now, token).await);
            }
            Step::NotMe(which) => {
                let Some(token) = self.pick(which) else { return Outcome::Nothing };
                world.not_me(now, token).await;
            }
            Step::Set(which) | Step::SetWeak(which) => {
                let granted = self.links.iter().filter_map(|(token, known)| {
                    known.grant.as_ref().map(|(grant, _)| (token, grant))
                });
                let granted: Vec<_> = granted.collect();
                let Some((token, grant)) = granted.get(which % granted.len().max(1)) else {
                    return Outcome::Nothing;
                };
                let weak = matches!(step, Step::SetWeak(_));
                let password = if weak { "weak".into() } else { format!("Molenwiek{number}x42") };
                let reply = world.set(now, grant, &password).await;
                assert!(!(weak && reply.status == 200), "{reply:?}");
                return Outcome::Set((*token).clone(), password, reply);
            }
        }
        Outcome::Nothing
    }

    async fn is_used(&self, token: &str) -> bool {
        self.world.check(after(self.now), token).await.code() == "link_used"
    }

    fn clicked(&mut self, token: &str, reply: &Reply) {
        let until: Timestamp = reply.text("valid_until").parse().unwrap();
        assert!(after(self.now) < until && until <= after(self.now + 900), "{reply:?}");
        let known = self.links.entry(token.to_owned()).or_default();
        let grant = (reply.text("grant").to_owned(), until);
        let before = known.grant.get_or_insert_with(|| grant.clone());
        assert_eq!(*before, grant, "the same grant, the same deadline");
    }

    fn accepted(&mut self, token: &str, password: String) {
        assert!(self.used.insert(token.to_owned()), "a grant was accepted twice");
        let (_, until) = self.links[token].grant.clone().unwrap();
        assert!(after(self.now) < until, "a grant was accepted too late");
        self.password = password;
    }

    /// Looks at everything there is.
    async fn look(&mut self) {
        let (world, now) = (&self.world, after(self.now));
        let live = world.live_links(now).await;
        assert!(live.len() <= 1, "two live links: {live:?}");
        for mail in world.cloud.messages(Some(MO)) {
            for link in mail.links.iter().filter(|link| link.rel == Rel::Action) {
                let token = link.url.rsplit('/').next().unwrap_or_default();
                self.links.entry(token.to_owned()).or_default();
            }
        }
        for (token, known) in &mut self.links {
            let reply = world.check(now, token).await;
            if reply.status == 200 {
                assert!(known.death.is_none(), "{:?} came back to life", known.death);
                assert_eq!(world.link_id(token), live[0].link_id);
                assert!(now < reply.text("valid_until").parse().unwrap(), "{reply:?}");
                continue;
            }
            assert_eq!(reply.status, 410, "{reply:?}");
            let at: Timestamp = reply.text("at").parse().unwrap();
            assert!(at <= now, "{reply:?}");
            assert_eq!(reply.code() == "link_used", self.used.contains(token), "{reply:?}");
            if at == now {
                // Within this very moment another death may still come, and outrank it.
                continue;
            }
            let told = ["code", "reason", "at"].map(|name| reply.text(name).to_owned());
            assert_eq!(*known.death.get_or_insert_with(|| told.clone()), told);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_an_invariant(turns in prop::collection::vec(turn(), 8..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut history = History::new().await;
            for turn in &turns {
                history.turn(turn).await;
            }
            let now = after(history.now);
            let signed_in = history.world.sign_in(now, MO, &history.password).await;
            assert_eq!(signed_in.0, 200, "the last accepted password is the password");
        });
    }
}
