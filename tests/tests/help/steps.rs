//! What every file of this suite does or looks at.

use jiff::Timestamp;
use regain_domain::account::BlockReason;
use regain_domain::provider::IdentityRef;
use regain_domain::provider::ProviderClient;
use regain_domain::session::{FirstStep, Method};
use regain_domain::{LinkId, Provider, Settings, SupportCode};
use regain_http::random;
use regain_local::Message;
use regain_store::{Finished, Notice, NoticeKind, OutboxItem, Work};
use regain_tests::{Reply, World, after};
use serde_json::json;

/// Mo's login and password.
pub(crate) const MO: &str = "mo@example.com";
pub(crate) const RIGHT: &str = "Zeilboot7";
/// What Mo chooses instead.
pub(crate) const NEW: &str = "Molenwiek42";
pub(crate) const ANN: &str = "ann@example.com";
/// Is blocked.
pub(crate) const BO: &str = "bo@example.com";
pub(crate) const NOBODY: &str = "nobody@example.com";
/// Has no password.
pub(crate) const WITHOUT_PASSWORD: &str = "new@example.com";
pub(crate) const MO_ID: &str = "tenants/demo/accounts/id-of-mo";

/// One address asks and tries as often as it likes, and people can sign in with every provider.
pub(crate) fn with_providers(settings: &mut Settings) {
    settings.limits.per_login_and_address_hour = 10_000;
    settings.limits.per_address_hour = 10_000;
    settings.limits.mails_per_login_hour = 10_000;
    settings.frontend.return_urls = vec!["https://app.example/".to_owned()];
    for provider in Provider::ALL {
        let directory = "11111111-2222-3333-4444-555555555555".to_owned();
        let client = ProviderClient {
            client_id: "a-client".to_owned(),
            client_secret: "sealed".to_owned(),
            directory: (provider == Provider::Microsoft).then_some(directory),
        };
        settings.providers.insert(provider, client);
    }
}

/// A world like that.
pub(crate) async fn world(change: impl FnOnce(&mut Settings)) -> World {
    World::with(|settings| {
        with_providers(settings);
        change(settings);
    })
    .await
}

/// Asks why; nothing is processed yet.
pub(crate) async fn ask(world: &World, now: Timestamp, login: &str) -> Reply {
    world.post(now, "why-cannot-i-sign-in", json!({"login": login})).await
}

/// Asks why, and gives the mail.
pub(crate) async fn told(world: &World, seconds: i64, login: &str) -> Message {
    let before = world.cloud.messages(Some(login)).len();
    let reply = ask(world, after(seconds), login).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(seconds)).await;
    assert_eq!(world.cloud.messages(Some(login)).len(), before + 1, "one mail");
    world.newest_mail(login)
}

/// Who someone is at a provider.
pub(crate) fn identity(world: &World, name: &str) -> IdentityRef {
    IdentityRef::of(&world.tenant(), "https://issuer.example", name)
}

/// Links a provider to an account, as a redeemed handover does.
pub(crate) async fn link(world: &World, now: Timestamp, login: &str, provider: Provider) {
    let account = world.account(login).await;
    let first = FirstStep {
        id: LinkId::new(random()),
        account_ref: world.place(login),
        account_id: account.account_id.clone(),
        epoch: account.session_epoch(),
        methods: vec![Method::from(provider)],
        until: now,
        handed_over: None,
        leads_to: None,
    };
    let notice = Work::Send(Notice {
        notice: NoticeKind::ProviderLinked(provider),
        account_ref: first.account_ref.clone(),
        account_id: first.account_id.clone(),
        to: None,
        at: now,
        language_asked: None,
        language_accepted: None,
        support_code: SupportCode::new(random()),
    });
    let id = format!("finished-{}", first.id);
    let notice = OutboxItem::new(&world.tenant(), id, notice, now);
    let identity = identity(world, &format!("{login} {}", provider.as_str()));
    let (whose, what) = ((&first, &account), (provider, &identity));
    let tenant = world.tenant();
    let linked = world.store.link_identity(&tenant, whose, what, (&[], &notice), now).await;
    assert_eq!(linked.unwrap(), Finished::Done);
}

/// Whether an identity signs in to anything.
pub(crate) async fn signs_in(world: &World, login: &str, provider: Provider) -> bool {
    let identity = identity(world, &format!("{login} {}", provider.as_str()));
    let found = world.store.account_of_identity(&world.tenant(), &identity).await.unwrap();
    let item = found.is_some();
    let account = world.account(login).await;
    let on_account = account.identities.get(&provider).is_some_and(|it| it.identity == identity);
    assert_eq!(item, on_account, "the account and the item beside it agree");
    item
}

/// Blocks an account for a reason.
pub(crate) async fn block(world: &World, login: &str, reason: BlockReason) {
    world.change_account(login, |account| account.blocked = Some(reason)).await;
}
