//! The back office, with its keys.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use http::Method;
use jiff::Timestamp;
use regain_domain::api_key::{self, Role};
use regain_domain::{Settings, TenantId};
use regain_http::api::{Access, Form, Operation, Route};
use regain_http::random;
use regain_store::{StoredApiKey, TenantRow, Written};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::{Reply, Request, World, after};

impl Request {
    /// A call of the back office: `path` after `/admin/v1/`, with what follows a `?`; JSON unless
    /// the body is null.
    pub fn admin(method: Method, path: &str, key: &str, body: &Value) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Self {
            method,
            path: format!("/admin/v1/{path}"),
            query: query.to_owned(),
            headers: vec![("authorization", format!("Bearer {key}"))],
            ..Self::post("", body)
        };
        if body.is_null() {
            request.body.clear();
        } else {
            request.headers.push(("content-type", "application/json".to_owned()));
        }
        request
    }

    /// An operation of the route table, at `demo` and with the least key that may do it, or the session
    /// of `ann@example.com`. `id` stands
    /// for whatever else varies in the path. A list is lines; null is no body.
    pub fn to(world: &World, (route, operation): Row, id: &str, body: &Value) -> Self {
        let path = route.path.replace("{tenant}", "demo");
        let media_type = match operation.form {
            Form::Json => "application/json",
            Form::MergePatch => "application/merge-patch+json",
            Form::Lines => "application/x-ndjson",
        };
        let mut request = Self {
            method: operation.method.as_str().parse().unwrap(),
            path: path.replace("{id}", id).replace("{code}", id).replace("{provider}", "google"),
            headers: vec![("content-type", media_type.to_owned())],
            ..Self::post("", body)
        };
        let bearer = match operation.access {
            Access::Public => None,
            Access::SignedIn | Access::PublicOrSignedIn => Some(world.session.as_str()),
            Access::Key(role) => Some(world.key(role)),
        };
        if let Some(bearer) = bearer {
            request = request.header("authorization", &format!("Bearer {bearer}"));
        }
        match body {
            Value::Null => request.body.clear(),
            Value::Array(lines) => {
                request.body = lines.iter().flat_map(|l| format!("{l}\n").into_bytes()).collect();
            }
            _ => {}
        }
        request
    }
}

/// A path and a method of the route table.
pub type Row = (&'static Route, &'static Operation);

/// Every operation of the route table.
pub fn operations() -> impl Iterator<Item = Row> {
    let of =
        |route: &'static Route| route.operations.iter().map(move |operation| (route, operation));
    regain_http::routes::ROUTES.iter().flat_map(of)
}

impl World {
    /// The key of a role.
    pub fn key(&self, role: Role) -> &str {
        match role {
            Role::Desk => &self.desk,
            Role::Admin => &self.admin,
            Role::Operator => &self.operator,
        }
    }

    /// A call of the back office by a key, at [`after`] nothing.
    pub async fn admin(&self, method: Method, path: &str, key: &str, body: Value) -> Reply {
        self.admin_at(after(0), method, path, key, body).await
    }

    /// The same at a moment.
    pub async fn admin_at(
        &self,
        now: Timestamp,
        method: Method,
        path: &str,
        key: &str,
        body: Value,
    ) -> Reply {
        self.send(now, &Request::admin(method, path, key, &body)).await
    }

    /// Imports lines at a tenant.
    pub async fn import(&self, now: Timestamp, tenant: &str, key: &str, lines: &str) -> Reply {
        let path = format!("tenants/{tenant}/accounts/import");
        let mut request = Request::admin(Method::POST, &path, key, &Value::Null);
        request.headers.push(("content-type", "application/x-ndjson".to_owned()));
        request.body = lines.as_bytes().to_vec();
        self.send(now, &request).await
    }

    /// Makes a tenant; gives the key of its admin.
    pub async fn create_tenant(&self, tenant: &TenantId, settings: &Settings) -> String {
        let made = api_key::mint(tenant, random());
        let key = StoredApiKey::new(&made, Role::Admin, None, after(-1000));
        let (tenant, name) = (tenant.clone(), settings.name.clone());
        let row = TenantRow { tenant, name, created_at: after(-1000) };
        assert!(self.store.create_tenant(&row, settings, &key).await.unwrap());
        made.text.expose_secret().to_owned()
    }

    /// Makes a key.
    pub async fn create_key(&self, tenant: &TenantId, role: Role) -> String {
        let made = api_key::mint(tenant, random());
        let key = StoredApiKey::new(&made, role, None, after(-1000));
        assert_eq!(self.store.create_api_key(tenant, &key).await.unwrap(), Written::Done);
        made.text.expose_secret().to_owned()
    }
}
