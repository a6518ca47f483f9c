//! What is wrong with a field is told at it, on the page of the form: with what was typed, but for what
//! is secret.

use regain_tests::pages::{Page, PageForm};
use regain_tests::{Request, World, after};

use crate::gallery::{Filled, every_form};
use crate::steps::{LANGUAGES, Person, at_rest, world};
use crate::words::{
    CHOOSE, CODE, FORGOT, Heading, MAGIC, METHOD, RECOVER, SECOND_STEP, SIGN_IN, UNREADABLE,
};

/// What is typed into a field that nobody else may read.
const SECRETS: [(&str, &str); 5] = [
    ("password", "Geheim-Woord-71"),
    ("confirm", "Geheim-Woord-72"),
    ("beginning", "Geheim-Woord-73"),
    ("code", "97538642"),
    ("captcha.answer", "Gehe1m"),
];

/// The heading of the page that has the form itself; none where it is but a button.
fn heading(name: &str) -> Option<Heading> {
    Some(match name {
        "sign-in" => SIGN_IN,
        "finish-sign-in" => SECOND_STEP,
        "forgot-password" => FORGOT,
        "magic" => MAGIC,
        "set-password" => CHOOSE,
        "recover" => RECOVER,
        "send-sms-code" => METHOD,
        "check-sms-code" => CODE,
        _ => return None,
    })
}

/// That a form is refused in its place, with what was typed, and can be sent again.
fn is_drawn_again(mo: &Person<'_>, sent: &Filled, page: &Page, what: &str) {
    assert_eq!(page.reply.status, 400, "{} {what}: {}", sent.name, page.html);
    for (name, secret) in SECRETS {
        assert!(!page.html.contains(secret), "{} {what} shows {name}: {}", sent.name, page.html);
    }
    let Some(heading) = heading(sent.name) else {
        return mo.reads(page, 400, UNREADABLE);
    };
    mo.reads(page, 400, heading);
    let title = page.between("<title>", "</title>");
    assert!(title.starts_with("Error: ") || title.starts_with("Fout: "), "{title}");
    assert!(page.html.contains("role=\"alert\""), "{}", page.html);
    let again = page.form(sent.name);
    for hidden in ["grant", "recovery", "pending", "carried", "token"] {
        assert_eq!(again.field(hidden), sent.form.field(hidden), "{} {what}: {hidden}", sent.name);
    }
}

/// A form with its secrets in the place of what is typed.
fn secretly(filled: Filled) -> Filled {
    let known = |(name, _): &(&str, &str)| !filled.form.field(name).is_empty();
    let secrets: Vec<_> = SECRETS.into_iter().filter(known).collect();
    Filled { form: filled.form.filled(&secrets), ..filled }
}

async fn secret_forms(world: &World, language: &'static str) -> Vec<Filled> {
    every_form(world, language).await.1.into_iter().map(secretly).collect()
}

/// A form with one more field, whatever it has.
fn with(form: &PageForm, name: &str, value: &str) -> PageForm {
    let mut form = form.clone();
    form.fields.push((name.to_owned(), value.to_owned()));
    form
}

fn without(form: &PageForm, name: &str) -> PageForm {
    let mut form = form.clone();
    form.fields.retain(|(known, _)| known != name);
    form
}

/// Fields without which a form is not whole.
fn needed(form: &PageForm) -> Vec<String> {
    let beside = ["lang", "carried", "login"];
    let names = form.fields.iter().map(|(name, _)| name.clone());
    let is_login = form.action.ends_with("-password") && !form.action.ends_with("set-password");
    let signs_in = form.action.ends_with("/sign-in") || form.action.ends_with("/recover");
    let asks = is_login || signs_in || form.action.ends_with("/magic");
    names.filter(|name| !beside.contains(&&**name) || (name == "login" && asks)).collect()
}

#[tokio::test]
async fn what_is_unknown_twice_or_missing_is_told_in_place_and_does_nothing() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let forms = secret_forms(&world, language).await;
        let before = at_rest(&world);
        for sent in &forms {
            let form = &sent.form;
            let mut bent = vec![
                ("unknown", with(form, "x", "1")),
                ("unknown object", with(form, "x.y", "1")),
                ("markup", with(form, "<img src=x onerror=alert(1)>", "1")),
            ];
            for (name, value) in &form.fields {
                bent.push(("twice", with(form, name, value)));
                bent.push(("an object", with(&without(form, name), &format!("{name}.x"), value)));
            }
            for name in needed(form) {
                bent.push(("missing", without(form, &name)));
                bent.push(("empty", form.filled(&[(&*name, "")])));
            }
            for (what, form) in bent {
                // What it was drawn from has to be there to be drawn from again.
                let is_drawn = form.field("carried") == sent.form.field("carried");
                let page = mo.sends(121, &form, &[]).await;
                assert!(!page.html.contains("<img src=x"), "{}", page.html);
                if is_drawn && needed(&form) == needed(&sent.form) {
                    is_drawn_again(&mo, sent, &page, what);
                } else {
                    assert_eq!(page.reply.status, 400, "{} {what}: {}", sent.name, page.html);
                    for (name, secret) in SECRETS {
                        assert!(!page.html.contains(secret), "{} {what}: {name}", sent.name);
                    }
                }
            }
        }
        assert_eq!(at_rest(&world), before);
    }
}

