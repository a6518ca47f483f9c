//! The words of the pages in English.

use super::{
    Ask, Asked, Captcha, Code, Common, Countdown, Done, Method, NewPassword, NotMe, Opened,
    OpenedFor, Recover, Rules, SecondStep, SignIn, ToProvider, Trouble, Unlock, Words,
};

pub(super) const WORDS: Words = Words {
    common: Common {
        error: "Error",
        summary: "Something is not right yet",
        languages: "Language",
        contact: "Need help? Contact the service desk:",
        contact_of: |tenant| format!("Need help? Contact the service desk of {tenant}."),
        support_code: "Support code:",
        login: "E-mail address",
        cancel: "Cancel",
        next: "Next",
        sign_in: "Sign in",
        not_me: "This was not me",
        close: "You can close this window.",
        more_time: "Do you need more time?",
        new_link: "Mail me a new link",
        show: "Show",
        hide: "Hide",
        copy: "Copy",
        copied: "Copied",
    },
    countdown: Countdown {
        many: "# minutes left",
        one: "1 minute left",
        less: "less than a minute left",
        over: "The time is over. Begin again to go on.",
        over_of_link: "The time is over. Ask for a new link to go on.",
    },
    captcha: Captcha {
        picture: "Picture of six characters to type over. The player below reads them to you.",
        sound: "The characters, read aloud",
        label: "Characters in the picture",
        hint: "Type what you see, or what you hear. Capitals and small letters may differ.",
        question: "Can you not make them out?",
        again: "Another picture and sound",
        by_mail: "Neither seeing nor hearing works: mail me a link",
    },
    ask: Ask {
        reset: "Forgot your password?",
        reset_lead: "Type the e-mail address that you sign in with. You get a mail with a link to choose a new password.",
        magic: "Sign in without a password",
        magic_lead: "Type your e-mail address. You get a mail with a link that signs you in once.",
        send: "Mail me a link",
        sign_in: "I know my password: sign in",
        recover: "I cannot open my mail: go on by phone",
    },
    asked: Asked {
        heading: "Look in your mailbox",
        to: |login| {
            format!("If there is an account for {login}, a mail with a link is on its way.")
        },
        to_unsaid: "If there is an account, a mail with a link is on its way.",
        reset: "The link lets you choose a new password.",
        magic: "The link signs you in, once.",
        unlock: "The link gets you back into your account.",
        missing: "Is there no mail?",
        advice: &[
            "It can take a few minutes.",
            "Look in the folder for junk mail (spam) too.",
            "Check that this is the address you sign in with.",
            "Only the newest link works. Asked more than once? Use the latest mail.",
        ],
        again: "Ask for a link again",
        recover: "I cannot open my mail: go on by phone",
    },
    opened: Opened {
        reset: OpenedFor {
            heading: "Choose a new password",
            lead: |login| format!("With this link you choose a new password for {login}."),
            button: "Choose a new password",
        },
        invite: OpenedFor {
            heading: "Choose your password",
            lead: |login| {
                format!("An account was made for {login}. You choose its password yourself.")
            },
            button: "Choose a password",
        },
        unlock: OpenedFor {
            heading: "Unlock your account",
            lead: |login| format!("With this link you take the lock off the account of {login}."),
            button: "Go on to unlocking",
        },
        magic: OpenedFor {
            heading: "Sign in with this link",
            lead: |login| format!("With this link you sign in as {login}, once."),
            button: "Sign in",
        },
        until: |moment| format!("Nothing has changed yet. The link works until {moment}"),
        until_clicked: |moment| format!("You were here before. You can go on until {moment}"),
        go_on: "Go on",
        not_me: "Did you not ask for this? Then tell us, and the link stops working.",
    },
    new_password: NewPassword {
        heading: "Choose a new password",
        until: |moment| format!("You have until {moment}"),
        password: "New password",
        confirm: "Repeat the new password",
        beginning: "Beginning of your new password",
        beginning_hint: "We add an ending to it, and show you the whole password once.",
        beginning_confirm: "Repeat the beginning",
        generated: "We make a strong password for you and show it once. Have the place ready where you keep it, such as a password manager.",
        save: "Set this password",
        make: "Make my password",
        broken: "This password does not keep every rule. See the list above.",
    },
    rules: Rules {
        heading: "Rules for the new password",
        beginning_heading: "Rules for the beginning",
        not_yet: "Not right yet:",
        length: |min, max| format!("{min} to {max} characters"),
        length_max: |max| format!("together with our ending at most {max} characters"),
        uppercase: |count| at_least(count, "capital letter"),
        lowercase: |count| at_least(count, "small letter"),
        digits: |count| at_least(count, "digit"),
        symbols: |count| format!("{}, such as ! or ?", at_least(count, "symbol")),
        last_name: "without your last name",
        reuse: "never used by you before",
        common: "not a common password",
    },
    unlock: Unlock {
        heading: "Unlock your account",
        lead: "Too many wrong passwords were typed, so the account was locked. Your password stays as it is.",
        button: "Unlock now",
    },
    recover: Recover {
        heading: "Get back into your account",
        lead: "A few questions first, so that nobody else gets in.",
        reason: "What is the matter?",
        forgot: "I forgot my password",
        forgot_hint: "You choose a new one.",
        locked: "I know my password, but cannot sign in",
        locked_hint: "We take the lock off. Your password stays as it is.",
    },
    method: Method {
        heading: "How do you want to go on?",
        until: |moment| format!("You can go on until {moment}"),
        by_phone: "With a code on your phone",
        phone: "Your phone number",
        phone_hint: |hint| format!("Type the whole number. It ends in {hint}."),
        sms: "Send me a text message",
        voice: "Call me",
        by_mail: "With a link in a mail",
        mail_lead: |hint| format!("We send the link to {hint}."),
        mail: "Mail me a link",
    },
    code: Code {
        heading: "Type the code",
        sms_lead: |hint| {
            format!("A text message with a code is on its way to the number that ends in {hint}.")
        },
        voice_lead: |hint| {
            format!("We are calling the number that ends in {hint}. A voice reads the code to you.")
        },
        until: |moment| format!("The code works until {moment}"),
        nobody: "Give the code to nobody, the service desk included.",
        label: "Code",
        missing: "Did you not get a code?",
        wait: |seconds| match seconds {
            1 => "You can ask for another in 1 second.".to_owned(),
            _ => format!("You can ask for another in {seconds} seconds."),
        },
        sms_again: "Send another code",
        voice_again: "Call me again",
    },
    sign_in: SignIn {
        heading: "Sign in",
        password: "Password",
        button: "Sign in",
        with: |provider| format!("Sign in with {provider}"),
        stuck: "Can you not get in?",
        forgot: "I forgot my password",
        magic: "Sign in without a password, by a link in a mail",
        locked: "My account is locked",
    },
    to_provider: ToProvider {
        heading: |provider| format!("On to {provider}"),
        lead: "That page opens by itself. You come back here afterwards.",
        button: |provider| format!("Go to {provider}"),
    },
    second_step: SecondStep {
        heading: "One more step",
        lead: |tenant| {
            format!("Open the app on your phone and type the code that it shows for {tenant}.")
        },
        label: "Code from your app",
        hint: "Is your phone not at hand? Type one of your recovery codes here.",
        until: |moment| format!("You have until {moment}"),
    },
    not_me: NotMe {
        heading: "Was this not you?",
        lead: "Tell us with the button below:",
        effects: &[
            "a link or code that was not used yet stops working;",
            "if something was changed already, everybody is signed out of your account, you included, and the service desk sees your report;",
            "your password stays as it is.",
        ],
    },
    done: Done {
        changed: "Your password has been changed",
        changed_lead: "From now on, sign in with the new password. You can close this window.",
        manager: "Do you use a password manager, or does your browser fill your password in? Remove the old password there and store the new one.",
        generated: "Your new password",
        generated_lead: "You see it now and never again. Store it before you go on.",
        unlocked: "Your account is unlocked",
        unlocked_lead: "Sign in with the password that you had. You can close this window.",
        new_password: "Choose a new password",
        signed_in: "Signing in works",
        signed_in_lead: "There is nothing to open from here, so you can close this window.",
        signed_in_on: "Go on to where you came from within a minute or two.",
        recovery_code: "Your new recovery code",
        recovery_code_lead: "It takes the place of the one you just used. You see it now and never again, so store it with the others.",
        withdrawn: "The link has stopped working",
        withdrawn_lead: "Thank you for telling us. Nothing was changed with it. You can close this window.",
        reported: "Thank you for telling us",
        reported_lead: "Everybody is signed out of your account, and the service desk sees your report. Choose a new password now, and contact the service desk.",
        go_on: "Go on",
    },
    trouble: Trouble {
        another: "Is that mail nowhere to be found? A new link takes the place of the one in it.",
        ask: "Ask for a new link",
        recover: "Go on by phone",
        again: "Begin again",
        try_again: "Try again",
    },
};

/// "at least 1 digit", "at least 2 digits".
fn at_least(count: u32, what: &str) -> String {
    format!("at least {count} {what}{}", if count == 1 { "" } else { "s" })
}
