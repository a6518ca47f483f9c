//! `manage-tenants`: the operator makes and ends tenants; a tenant's admin sets its rules and its
//! keys.
//!
//! Who may call what stands in the route table, and the edge has checked it. Settings are read from
//! the table here, never from the cache: two admins who change them at once must not undo each
//! other.

mod settings;

use regain_domain::api_key::{self, ApiKeyId, Role};
use regain_domain::seal::Seal;
use regain_domain::{Settings, TenantId};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_store::{OutboxItem, Store, StoredApiKey, TenantRow, Work, Written};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// What these steps need.
pub struct ManageTenants {
    /// The tables.
    pub store: Store,
    /// Seals cursors.
    pub cursors: Seal,
    /// Seals the secrets of providers' clients.
    pub client_secrets: Seal,
}

/// Keys that a tenant may have, so that they fit in one transaction when it is deleted.
const API_KEYS_MAX: usize = 50;
const TENANTS: &str = "tenants";

/// Answers one request.
pub async fn handle(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "create-tenant" => create(step, call).await,
        "list-tenants" => list(step, call).await,
        "delete-tenant" => delete(step, call).await,
        "read-settings" => settings::read(step, call).await,
        "change-settings" => settings::change(step, call).await,
        "read-compliance" => settings::compliance(step, call).await,
        "create-api-key" => create_api_key(step, call).await,
        "list-api-keys" => list_api_keys(step, call).await,
        "revoke-api-key" => revoke_api_key(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// A tenant with default settings and a key for its admin. One call to the store.
async fn create(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let tenant = TenantId::parse(call.body.token("tenant"))
        .map_err(|_| Problem::invalid(vec![Fault::new("/tenant", "not_a_tenant_name")]))?;
    let name = call.body.token("name").to_owned();
    let settings = Settings { name: name.clone(), ..Settings::default() };
    let faults = settings.faults();
    if !faults.is_empty() {
        return Err(Problem::settings(&faults));
    }
    let made = api_key::mint(&tenant, random());
    let key = StoredApiKey::new(&made, Role::Admin, Some("the first key"), call.now);
    let row = TenantRow { tenant, name, created_at: call.now };
    if !step.store.create_tenant(&row, &settings, &key).await? {
        return Err(Problem::new(ProblemCode::TenantExists));
    }
    Ok(Answer::new(json!({
        "tenant": row.tenant,
        "settings": settings,
        "api_key": made.text.expose_secret(),
    })))
}

/// A page of all tenants. One call to the store.
async fn list(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let asked = call.page(&step.cursors, TENANTS)?;
    let page = step.store.tenants(asked.after.as_deref(), asked.limit).await?;
    let tenants: Vec<Value> = page.items.iter().map(listed).collect();
    let answer = Answer::new(json!({"tenants": tenants}));
    Ok(answer.and("cursor", call.cursor(&step.cursors, TENANTS, page.next)))
}

fn listed(row: &TenantRow) -> Value {
    json!({"tenant": row.tenant, "name": row.name, "created_at": row.created_at})
}

/// The end of a tenant. Three calls to the store; its accounts go by the outbox.
async fn delete(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let id = format!("tenant-deleted-{}", call.now.as_microsecond());
    let item = OutboxItem::new(&call.tenant, id, Work::TenantDeleted, call.now);
    if step.store.delete_tenant(&call.tenant, &item).await? {
        Ok(Answer::empty())
    } else {
        Err(Problem::new(ProblemCode::TenantUnknown))
    }
}

/// A key for the tenant's own people. Two calls to the store.
async fn create_api_key(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    if step.store.api_keys(&call.tenant).await?.len() >= API_KEYS_MAX {
        return Err(Problem::new(ProblemCode::TooManyApiKeys));
    }
    let role = match call.body.token("role") {
        "admin" => Role::Admin,
        _ => Role::Desk,
    };
    let name = call.body.text("name");
    let made = api_key::mint(&call.tenant, random());
    let key = StoredApiKey::new(&made, role, name, call.now);
    match step.store.create_api_key(&call.tenant, &key).await? {
        Written::Done => {}
        Written::Changed => return Err(Problem::new(ProblemCode::TenantUnknown)),
    }
    let answer = Answer::new(json!({
        "id": key.id,
        "api_key": made.text.expose_secret(),
        "role": role.as_str(),
    }));
    Ok(answer.and("name", name))
}

/// All keys of the tenant. One call to the store.
async fn list_api_keys(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let mut keys = step.store.api_keys(&call.tenant).await?;
    keys.sort_by_key(|key| key.created_at);
    let keys: Vec<Value> = keys.iter().map(shown).collect();
    Ok(Answer::new(json!({"api_keys": keys})))
}

fn shown(key: &StoredApiKey) -> Value {
    json!({
        "id": key.id,
        "prefix": key.prefix,
        "role": key.role.as_str(),
        "name": key.name,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
    })
}

/// The end of a key. One call to the store.
async fn revoke_api_key(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let unknown = || Problem::new(ProblemCode::ApiKeyUnknown);
    let id = ApiKeyId::parse(call.param("id")).ok_or_else(unknown)?;
    if step.store.revoke_api_key(&call.tenant, &id).await? {
        Ok(Answer::empty())
    } else {
        Err(unknown())
    }
}
