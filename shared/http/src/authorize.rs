//! The keys of the back office, as calls present them.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use regain_domain::api_key::{self, ApiKey, Credential, Role};
use regain_notices::ProblemCode;

use crate::{LogLine, Problem};

type Found = Result<Option<ApiKey>, Box<dyn Error + Send + Sync>>;
type Find =
    dyn Fn(Credential, Timestamp) -> Pin<Box<dyn Future<Output = Found> + Send>> + Send + Sync;

/// Finds keys where it is told to. (The edge knows no store.)
pub(crate) struct ApiKeys(Box<Find>);

impl ApiKeys {
    pub(crate) fn new<F, R, E>(find: F) -> Self
    where
        F: Fn(Credential, Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<ApiKey>, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        Self(Box::new(move |credential, now| {
            let finding = find(credential, now);
            Box::pin(async move { finding.await.map_err(Into::into) })
        }))
    }

    /// The key that a call comes with, if it may do this at the tenant that is `named` in the path.
    /// A key of another tenant is told what a stranger would be: that there is no such tenant.
    ///
    /// SECURITY: held by `every_role_may_do_what_the_table_says_and_nothing_else`.
    pub(crate) async fn authorize(
        keys: &Option<Self>,
        least: Role,
        named: Option<&str>,
        authorization: Option<&str>,
        now: Timestamp,
        line: &LogLine,
    ) -> Result<ApiKey, Problem> {
        let unauthorized = || Problem::new(ProblemCode::Unauthorized);
        let credential =
            authorization.and_then(bearer).and_then(api_key::read).ok_or_else(unauthorized)?;
        let Self(find) = keys.as_ref().ok_or_else(unauthorized)?;
        let tenant = credential.tenant.clone();
        let key = find(credential, now).await.map_err(Problem::down)?.ok_or_else(unauthorized)?;
        // What was tried with a key is in the log, whatever comes of it.
        line.set("tenant", named);
        line.set("key.tenant", tenant.as_str());
        line.set("key.id", key.id.as_str());
        line.set("key.role", key.role.as_str());
        let is_operator = key.role == Role::Operator && tenant.is_installation();
        match named {
            _ if is_operator => Ok(key),
            Some(named) if named != tenant.as_str() => {
                Err(Problem::new(ProblemCode::TenantUnknown))
            }
            Some(_) if key.role >= least && least < Role::Operator => Ok(key),
            _ => Err(Problem::new(ProblemCode::Forbidden)),
        }
    }
}

/// What stands after the scheme (RFC 6750 §2.1).
pub(crate) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, text) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
}
