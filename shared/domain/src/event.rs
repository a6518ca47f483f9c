//! The one list of what a timeline can hold.

/// Something that happened to an account, in the past tense; in the order in which they follow from
/// each other, by which events of one moment are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A reset was asked for and a link was made for it.
    LinkIssued,
    /// A repeated request mailed the unclicked link again.
    LinkRepeated,
    /// The mail with the link was handed to the mail service.
    LinkSent,
    /// A person pressed the button behind the link.
    LinkClicked,
    /// "This was not me", while the link was alive.
    LinkWithdrawn,
    /// "This was not me", after the link had been used.
    NotMeReported,
    /// A reset was asked for, and nothing was issued for the reason in `cause`.
    RequestDropped,
    /// A blocked account asked for a reset and was mailed whom to ask.
    RequestRefused,
    /// The password was changed.
    PasswordChanged,
    /// A notice was handed to the mail service.
    NoticeSent,
    /// A notice could not be sent for a day and was given up.
    NoticeFailed,
    /// Someone signed in.
    SignedIn,
    /// A sign-in failed.
    SignInFailed,
    /// The password was right, and the account is blocked.
    SignInRefused,
}

impl Event {
    /// Its place among events of one moment.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// The word in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LinkIssued => "link_issued",
            Self::LinkRepeated => "link_repeated",
            Self::LinkSent => "link_sent",
            Self::LinkClicked => "link_clicked",
            Self::LinkWithdrawn => "link_withdrawn",
            Self::NotMeReported => "not_me_reported",
            Self::RequestDropped => "request_dropped",
            Self::RequestRefused => "request_refused",
            Self::PasswordChanged => "password_changed",
            Self::NoticeSent => "notice_sent",
            Self::NoticeFailed => "notice_failed",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignInRefused => "sign_in_refused",
        }
    }
}
