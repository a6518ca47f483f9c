//! A lock is no weapon: whoever holds the mailbox or the phone gets in, whatever a stranger does to
//! the counter meanwhile.

use regain_tests::{Reply, World, after};

use crate::{MO, NEW, PHONE, RIGHT, WRONG, shut, sign_in, verified, world};

#[derive(Clone, Copy, Debug)]
enum Way {
    ResetByMail,
    ResetByCode,
    UnlockByMail,
    UnlockByLockMail,
    UnlockByCode,
    UnlockByCall,
}

const WAYS: [Way; 6] = [
    Way::ResetByMail,
    Way::ResetByCode,
    Way::UnlockByMail,
    Way::UnlockByLockMail,
    Way::UnlockByCode,
    Way::UnlockByCall,
];

/// The owner goes their way, a step each `pace` seconds, and before each of them the counter is
/// full again.
struct Besieged<'a> {
    world: &'a World,
    at: i64,
    pace: i64,
    password: &'static str,
}

impl Besieged<'_> {
    async fn step(&mut self) -> jiff::Timestamp {
        self.at += self.pace;
        shut(self.world, self.at, MO).await;
        let reply = sign_in(self.world, self.at, MO, self.password).await;
        assert_eq!(reply.status, 401, "the password alone is of no use: {reply:?}");
        after(self.at)
    }

    async fn mailed(&mut self, reason: &str) -> String {
        let recovery = self.world.recovery(self.step().await, MO, reason).await;
        let now = self.step().await;
        let body = serde_json::json!({"recovery": recovery});
        let reply = self.world.post(now, "send-recovery-link", body).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.world.deliver(now).await;
        let token = self.world.newest_token(MO);
        self.world.grant(self.step().await, &token).await
    }

    async fn coded(&mut self, reason: &str, channel: &str) -> String {
        let recovery = self.world.recovery(self.step().await, MO, reason).await;
        let now = self.step().await;
        let reply = self.world.ask_code(now, &recovery, PHONE, channel).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.world.deliver(now).await;
        let code = self.world.newest_code(PHONE);
        let now = self.step().await;
        let reply = self.world.type_code(now, &recovery, &code).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text("grant").to_owned()
    }

    async fn reset(&mut self, grant: &str) -> Reply {
        let now = self.step().await;
        assert_eq!(self.world.set(now, grant, NEW).await.status, 200);
        self.password = NEW;
        sign_in(self.world, self.at, MO, NEW).await
    }

    async fn unlock(&mut self, grant: &str) -> Reply {
        let now = self.step().await;
        self.world.unlock_with(now, grant, self.password).await
    }

    async fn go(&mut self, way: Way) -> Reply {
        match way {
            Way::ResetByMail => {
                let grant = self.mailed("forgot_password").await;
                self.reset(&grant).await
            }
            Way::ResetByCode => {
                let grant = self.coded("forgot_password", "sms").await;
                self.reset(&grant).await
            }
            Way::UnlockByMail => {
                let grant = self.mailed("locked_out").await;
                self.unlock(&grant).await
            }
            Way::UnlockByLockMail => {
                let now = self.step().await;
                let grant = self.world.grant(now, &self.world.newest_token(MO)).await;
                self.unlock(&grant).await
            }
            Way::UnlockByCode => {
                let grant = self.coded("locked_out", "sms").await;
                self.unlock(&grant).await
            }
            Way::UnlockByCall => {
                let grant = self.coded("locked_out", "voice").await;
                self.unlock(&grant).await
            }
        }
    }
}

#[tokio::test]
async fn the_owner_gets_in_while_the_counter_is_kept_full() {
    for way in WAYS {
        for lock_seconds in if matches!(way, Way::UnlockByMail) { vec![900, 0] } else { vec![900] }
        {
            let world = world(|settings| settings.lockout.lock_seconds = lock_seconds).await;
            let mut besieged = Besieged { world: &world, at: 0, pace: 10, password: RIGHT };
            let reply = besieged.go(way).await;
            let claims = verified(&world, &reply).await;
            assert_eq!(claims["sub"], "id-of-mo", "{way:?}");
        }
    }
}

/// Each step takes longer than a lock, so that each is followed by another lock and its mail.
#[tokio::test]
async fn the_owner_gets_in_however_often_the_account_is_locked_again() {
    for way in [Way::ResetByMail, Way::UnlockByMail, Way::UnlockByLockMail, Way::UnlockByCode] {
        let world = world(|settings| settings.lockout.lock_seconds = 1).await;
        let reply = Besieged { world: &world, at: 0, pace: 10, password: RIGHT }.go(way).await;
        assert_eq!(reply.status, 200, "{way:?}: {reply:?}");
    }
}

/// The one call that signs in does not look at what strangers can fill.
#[tokio::test]
async fn an_unlock_with_the_password_and_two_hundred_wrong_ones_at_once_sign_in() {
    for round in 0..2 {
        let world = world(|_| {}).await;
        let grant = crate::mailed_grant(&world, 0).await;
        let attack = (0..200).map(|_| sign_in(&world, 10, MO, WRONG));
        let (reply, _) = tokio::join!(
            world.unlock_with(after(10), &grant, RIGHT),
            futures_util::future::join_all(attack),
        );
        assert_eq!(reply.status, 200, "{round}: {reply:?}");
        // The counter is full again; the same grant signs in once more.
        shut(&world, 11, MO).await;
        let again = world.unlock_with(after(12), &grant, RIGHT).await;
        assert_eq!(again.status, 200, "{round}: {again:?}");
    }
}

/// A stranger's questions for mail use up no limit that the owner needs.
#[tokio::test]
async fn the_owner_gets_in_when_a_stranger_asks_for_mails_as_well() {
    let world = world(|settings| settings.limits.mails_per_login_hour = 2).await;
    for seconds in 0..10 {
        world.request(after(seconds), MO).await;
        shut(&world, seconds, MO).await;
    }
    let grant = crate::code_grant(&world, 20, "locked_out").await;
    shut(&world, 21, MO).await;
    assert_eq!(world.unlock_with(after(22), &grant, RIGHT).await.status, 200);
    // By the mailbox too: the newest link of each kind still works.
    shut(&world, 23, MO).await;
    let grant = world.grant(after(24), &newest_of(&world, "new password").await).await;
    assert_eq!(world.set(after(25), &grant, NEW).await.status, 200);
    assert_eq!(sign_in(&world, 25, MO, NEW).await.status, 200);
}

/// The token in the newest mail whose subject says so.
async fn newest_of(world: &World, word: &str) -> String {
    let mails = world.cloud.messages(Some(MO));
    let about = |mail: &&regain_local::Message| {
        mail.subject.as_deref().unwrap_or_default().to_lowercase().contains(word)
    };
    let mail =
        mails.iter().find(about).unwrap_or_else(|| panic!("{:?}", crate::subjects(world, MO)));
    let link = mail.links.iter().find(|link| link.rel == regain_local::Rel::Action).unwrap();
    link.url.rsplit('/').next().unwrap().to_owned()
}
