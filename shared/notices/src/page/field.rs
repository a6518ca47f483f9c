//! A field of a form: its label, its hint, what was wrong with it, and what programs that fill
//! forms are told.

use super::FieldError;

/// What is typed into a field.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The login.
    Login,
    /// The login, there to be read by password managers, so that they update the right entry.
    LoginShown,
    /// The password of now.
    CurrentPassword,
    /// The next one.
    NewPassword,
    /// Its beginning. No manager is to keep it, as it is not the password.
    Beginning,
    /// A phone number.
    Phone,
    /// The code that was sent: digits.
    SentCode,
    /// The code of an app, or a recovery code, which has letters.
    AppCode,
    /// The characters of a captcha.
    Characters,
}

impl Kind {
    /// Markup, not text.
    pub(super) fn attributes(self) -> &'static str {
        match self {
            Self::Login => {
                r#"type="email" autocomplete="username" spellcheck="false" autocapitalize="none""#
            }
            Self::LoginShown => r#"type="email" autocomplete="username" readonly"#,
            Self::CurrentPassword => {
                r#"type="password" autocomplete="current-password" spellcheck="false" autocapitalize="none""#
            }
            Self::NewPassword => {
                r#"type="password" autocomplete="new-password" spellcheck="false" autocapitalize="none""#
            }
            Self::Beginning => {
                r#"type="password" autocomplete="off" spellcheck="false" autocapitalize="none""#
            }
            Self::Phone => r#"type="tel" autocomplete="tel""#,
            Self::SentCode => {
                r#"type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" autocapitalize="none""#
            }
            Self::AppCode => {
                r#"type="text" autocomplete="one-time-code" spellcheck="false" autocapitalize="none""#
            }
            Self::Characters => {
                r#"type="text" autocomplete="off" spellcheck="false" autocapitalize="none""#
            }
        }
    }
}

/// A field as templates see it.
pub(super) struct Field<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) id: String,
    pub(super) label: &'static str,
    pub(super) hint: Option<String>,
    pub(super) value: &'a str,
    /// In the format of Apple's `passwordrules`.
    pub(super) password_rules: Option<String>,
    /// What was wrong with it.
    pub(super) errors: Vec<&'a str>,
    /// Whether it has the focus when the page opens.
    pub(super) focus: bool,
    /// The id of what else describes it.
    described_by: Option<&'static str>,
}

impl<'a> Field<'a> {
    pub(super) fn new(
        kind: Kind,
        name: &'static str,
        label: &'static str,
        errors: &'a [FieldError],
    ) -> Self {
        Self {
            kind,
            name,
            id: id_of(name),
            label,
            hint: None,
            value: "",
            password_rules: None,
            errors: errors_of(name, errors),
            focus: false,
            described_by: None,
        }
    }

    pub(super) fn value(self, value: &'a str) -> Self {
        Self { value, ..self }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn described_by(self, id: &'static str) -> Self {
        Self { described_by: Some(id), ..self }
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The ids of all that describes it.
    pub(super) fn descriptions(&self) -> String {
        let Self { id, .. } = self;
        let error = self.is_wrong().then(|| format!("{id}-error"));
        let hint = self.hint.is_some().then(|| format!("{id}-hint"));
        let other = self.described_by.map(str::to_owned);
        [error, hint, other].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// The id of the field of that name.
pub(super) fn id_of(name: &str) -> String {
    name.replace('.', "-")
}

/// What is wrong with a field. Whatever is wrong with a captcha is told at its answer.
pub(super) fn errors_of<'a>(name: &str, errors: &'a [FieldError]) -> Vec<&'a str> {
    errors.iter().filter(|error| is_of(error, name)).map(|error| error.text.as_str()).collect()
}

/// Whether an error is told at the field of that name.
pub(super) fn is_of(error: &FieldError, name: &str) -> bool {
    let of_captcha = |field: &str| field == "captcha" || field.starts_with("captcha.");
    error.field == name || (of_captcha(error.field) && of_captcha(name))
}

/// Gives the focus to the first field that was wrong.
pub(super) fn focus_wrong<'a, 'b: 'a>(fields: impl IntoIterator<Item = &'a mut Field<'b>>) {
    if let Some(wrong) = fields.into_iter().find(|field| field.is_wrong()) {
        wrong.focus = true;
    }
}

/// The same, or if nothing was wrong to the first that is empty: for pages that are a mere form,
/// where there is nothing to read before typing.
pub(super) fn focus_first<'a, 'b: 'a>(fields: impl IntoIterator<Item = &'a mut Field<'b>>) {
    let mut fields: Vec<_> = fields.into_iter().collect();
    let wrong = fields.iter().position(|field| field.is_wrong());
    let first = wrong.or_else(|| fields.iter().position(|field| field.value.is_empty()));
    if let Some(field) = first.and_then(|at| fields.get_mut(at)) {
        field.focus = true;
    }
}
