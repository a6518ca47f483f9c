//! Endpoints of the second step, for who is signed in.

use regain_notices::ProblemCode as P;

use super::VALID_UNTIL;
use super::signing_in::SIGNED_IN;
use crate::api::{Access, Field, Kind, Operation, Route};

const FUNCTION: &str = "second-step";
const PASSWORD: Field =
    Field::optional("password", Kind::Password, "The password, if the account has one.");
const RECOVERY_CODES: Field =
    Field::required("recovery_codes", Kind::Texts(40), "Ten, each good once. Shown this once.");
const ANEW: Field = Field::required(
    "session",
    Kind::Object(SIGNED_IN),
    "In the place of the one that was shown: every other has ended, and that one too.",
);
/// Of whoever must prove to be the one who set it up.
const PROOF_PROBLEMS: &[P] = &[
    P::TooManyRequests,
    P::PasswordWrong,
    P::AccountLocked,
    P::CodeWrong,
    P::CodeUsed,
    P::SecondStepLocked,
    P::SecondStepDisabled,
    P::SecondStepMissing,
    P::SecondStepNotOffered,
];

pub(super) const ENROLL: Route = Route {
    path: "/v1/{tenant}/enroll-second-step",
    function: FUNCTION,
    operations: &[Operation {
        id: "enroll-second-step",
        example: r#"{"password": "Quiet-Harbour-73"}"#,
        summary: "Begin to set a second step up, or another app in the place of the one before. It \
                  is asked for only after its first right code; beginning again voids this one.",
        access: Access::SignedIn,
        body: &[
            PASSWORD,
            Field::optional("code", Kind::Text(64), "Of the present one, if one is on."),
        ],
        answer: &[
            Field::required("secret", Kind::Text(64), "For the app, base32. Shown this once."),
            Field::required("otpauth_uri", Kind::Text(4096), "The same, for the app's camera."),
            Field::required("qr_svg", Kind::Text(262_144), "The same as a picture, SVG."),
            VALID_UNTIL,
        ],
        problems: PROOF_PROBLEMS,
        ..Operation::POST
    }],
};

pub(super) const CONFIRM: Route = Route {
    path: "/v1/{tenant}/confirm-second-step",
    function: FUNCTION,
    operations: &[Operation {
        id: "confirm-second-step",
        example: r#"{"code": "123456"}"#,
        summary: "Switch it on with its first right code.",
        access: Access::SignedIn,
        body: &[Field::required("code", Kind::Text(64), "That the app shows.")],
        answer: &[RECOVERY_CODES, ANEW],
        problems: PROOF_PROBLEMS,
        ..Operation::POST
    }],
};

pub(super) const SWITCH_OFF: Route = Route {
    path: "/v1/{tenant}/switch-off-second-step",
    function: FUNCTION,
    operations: &[Operation {
        id: "switch-off-second-step",
        example: r#"{"password": "Quiet-Harbour-73", "code": "123456"}"#,
        summary: "Switch it off, with the password and a code.",
        access: Access::SignedIn,
        body: &[PASSWORD, CODE],
        answer: &[Field::required("status", Kind::OneOf(&["off"]), "Always."), ANEW],
        problems: PROOF_PROBLEMS,
        ..Operation::POST
    }],
};

pub(super) const RENEW: Route = Route {
    path: "/v1/{tenant}/renew-recovery-codes",
    function: FUNCTION,
    operations: &[Operation {
        id: "renew-recovery-codes",
        example: r#"{"password": "Quiet-Harbour-73", "code": "123456"}"#,
        summary: "Other recovery codes, in the place of all before, with the password and a code.",
        access: Access::SignedIn,
        body: &[PASSWORD, CODE],
        answer: &[RECOVERY_CODES],
        problems: PROOF_PROBLEMS,
        ..Operation::POST
    }],
};

const CODE: Field = Field::required("code", Kind::Text(64), "Of the app, or a recovery code.");
