//! The functions that answer requests, each with its own rights and its own edge.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use std::sync::Arc;
use std::time::Duration;

use captcha::Captcha;
use check_sms_code::CheckSmsCode;
use click_link::ClickLink;
use federated_login::FederatedLogin;
use federated_login::issuers::Issuers;
use federated_login::provider::Providers;
use http::Response;
use jiff::Timestamp;
use magic_login::MagicLogin;
use manage_accounts::ManageAccounts;
use manage_tenants::ManageTenants;
use regain_domain::captcha::SEAL_LABEL;
use regain_domain::hashing::Hasher;
use regain_domain::keys::Keyring;
use regain_domain::provider::CLIENT_SECRET_LABEL;
use regain_domain::seal::Seal;
use regain_domain::second_step::SEAL_LABEL as SECOND_STEP_LABEL;
use regain_http::edge::Incoming;
use regain_http::{Edge, LogLine, ResponseBody, Sessions, SettingsCache};
use regain_local::Cloud;
use regain_store::Store;
use request_reset::RequestReset;
use second_step::SecondSteps;
use send_sms_code::SendSmsCode;
use set_password::SetPassword;
use sign_in::SignIn;
use start_recovery::{Decoys, StartRecovery};
use unlock::TakeLockOff;

use crate::world::{PUBLIC_BASE, STACK};

/// All of them: a field, its package and its step each.
macro_rules! functions {
    ($($field:ident: $name:literal, $Step:ty;)+) => {
        pub(crate) struct Functions {
            $($field: (Edge, $Step),)+
        }

        impl Functions {
            /// Answers as the function of that name.
            pub(crate) async fn answer(
                &self,
                function: &str,
                now: Timestamp,
                incoming: Incoming<'_>,
            ) -> (Response<ResponseBody>, LogLine) {
                match function {
                    $($name => {
                        let (edge, step) = &self.$field;
                        let answer = edge.answer(now, incoming, async |call: Arc<_>| {
                            $field::handle(step, &call).await
                        });
                        // Boxed: all of them side by side are more than the stack of a thread.
                        Box::pin(answer).await
                    })+
                    other => panic!("no function {other}"),
                }
            }
        }
    };
}

functions! {
    request_reset: "request-reset", RequestReset;
    click_link: "click-link", ClickLink;
    set_password: "set-password", SetPassword;
    sign_in: "sign-in", SignIn;
    captcha: "captcha", Captcha;
    start_recovery: "start-recovery", StartRecovery;
    send_sms_code: "send-sms-code", SendSmsCode;
    check_sms_code: "check-sms-code", CheckSmsCode;
    unlock: "unlock", TakeLockOff;
    magic_login: "magic-login", MagicLogin;
    second_step: "second-step", SecondSteps;
    federated_login: "federated-login", FederatedLogin;
    manage_tenants: "manage-tenants", ManageTenants;
    manage_accounts: "manage-accounts", ManageAccounts;
}

