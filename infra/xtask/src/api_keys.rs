//! Keys of the back office as the commands make them: fresh ones each time, and none that is fixed.

use regain_domain::api_key::{Role, mint};
use regain_domain::tenant::TenantId;
use regain_http::{now, random};
use regain_store::StoredApiKey;
use secrecy::SecretString;

/// A key just made, and not kept anywhere yet.
pub(crate) struct Made {
    /// Its text, to be told once.
    pub(crate) text: SecretString,
    /// What is kept of it.
    pub(crate) stored: StoredApiKey,
}

/// Makes a key; `name` says what it is for.
pub(crate) fn make(tenant: &TenantId, role: Role, name: Option<&str>) -> Made {
    let made = mint(tenant, random());
    let stored = StoredApiKey::new(&made, role, name, now());
    Made { text: made.text, stored }
}
