//! What holds where a tenant has chosen nothing.

use std::collections::BTreeMap;

use super::{
    Captcha, Code, Demand, Frontend, LetterCase, Limits, Lockout, Looks, MagicLogin, OwnPassword,
    Phone, SecondStep, Sender, Settings, Validity,
};
use crate::language::Language;
use crate::policy::PasswordPolicy;

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: String::new(),
            languages: Language::ALL.to_vec(),
            default_language: Language::En,
            frontend: Frontend::default(),
            sender: Sender::default(),
            sender_domains: vec!["example.com".to_owned()],
            sms_names: Vec::new(),
            validity: Validity::default(),
            lockout: Lockout::default(),
            code: Code::default(),
            limits: Limits::default(),
            password_policy: PasswordPolicy::default(),
            own_password: OwnPassword::default(),
            phone: Phone::default(),
            captcha: Captcha::default(),
            magic_login: MagicLogin::default(),
            second_step: SecondStep::default(),
            providers: BTreeMap::new(),
            temporary_passwords_enabled: false,
            timeline_days: 365,
            support_contact: None,
            looks: Looks::default(),
            time_zone: "Europe/Amsterdam".to_owned(),
        }
    }
}

impl Default for Sender {
    fn default() -> Self {
        Self { email: "no-reply@example.com".to_owned(), name: None, sms_name: None }
    }
}

impl Default for Validity {
    fn default() -> Self {
        Self {
            link_unclicked_seconds: 172_800,
            link_clicked_seconds: 900,
            invite_seconds: 604_800,
            magic_link_seconds: 900,
            recovery_seconds: 900,
            code_seconds: 600,
            session_seconds: 900,
            same_link_window_seconds: 0,
        }
    }
}

impl Default for Lockout {
    fn default() -> Self {
        Self { failures: 5, lock_seconds: 900 }
    }
}

impl Default for Code {
    fn default() -> Self {
        Self { digits: 6 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_login_and_address_hour: 5,
            per_address_hour: 100,
            mails_per_login_hour: 10,
            codes_per_account_day: 5,
        }
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self { default_region: "NL".to_owned(), allowed_countries: vec!["NL".to_owned()] }
    }
}

impl Default for Captcha {
    fn default() -> Self {
        Self {
            request_reset: Demand::Never,
            start_recovery: Demand::Always,
            case: LetterCase::Sensitive,
        }
    }
}

impl Default for SecondStep {
    fn default() -> Self {
        Self { offered: true }
    }
}

impl Default for MagicLogin {
    fn default() -> Self {
        Self { enabled: true, takes_lock_off: true }
    }
}
