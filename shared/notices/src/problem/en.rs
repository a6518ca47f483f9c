//! The problems in English.

super::words! {
    InvalidRequest: "The request is not right",
        "Part of the request is missing or has the wrong form. The list of errors says which part.";
    BodyTooLarge: "The request is too large",
        "The request is larger than what is accepted here.";
    UnsupportedMediaType: "This media type is not accepted",
        "This address does not take this media type, or does not take it compressed. The member `accepted` says what it takes.";
    MethodNotAllowed: "This method is not accepted here",
        "This address does not take that method. The Allow header names those it does take.";
    NotFound: "Not found",
        "There is nothing at this address.";
    TenantUnknown: "Unknown organisation",
        "No organisation is known by the name in this address.";
    Unauthorized: "A valid key or session is needed",
        "It is missing, or it is not one that is known here.";
    Forbidden: "This key may not do this",
        "The role of the key does not go that far. Use a key with a role that does.";
    AccountUnknown: "Unknown account",
        "This organisation has no account by the id in this address. It may have been deleted.";
    ApiKeyUnknown: "Unknown key",
        "This organisation has no key by the id in this address. It may have been revoked already.";
    CursorUnknown: "Unknown cursor",
        "The cursor is not one that this list gave. Start again at the first page.";
    SupportCodeUnknown: "Unknown support code",
        "The code is unknown, more than 90 days old, or what it stands for has not been worked on yet. Check the code, or try again in a moment.";
    TenantExists: "This name is taken",
        "An organisation has this name, or had it until it was deleted. Names are never given twice, so choose another.";
    AccountExists: "This login is taken",
        "This organisation has an account with this login already. Change that account, or choose another login.";
    PreconditionFailed: "The condition does not fit the settings",
        "If-Match does not fit the settings as they are now, so nothing was changed. Read them again, then make the change with the ETag of that answer.";
    SettingsInvalid: "Some settings are not accepted",
        "The list of errors says which ones, and within what bounds they must be.";
    TooManyApiKeys: "There are too many keys",
        "This organisation has as many keys as it may have. Revoke one that is no longer needed, then try again.";
    TemporaryPasswordsDisabled: "Temporary passwords are not switched on",
        "This organisation has not switched them on, or did so just now: a change of settings counts within a minute. Send a link to choose a password instead, or try again in a minute.";
    TooManyLines: "There are too many lines",
        "An import takes at most 500 lines a call. Split it into several calls.";
    TooManyRequests: "Too many requests",
        "This was asked too often in a short time. Wait a while, then try again.";
    Unavailable: "This does not work right now",
        "Please try again in a moment.";
    Internal: "Something went wrong on our side",
        "You did nothing wrong. Try again, and contact the service desk if it goes on.";
    LinkDamaged: "The link is damaged",
        "Part of the link was lost or changed on its way to us. Click it in the mail, or copy all of it.";
    LinkUnknown: "We do not know this link",
        "It was not made here, it is for something else than this, or it is so old that we no longer have it on record. Open it from the mail again, or ask for a new link.";
    LinkExpired: "The link has expired",
        "The link was not clicked in time. Ask for a new link.";
    LinkClickExpired: "The time after the click is over",
        "The link was clicked, but not used in time after that. Ask for a new link.";
    LinkSuperseded: "There is a newer link",
        "Only the newest link works. Use the link in the latest mail.";
    LinkUsed: "The link has been used",
        "A link works once. Sign in, or ask for a new link.";
    LinkWithdrawn: "The link was withdrawn",
        "The link was stopped before it was used. Ask for a new link, or contact the service desk.";
    GrantExpired: "The time for this step is over",
        "Ask for a new link or a new code to try again.";
    GrantUsed: "This step has been completed already",
        "It works once. Sign in with the current password.";
    GrantWithdrawn: "This step was stopped",
        "The link or the code that it began with was replaced or withdrawn. Use the newest one, or ask for another.";
    CaptchaUnknown: "We do not know these characters",
        "They were not given out here, or part of their address was lost. Ask for new characters.";
    CaptchaExpired: "The characters have expired",
        "They are good for five minutes. Ask for new ones and type those.";
    CaptchaWrong: "Those are not the characters",
        "Look or listen once more; small letters and capitals may not be the same here. You can also ask for other characters.";
    CaptchaSpent: "These characters cannot be used any more",
        "They have been used already, or were typed wrong three times. Ask for new ones and type those.";
    GrantUnknown: "We do not know this step",
        "It may have been for something else. Start again from the link in the mail, or ask for another code.";
    PasswordRejected: "The password does not meet all the rules",
        "The list of violations says which ones. Try another password.";
    SignInFailed: "Signing in did not work",
        "The e-mail address and the password do not go together. Check both, or ask for a link to choose a new password.";
    AccountBlocked: "This account is blocked",
        "It cannot be used as long as the block is on. The service desk can tell you more.";
    PasswordMustChange: "Choose a new password first",
        "The password was right, and it was temporary. Choose one of your own with the grant in this answer.";
    AccountLocked: "This account is locked",
        "A wrong password was entered too many times. Unlock the account by e-mail, text message or call; where `until` says a time, the lock goes off by itself then.";
    PasswordDisabled: "This password is switched off",
        "That was done for safety, after a hundred wrong ones in a row. Choose a new one with “forgot password”.";
    RecoveryUnknown: "We do not know this recovery",
        "It was not begun here, or so long ago that we no longer have it on record. Start again.";
    RecoveryExpired: "The time for this recovery is over",
        "It was not completed in time. Start again to get a new code.";
    RecoverySpent: "This recovery has ended",
        "It was completed or stopped, or it has no tries or mails left. Start again if you are not in your account yet.";
    PhoneMismatch: "This number does not match",
        "Enter the full phone number that ends in the digits shown, or choose another way.";
    CodeWrong: "The code is not right",
        "Enter the newest code, all of it; of an app, check that the phone shows the right time. Where tries are counted down and none are left, start again.";
    CodeExpired: "The code has expired",
        "It was not entered in time. Ask for a new code.";
    CodeSpent: "This code no longer works",
        "It was used or stopped, or there were no tries left. Start again to get a new one.";
    MagicLoginDisabled: "Links that sign in are not switched on",
        "This organisation does not offer them now. Sign in another way.";
    PasswordWrong: "The password is not right",
        "To change this, type your present password. Too many wrong ones lock the account.";
    CodeUsed: "This code has been used already",
        "A code works once. Wait for the next one in your app, half a minute at most.";
    SecondStepLocked: "Too many wrong codes were entered",
        "For safety, no codes from the app are accepted until the time in `until`. A recovery code is accepted now.";
    SecondStepDisabled: "Codes from this app are not accepted any more",
        "That was done for safety, after a hundred wrong ones in a row. Use a recovery code, or ask the service desk.";
    SecondStepNotOffered: "Two-step verification is not offered here",
        "This organisation has switched it off, or switched it on just now: a change of settings counts within a minute.";
    SecondStepMissing: "No two-step verification has been set up",
        "There is none for this account, or setting it up took too long. To have one, begin setting it up.";
    SignInUnknown: "We do not know this sign-in",
        "It was not begun here, or it belongs to another browser. Sign in again.";
    SignInOver: "This sign-in has ended",
        "It took too long, was finished already, or the account was changed since. Sign in again.";
    SessionEnded: "The session has ended",
        "It expired, was signed out, or ended because the account was changed, as by a new password. Sign in again.";
    ProviderUnknown: "This provider has not been set up",
        "Nobody signs in with it at this organisation. Sign in another way.";
    ProviderUnavailable: "The provider does not answer right now",
        "Try again in a moment, or sign in another way.";
    ProviderTaken: "This one is linked to another account already",
        "What you chose at Google, Microsoft or LinkedIn is linked to another account here. Choose another one, or unlink it there first.";
    ProviderNotLinked: "This provider is not linked",
        "It is not linked to this account, so there is nothing to unlink.";
}