#[tokio::test]
async fn what_was_typed_as_a_login_stays_whatever_else_is_wrong() {
    let world = world(|_| {}).await;
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        for name in ["sign-in", "forgot-password", "magic", "recover"] {
            let form = mo.opens(0, &format!("/p/demo/{name}")).await.form(name);
            for typed in ["puck at demo", " mo@example.com x", "<b>@\"'", "@", "mo@example.com"] {
                let page = mo.sends(1, &form, &[("login", typed), ("x", "1")]).await;
                assert_eq!(page.reply.status, 400, "{name} {typed}");
                assert_eq!(page.form(name).field("login"), typed, "{name}");
            }
            let blank = mo.sends(1, &form, &[("login", "   ")]).await;
            assert_eq!(blank.reply.status, 400, "{name}");
        }
    }
}

#[tokio::test]
async fn an_error_stands_at_its_field_in_words() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let (_, forms) = every_form(&world, "en").await;
    for (name, field, typed, words) in [
        ("sign-in", "login", "", "Type your e-mail address."),
        ("sign-in", "login", "puck at demo", "Type a whole e-mail address"),
        ("sign-in", "password", "", "Type a password."),
        ("sign-in", "password", "a\0b", "There is a character in this that cannot be used."),
        ("forgot-password", "login", "", "Type your e-mail address."),
        ("magic", "login", "@", "Type a whole e-mail address"),
        ("recover", "login", "", "Type your e-mail address."),
        ("recover", "reason", "", "Choose what the matter is."),
        ("recover", "reason", "boredom", "This cannot be used."),
        ("recover", "captcha.answer", "", "Type the characters of the picture."),
        ("send-sms-code", "phone", "", "Type your whole phone number."),
        ("send-sms-code", "phone", "12", "Type the whole phone number"),
        ("check-sms-code", "code", "", "Type the code."),
        ("check-sms-code", "code", "12345a", "Type the code as you got it"),
        ("finish-sign-in", "code", "", "Type the code."),
        ("finish-sign-in", "code", "12", "Type the code as you got it"),
        ("set-password", "password", "", "Type a password."),
        ("set-password", "confirm", "", "The two are not the same."),
        ("set-password", "confirm", "Molenwiek43", "The two are not the same."),
    ] {
        let sent = forms.iter().find(|form| form.name == name).unwrap();
        let page = mo.sends(121, &sent.form, &[(field, typed)]).await;
        assert_eq!(page.reply.status, 400, "{name} {field} {typed:?}: {}", page.html);
        assert!(page.says(words), "{name} {field} {typed:?}: {}", page.html);
        let id = field.replace('.', "-");
        let summary = page.between("role=\"alert\">", "</div>");
        let error = format!("id=\"{id}-error\"");
        assert!(page.html.contains(&error), "{name} {field}: {}", page.html);
        assert!(summary.contains(&format!("href=\"#{id}")), "{name} {field}: {summary}");
    }
}

/// `%` and two digits for every byte: so do browsers send what is no letter.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn what_is_no_text_is_not_taken_for_one() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let forms = secret_forms(&world, "en").await;
    let before = at_rest(&world);
    for sent in &forms {
        for name in needed(&sent.form).iter().filter(|name| *name != "confirm") {
            for bytes in [&b"\0"[..], b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xe9"] {
                // Else it would be a password that its owner cannot type anywhere else.
                let mut bent = without(&without(&sent.form, name), "confirm");
                let value = format!("Geheim-Woord-71{}", escaped(bytes));
                bent.fields.retain(|(known, _)| known != name);
                let mut request = bent.request();
                for name in [name.as_str(), "confirm"] {
                    let field = format!("&{}={value}", name.replace('.', "%2E"));
                    let is_there = name != "confirm" || !sent.form.field("confirm").is_empty();
                    request.body.extend(if is_there { field.as_bytes() } else { b"" });
                }
                let request = Request { ..request.header("accept-language", "en") };
                let page = mo.sees(after(121), &request).await;
                assert!(
                    [400, 404].contains(&page.reply.status),
                    "{} {name} {bytes:?}: {}",
                    sent.name,
                    page.html
                );
                let is_secret = SECRETS.iter().any(|(secret, _)| secret == name);
                assert!(!is_secret || !page.html.contains("Geheim"), "{}", page.html);
            }
        }
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn a_language_that_is_none_is_told_and_one_that_is_not_spoken_is_passed_over() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        for form in secret_forms(&world, language).await {
            for lang in ["xx", "EN", "en-GB", "<b>", "\" onload=\"x", "nl "] {
                let bent = Filled { form: form.form.filled(&[("lang", lang)]), ..form };
                let page = mo.sends(121, &bent.form, &[]).await;
                is_drawn_again(&mo, &bent, &page, lang);
                assert!(!page.html.contains("<b>") && !page.html.contains("\" onload=\""));
            }
        }
        // Of a link it is passed over: a page that is there beats one that complains.
        for (name, heading) in [("sign-in", SIGN_IN), ("magic", MAGIC), ("recover", RECOVER)] {
            let page = mo.opens(0, &format!("/p/demo/{name}?lang=xx")).await;
            mo.reads(&page, 200, heading);
            assert_eq!(page.form(name).field("lang"), language);
        }
        return_to_default(language).await;
    }
}

async fn return_to_default(language: &'static str) {
    let dutch = world(|settings| {
        settings.languages = vec![regain_domain::Language::Nl];
        settings.default_language = regain_domain::Language::Nl;
    })
    .await;
    let (reader, nl) = (Person::new(&dutch, language), Person::new(&dutch, "nl"));
    let page = reader.opens(0, "/p/demo/sign-in?lang=en").await;
    nl.reads(&page, 200, SIGN_IN);
    assert!(!page.html.contains("lang=\"en\""), "nor is it offered: {}", page.html);
}
