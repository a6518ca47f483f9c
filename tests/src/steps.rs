//! The steps of a recovery, one line each.

use jiff::Timestamp;
use serde_json::json;

use crate::{Reply, World};

impl World {
    /// Asks for a reset; nothing is processed yet.
    pub async fn request(&self, now: Timestamp, login: &str) -> Reply {
        self.post(now, "request-reset", json!({"login": login})).await
    }

    /// Looks where a link stands.
    pub async fn check(&self, now: Timestamp, token: &str) -> Reply {
        self.post(now, "check-link", json!({"token": token})).await
    }

    /// Clicks a link.
    pub async fn click(&self, now: Timestamp, token: &str) -> Reply {
        self.post(now, "click-link", json!({"token": token})).await
    }

    /// Sets a password under a grant.
    pub async fn set(&self, now: Timestamp, grant: &str, password: &str) -> Reply {
        self.post(now, "set-password", json!({"grant": grant, "password": password})).await
    }

    /// Says "this was not me".
    pub async fn not_me(&self, now: Timestamp, token: &str) -> Reply {
        self.post(now, "withdraw-link", json!({"token": token})).await
    }
}
