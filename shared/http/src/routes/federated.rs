//! Endpoints of signing in with a provider.

use regain_domain::Provider;
use regain_domain::provider::Intent;
use regain_notices::ProblemCode as P;

use super::signing_in::SIGNED_IN;
use crate::api::{Access, Field, Kind, Method, Operation, Route};

const FUNCTION: &str = "federated-login";
const PROVIDER: Field = Field::required("provider", Kind::OneOf(&Provider::WORDS), "Which.");

pub(super) const FEDERATED_LOGIN: Route = Route {
    path: "/v1/{tenant}/federated-login",
    function: FUNCTION,
    operations: &[Operation {
        id: "federated-login",
        example: concat!(
            r#"{"provider": "google", "intent": "sign_in", "return_url": "http://localhost:3000/", "#,
            r#""challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}"#
        ),
        summary: "Where to send a person to prove at a provider who they are; to sign in, or with a \
                  session to link that provider to its account.",
        access: Access::PublicOrSignedIn,
        body: &[
            PROVIDER,
            Field::required("intent", Kind::OneOf(&Intent::WORDS), "What for."),
            Field::required("return_url", Kind::Text(2048), "One of the tenant's return URLs."),
            Field::required(
                "challenge",
                Kind::Text(43),
                "S256 of a verifier that stays in this browser (RFC 7636).",
            ),
        ],
        answer: &[Field::required("url", Kind::Text(4096), "The provider's page.")],
        problems: &[P::TooManyRequests, P::ProviderUnknown, P::ProviderUnavailable],
        ..Operation::POST
    }],
};

pub(super) const CALLBACK: Route = Route {
    path: "/v1/{tenant}/federated-login/callback/{provider}",
    function: FUNCTION,
    operations: &[Operation {
        method: Method::SentBack,
        id: "callback",
        summary: "Where a provider sends the person back to, who goes on to the return URL with \
                  `handover` for `finish-sign-in`, or with `error`: `provider_not_linked`, \
                  `provider_refused` or `provider_unavailable`. Who began on a hosted page \
                  stays on the pages until that is over.",
        query: &[
            Field::optional("state", Kind::Text(64), "Of the attempt."),
            Field::optional("code", Kind::Text(4096), "Of the provider."),
            Field::optional("error", Kind::Text(200), "Or why there is none (RFC 6749 §4.1.2.1)."),
            Field::optional("iss", Kind::Text(400), "Of the provider (RFC 9207)."),
        ],
        status: 303,
        problems: &[P::ProviderUnknown, P::SignInUnknown, P::SignInOver, P::AccountBlocked],
        ..Operation::GET
    }],
};

pub(super) const UNLINK: Route = Route {
    path: "/v1/{tenant}/unlink-provider",
    function: FUNCTION,
    operations: &[Operation {
        id: "unlink-provider",
        summary: "A provider signs in to this account no more.",
        access: Access::SignedIn,
        body: &[PROVIDER],
        answer: &[
            Field::required("status", Kind::OneOf(&["unlinked"]), "Always."),
            Field::required(
                "session",
                Kind::Object(SIGNED_IN),
                "In the place of the one that was shown: every other has ended, and that one too.",
            ),
        ],
        problems: &[P::ProviderNotLinked],
        ..Operation::POST
    }],
};