impl Functions {
    pub(crate) async fn new(cloud: &Cloud, hasher: impl Fn() -> Hasher) -> Self {
        let (links, edge) = (|| ring(cloud, "links"), || ring(cloud, "edge"));
        let sessions = || sessions(cloud);
        let at_rest = |label| Seal::new(&ring(cloud, "at-rest"), label);
        let captchas = || Seal::new(&edge(), SEAL_LABEL);
        let cursors = || Seal::new(&edge(), "regain cursor v1");
        let own = async |function| own(cloud, function).await;
        let (a, store) = own("request-reset").await;
        let request_reset = (a, RequestReset { store, links: links(), captchas: captchas() });
        let (b, store) = own("click-link").await;
        let click_link = (b, ClickLink { store, links: links() });
        let (c, store) = own("set-password").await;
        let set_password = (c, SetPassword { store, links: links(), hasher: hasher() });
        let (d, store) = own("sign-in").await;
        let sign_in = SignIn {
            store,
            links: links(),
            second_steps: at_rest(SECOND_STEP_LABEL),
            sessions: Arc::new(sessions()),
            hasher: hasher(),
        };
        let (captcha, _) = own("captcha").await;
        let public_base = PUBLIC_BASE.to_owned();
        let captcha = (captcha, Captcha { seal: captchas(), public_base });
        let (e, store) = own("start-recovery").await;
        let decoys = Decoys::new(&edge()).unwrap();
        let start_recovery =
            (e, StartRecovery { store, links: links(), captchas: captchas(), decoys });
        let (f, store) = own("send-sms-code").await;
        let send_sms_code = (f, SendSmsCode { store, links: links() });
        let (g, store) = own("check-sms-code").await;
        let check_sms_code = (g, CheckSmsCode { store, links: links() });
        let (h, store) = own("unlock").await;
        let unlock =
            (h, TakeLockOff { store, links: links(), sessions: sessions(), hasher: hasher() });
        let (i, store) = own("manage-tenants").await;
        let client_secrets = at_rest(CLIENT_SECRET_LABEL);
        let manage_tenants = (i, ManageTenants { store, cursors: cursors(), client_secrets });
        let (j, store) = own("manage-accounts").await;
        let manage_accounts =
            ManageAccounts { store, links: links(), cursors: cursors(), hasher: hasher() };
        let (k, store) = own("magic-login").await;
        let (links_, sessions_, captchas) = (links(), sessions(), captchas());
        let magic_login = MagicLogin { store, links: links_, sessions: sessions_, captchas };
        let (l, store) = own("second-step").await;
        let second_step = SecondSteps {
            store,
            second_steps: at_rest(SECOND_STEP_LABEL),
            sessions: Arc::new(sessions()),
            hasher: hasher(),
        };
        let (m, store) = own("federated-login").await;
        let federated_login = FederatedLogin {
            store,
            links: links(),
            client_secrets: at_rest(CLIENT_SECRET_LABEL),
            sessions: Arc::new(sessions()),
            // Nobody listens there; a test that needs one brings its own.
            providers: Providers::new(Issuers::at("http://127.0.0.1:9")),
            public_base: PUBLIC_BASE.to_owned(),
        };
        Self {
            request_reset,
            click_link,
            set_password,
            sign_in: (d, sign_in),
            captcha,
            start_recovery,
            send_sms_code,
            check_sms_code,
            unlock,
            magic_login: (k, magic_login),
            second_step: (l, second_step),
            federated_login: (m, federated_login),
            manage_tenants,
            manage_accounts: (j, manage_accounts),
        }
    }

    /// Has `federated-login` look for the providers there.
    pub(crate) fn look_for_providers_at(&mut self, base: &str) {
        self.federated_login.1.providers = Providers::new(Issuers::at(base));
    }

    /// The same, and wait for no answer longer than this.
    pub(crate) fn wait_for_providers_at(&mut self, base: &str, answer_max: Duration) {
        self.federated_login.1.providers = Providers::within(Issuers::at(base), answer_max);
    }

    /// Gives every function another `links` secret.
    pub(crate) fn rotate_links(&mut self, ring: impl Fn() -> Keyring) {
        self.request_reset.1.links = ring();
        self.click_link.1.links = ring();
        self.set_password.1.links = ring();
        self.sign_in.1.links = ring();
        self.start_recovery.1.links = ring();
        self.send_sms_code.1.links = ring();
        self.check_sms_code.1.links = ring();
        self.unlock.1.links = ring();
        self.magic_login.1.links = ring();
        self.federated_login.1.links = ring();
        self.manage_accounts.1.links = ring();
    }
}

/// The edge of a function, and the tables under its rights.
async fn own(cloud: &Cloud, function: &'static str) -> (Edge, Store) {
    let store = store(cloud, function).await;
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new(function, &ring(cloud, "edge"), settings, move || calls.calls());
    let edge = match function {
        "manage-tenants" | "manage-accounts" => edge.with_api_keys(store.api_key_finder()),
        "sign-in" | "second-step" | "federated-login" => {
            edge.with_sessions(Arc::new(sessions(cloud)))
        }
        _ => edge,
    };
    (edge, store)
}

pub(crate) fn sessions(cloud: &Cloud) -> Sessions {
    Sessions::new(&ring(cloud, "sessions"), PUBLIC_BASE).unwrap()
}

pub(crate) async fn store(cloud: &Cloud, caller: &str) -> Store {
    Store::new(&regain_store::Cloud::with(cloud.sdk(caller).await, STACK), STACK)
}

pub(crate) fn ring(cloud: &Cloud, name: &str) -> Keyring {
    Keyring::parse(&cloud.secret(name).unwrap()).unwrap()
}
