//! The words of the pages: one struct, filled once per language. What has something put in is a
//! function, so that it stands where the language wants it.

mod en;
mod nl;

use regain_domain::Language;

/// All that the pages say in one language.
pub(super) struct Words {
    pub(super) common: Common,
    pub(super) countdown: Countdown,
    pub(super) captcha: Captcha,
    pub(super) ask: Ask,
    pub(super) asked: Asked,
    pub(super) opened: Opened,
    pub(super) new_password: NewPassword,
    pub(super) rules: Rules,
    pub(super) unlock: Unlock,
    pub(super) recover: Recover,
    pub(super) method: Method,
    pub(super) code: Code,
    pub(super) sign_in: SignIn,
    pub(super) to_provider: ToProvider,
    pub(super) second_step: SecondStep,
    pub(super) not_me: NotMe,
    pub(super) done: Done,
    pub(super) trouble: Trouble,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &en::WORDS,
            Language::Nl => &nl::WORDS,
        }
    }
}

/// What a language is called in itself.
pub(super) fn own_name(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::Nl => "Nederlands",
    }
}

/// What more than one page says.
pub(super) struct Common {
    /// Before a title, and unseen before what was wrong with a field.
    pub(super) error: &'static str,
    /// Above the summary of what was wrong.
    pub(super) summary: &'static str,
    /// Names the list of languages.
    pub(super) languages: &'static str,
    /// Before the tenant's contact.
    pub(super) contact: &'static str,
    /// In its place, from the tenant's name.
    pub(super) contact_of: fn(&str) -> String,
    pub(super) support_code: &'static str,
    pub(super) login: &'static str,
    pub(super) cancel: &'static str,
    pub(super) next: &'static str,
    pub(super) sign_in: &'static str,
    pub(super) not_me: &'static str,
    pub(super) close: &'static str,
    /// Above a button that sends for a new link.
    pub(super) more_time: &'static str,
    /// Sends for a new link.
    pub(super) new_link: &'static str,
    /// What the script's buttons are called: show and hide what was typed, copy.
    pub(super) show: &'static str,
    pub(super) hide: &'static str,
    pub(super) copy: &'static str,
    pub(super) copied: &'static str,
}

/// How much time is left; the script counts on with the same words.
pub(super) struct Countdown {
    /// `#` stands for the minutes.
    pub(super) many: &'static str,
    pub(super) one: &'static str,
    pub(super) less: &'static str,
    /// Nothing is left.
    pub(super) over: &'static str,
    /// Nothing is left, and a new link helps.
    pub(super) over_of_link: &'static str,
}

impl Countdown {
    pub(super) fn left(&self, minutes: u64) -> String {
        match minutes {
            0 => self.less.to_owned(),
            1 => self.one.to_owned(),
            _ => self.many.replace('#', &minutes.to_string()),
        }
    }
}

pub(super) struct Captcha {
    pub(super) picture: &'static str,
    pub(super) sound: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) question: &'static str,
    pub(super) again: &'static str,
    pub(super) by_mail: &'static str,
}

pub(super) struct Ask {
    pub(super) reset: &'static str,
    pub(super) reset_lead: &'static str,
    pub(super) magic: &'static str,
    pub(super) magic_lead: &'static str,
    pub(super) send: &'static str,
    pub(super) sign_in: &'static str,
    pub(super) recover: &'static str,
}

pub(super) struct Asked {
    pub(super) heading: &'static str,
    /// Whether there is an account is nobody's to know: by the login, and without it.
    pub(super) to: fn(&str) -> String,
    pub(super) to_unsaid: &'static str,
    pub(super) reset: &'static str,
    pub(super) magic: &'static str,
    pub(super) unlock: &'static str,
    pub(super) missing: &'static str,
    /// What to look at, in order.
    pub(super) advice: &'static [&'static str],
    pub(super) again: &'static str,
    pub(super) recover: &'static str,
}

/// One for each purpose of a link.
pub(super) struct Opened {
    pub(super) reset: OpenedFor,
    pub(super) invite: OpenedFor,
    pub(super) unlock: OpenedFor,
    pub(super) magic: OpenedFor,
    /// These and the like are sentences that go on with what is left of the time.
    pub(super) until: fn(&str) -> String,
    pub(super) until_clicked: fn(&str) -> String,
    pub(super) go_on: &'static str,
    pub(super) not_me: &'static str,
}

pub(super) struct OpenedFor {
    pub(super) heading: &'static str,
    /// From whose it is.
    pub(super) lead: fn(&str) -> String,
    pub(super) button: &'static str,
}

