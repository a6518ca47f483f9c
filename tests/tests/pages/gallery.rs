//! Every form of the pages, filled in so that it does what it is for; and every page that they lead to.

use regain_local::Rel;
use regain_tests::pages::{Page, PageForm};
use regain_tests::{World, after};

use crate::steps::{CHOSEN, MO, OLD, ON_FILE, Person, mailed};

const ANN: &str = "ann@example.com";
const ANNS: &str = "Bakfiets8";

/// A form, by the name of the page that it is sent to.
pub(crate) struct Filled {
    pub(crate) name: &'static str,
    pub(crate) form: PageForm,
}

impl Filled {
    fn of(page: &Page, name: &'static str, typed: &[(&str, &str)]) -> Self {
        Self { name, form: page.form(name).filled(typed) }
    }
}

/// What is seen on the way to every form, and the forms. Each can be sent whatever becomes of the
/// others, within a minute of `after(60)`, in a world without limits.
pub(crate) async fn every_form(world: &World, language: &'static str) -> (Vec<Page>, Vec<Filled>) {
    let mo = Person::new(world, language);
    let app = world.switch_on(after(0), ANN, ANNS).await;
    let sign_in = mo.opens(60, "/p/demo/sign-in").await;
    let pending = mo.signs_in(60, ANN, ANNS).await;
    let (forgot, magic) =
        (mo.opens(60, "/p/demo/forgot-password").await, mo.opens(60, "/p/demo/magic").await);
    world.reset_token(after(60), MO).await;
    let link = mo.opens(60, &mailed(world, MO, Rel::Action)).await;
    let chosen = mo.may_choose(60, "new@example.com").await;
    world.reset_token(after(60), ANN).await;
    let not_me = mo.opens(60, &mailed(world, ANN, Rel::NotMe)).await;
    world.magic_token(after(60), MO).await;
    let magic_link = mo.opens(60, &mailed(world, MO, Rel::Action)).await;
    let recover = mo.opens(60, "/p/demo/recover").await;
    let ways = mo.recovers(60, &recover, MO, "forgot_password").await;
    let lock_off = mo.recovers(60, &recover_again(&mo).await, MO, "locked_out").await;
    let code = mo.has_code_sent(60, &lock_off, "sms").await;
    let typed = world.newest_code(ON_FILE);
    let unlock = mo.fills(60, &code, "check-sms-code", &[("code", &typed)]).await;
    let other = mo.recovers(60, &recover_again(&mo).await, MO, "forgot_password").await;
    let code = mo.has_code_sent(121, &other, "voice").await;
    let typed = world.newest_code(ON_FILE);
    let third = mo.recovers(60, &recover_again(&mo).await, MO, "forgot_password").await;
    let picture = recover_again(&mo).await;
    let answer = world.read_captcha(after(60), picture.form("recover").field("captcha.id"));
    let (signs_in, recovery_code) = ([("login", MO), ("password", OLD)], &app.recovery_codes[0]);
    let recovers = [("login", MO), ("reason", "locked_out"), ("captcha.answer", &*answer)];
    let phones = [("phone", crate::steps::TYPED), ("channel", "sms")];
    let forms = vec![
        Filled::of(&sign_in, "sign-in", &signs_in),
        Filled::of(&pending, "finish-sign-in", &[("code", recovery_code)]),
        Filled::of(&forgot, "forgot-password", &[("login", MO)]),
        Filled::of(&link, "click-link", &[]),
        Filled::of(&chosen, "set-password", &CHOSEN),
        Filled::of(&not_me, "withdraw-link", &[]),
        Filled::of(&magic, "magic", &[("login", MO)]),
        Filled::of(&magic_link, "redeem-magic-link", &[]),
        Filled::of(&picture, "recover", &recovers),
        Filled::of(&ways, "send-recovery-link", &[]),
        Filled::of(&third, "send-sms-code", &phones),
        Filled::of(&code, "check-sms-code", &[("code", &typed)]),
        Filled::of(&unlock, "unlock", &[]),
    ];
    let opened = vec![sign_in, pending, forgot, magic, link, chosen, not_me, magic_link];
    let pages = [opened, vec![recover, ways, code, unlock]].concat();
    (pages, forms)
}

async fn recover_again(mo: &Person<'_>) -> Page {
    mo.opens(60, "/p/demo/recover").await
}

/// The page of each form when it is sent rightly, and when it is sent without what it needs.
pub(crate) async fn every_page(world: &World, language: &'static str) -> Vec<Page> {
    let mo = Person::new(world, language);
    let (mut pages, forms) = every_form(world, language).await;
    for Filled { form, .. } in &forms {
        let bare = PageForm { fields: Vec::new(), ..form.clone() };
        pages.push(mo.sends(121, &bare, &[]).await);
        for typed in ["login", "password", "code", "phone", "confirm", "captcha.answer"] {
            if !form.field(typed).is_empty() {
                pages.push(mo.sends(121, form, &[(typed, "puck at demo")]).await);
            }
        }
    }
    for Filled { form, .. } in &forms {
        // Once more: some are good once.
        for _ in 0..2 {
            pages.push(mo.sends(181, form, &[]).await);
        }
    }
    for header in [("sec-fetch-site", "cross-site"), ("content-type", "application/json")] {
        for Filled { form, .. } in &forms {
            let mut request = form.request();
            request.headers.retain(|(name, _)| *name != header.0);
            let request = request.header(header.0, header.1);
            let request = request.header("accept-language", language);
            pages.push(mo.sees(after(181), &request).await);
        }
    }
    for Filled { form, .. } in &forms {
        pages.push(mo.sends(181, form, &[("x", &"x".repeat(16 * 1024))]).await);
    }
    for address in ["/p/demo/nothing", "/p/nobody/sign-in", "/p/demo/unlock", "/p/demo/link/x"] {
        pages.push(mo.opens(181, address).await);
    }
    pages
}
