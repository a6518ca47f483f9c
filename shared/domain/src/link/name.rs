//! What a link is called: its id, its purpose, who asked for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::token::CROCKFORD;

/// What a link, once clicked, lets a person do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// Choose a new password.
    Reset,
    /// Choose the first password of an account that someone else made.
    Invite,
    /// Choose a password in the place of a temporary one. It is never mailed: sign-in makes it
    /// clicked and gives its grant.
    MustChange,
    /// Take the lock off.
    Unlock,
    /// Choose a new password, after a right code. It is never mailed: the code gives its grant.
    CodeReset,
    /// Take the lock off, after a right code. It is never mailed either.
    CodeUnlock,
    /// Sign in once. Its click is its use.
    Magic,
}

impl LinkPurpose {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Reset,
        Self::Invite,
        Self::MustChange,
        Self::Unlock,
        Self::CodeReset,
        Self::CodeUnlock,
        Self::Magic,
    ];

    /// Their words.
    pub const WORDS: [&'static str; 7] =
        ["reset", "invite", "must_change", "unlock", "code_reset", "code_unlock", "magic"];

    /// The word in answers, keys and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invite => "invite",
            Self::MustChange => "must_change",
            Self::Unlock => "unlock",
            Self::CodeReset => "code_reset",
            Self::CodeUnlock => "code_unlock",
            Self::Magic => "magic",
        }
    }

    /// What its grant does.
    #[must_use]
    pub fn act(self) -> Act {
        match self {
            Self::Reset | Self::Invite | Self::MustChange | Self::CodeReset => Act::SetPassword,
            Self::Unlock | Self::CodeUnlock => Act::Unlock,
            Self::Magic => Act::SignIn,
        }
    }
}

/// The one thing that a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Set one password.
    SetPassword,
    /// Take the lock off.
    Unlock,
    /// Sign in.
    SignIn,
}

impl Act {
    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SetPassword => "set_password",
            Self::Unlock => "unlock",
            Self::SignIn => "sign_in",
        }
    }
}

/// Who asked for a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Whoever typed the login.
    #[default]
    SelfService,
    /// The service desk or an admin.
    BackOffice,
    /// Nobody: too many wrong passwords were tried, and its owner is told.
    Lockout,
}

impl Origin {
    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SelfService => "self_service",
            Self::BackOffice => "back_office",
            Self::Lockout => "lockout",
        }
    }
}

/// The random name of a link: 80 bits, the only part of its token that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkId([u8; 10]);

impl LinkId {
    /// From 80 random bits.
    #[must_use]
    pub fn new(random: [u8; 10]) -> Self {
        Self(random)
    }

    /// Reads its sixteen symbols.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = CROCKFORD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(self) -> [u8; 10] {
        self.0
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&CROCKFORD.encode(&self.0))
    }
}

impl From<LinkId> for String {
    fn from(id: LinkId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for LinkId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a link id")
    }
}