pub(super) struct NewPassword {
    pub(super) heading: &'static str,
    pub(super) until: fn(&str) -> String,
    pub(super) password: &'static str,
    pub(super) confirm: &'static str,
    pub(super) beginning: &'static str,
    pub(super) beginning_hint: &'static str,
    pub(super) beginning_confirm: &'static str,
    pub(super) generated: &'static str,
    pub(super) save: &'static str,
    pub(super) make: &'static str,
    /// Told at the field where nothing else was told of broken rules.
    pub(super) broken: &'static str,
}

/// The rules for a new password, as a list says them beforehand.
pub(super) struct Rules {
    pub(super) heading: &'static str,
    pub(super) beginning_heading: &'static str,
    /// Before a rule that was broken.
    pub(super) not_yet: &'static str,
    pub(super) length: fn(u32, u32) -> String,
    pub(super) length_max: fn(u32) -> String,
    pub(super) uppercase: fn(u32) -> String,
    pub(super) lowercase: fn(u32) -> String,
    pub(super) digits: fn(u32) -> String,
    pub(super) symbols: fn(u32) -> String,
    pub(super) last_name: &'static str,
    pub(super) reuse: &'static str,
    pub(super) common: &'static str,
}

pub(super) struct Unlock {
    pub(super) heading: &'static str,
    pub(super) lead: &'static str,
    pub(super) button: &'static str,
}

pub(super) struct Recover {
    pub(super) heading: &'static str,
    pub(super) lead: &'static str,
    pub(super) reason: &'static str,
    pub(super) forgot: &'static str,
    pub(super) forgot_hint: &'static str,
    pub(super) locked: &'static str,
    pub(super) locked_hint: &'static str,
}

pub(super) struct Method {
    pub(super) heading: &'static str,
    pub(super) until: fn(&str) -> String,
    pub(super) by_phone: &'static str,
    pub(super) phone: &'static str,
    pub(super) phone_hint: fn(&str) -> String,
    pub(super) sms: &'static str,
    pub(super) voice: &'static str,
    pub(super) by_mail: &'static str,
    pub(super) mail_lead: fn(&str) -> String,
    pub(super) mail: &'static str,
}

pub(super) struct Code {
    pub(super) heading: &'static str,
    pub(super) sms_lead: fn(&str) -> String,
    pub(super) voice_lead: fn(&str) -> String,
    pub(super) until: fn(&str) -> String,
    pub(super) nobody: &'static str,
    pub(super) label: &'static str,
    pub(super) missing: &'static str,
    pub(super) wait: fn(u32) -> String,
    pub(super) sms_again: &'static str,
    pub(super) voice_again: &'static str,
}

pub(super) struct SignIn {
    pub(super) heading: &'static str,
    pub(super) password: &'static str,
    pub(super) button: &'static str,
    /// From a provider's name.
    pub(super) with: fn(&str) -> String,
    /// Above the other ways in.
    pub(super) stuck: &'static str,
    pub(super) forgot: &'static str,
    pub(super) magic: &'static str,
    pub(super) locked: &'static str,
}

/// From a provider's name.
pub(super) struct ToProvider {
    pub(super) heading: fn(&str) -> String,
    pub(super) lead: &'static str,
    pub(super) button: fn(&str) -> String,
}

pub(super) struct SecondStep {
    pub(super) heading: &'static str,
    /// From the tenant's name, by which the app knows the code.
    pub(super) lead: fn(&str) -> String,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) until: fn(&str) -> String,
}

pub(super) struct NotMe {
    pub(super) heading: &'static str,
    pub(super) lead: &'static str,
    pub(super) effects: &'static [&'static str],
}

pub(super) struct Done {
    pub(super) changed: &'static str,
    pub(super) changed_lead: &'static str,
    pub(super) manager: &'static str,
    pub(super) generated: &'static str,
    pub(super) generated_lead: &'static str,
    pub(super) unlocked: &'static str,
    pub(super) unlocked_lead: &'static str,
    pub(super) new_password: &'static str,
    pub(super) signed_in: &'static str,
    pub(super) signed_in_lead: &'static str,
    pub(super) signed_in_on: &'static str,
    pub(super) recovery_code: &'static str,
    pub(super) recovery_code_lead: &'static str,
    pub(super) withdrawn: &'static str,
    pub(super) withdrawn_lead: &'static str,
    pub(super) reported: &'static str,
    pub(super) reported_lead: &'static str,
    pub(super) go_on: &'static str,
}

pub(super) struct Trouble {
    /// Above a button that sends for a link in the place of a newer one.
    pub(super) another: &'static str,
    pub(super) ask: &'static str,
    pub(super) recover: &'static str,
    pub(super) again: &'static str,
    pub(super) try_again: &'static str,
}
