//! Settings: read, changed by merge patch, and judged.

use regain_domain::api_key::Role;
use regain_domain::provider::client_secret_context;
use regain_domain::{Settings, compliance};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_store::{REREADS_MAX, TenantSettings, Written};
use serde_json::{Map, Value, json};

use crate::ManageTenants;

/// What only the operator sets: what a tenant may send from.
const OPERATORS: [&str; 2] = ["sender_domains", "sms_names"];

/// The settings, and what counts of them. One call to the store.
pub(crate) async fn read(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let TenantSettings { settings, version } = stored(step, call).await?;
    Ok(shown(&settings, version))
}

/// Changes settings. Two calls to the store; two more for each time that another was faster, unless
/// the caller has said what must not have changed.
pub(crate) async fn change(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let mut patch = call.body.merge_patch();
    seal_secrets(step, call, &mut patch);
    let is_operator = call.key.as_ref().is_some_and(|key| key.role == Role::Operator);
    let reserved = OPERATORS.iter().filter(|name| !is_operator && patch.contains_key(**name));
    let reserved = reserved.map(|name| Fault::new(format!("/{name}"), "operator_only"));
    let reserved: Vec<Fault> = reserved.collect();
    if !reserved.is_empty() {
        return Err(Problem::new(ProblemCode::Forbidden).with("errors", json!(reserved)));
    }
    for _ in 0..REREADS_MAX {
        let TenantSettings { settings, version } = stored(step, call).await?;
        if !call.if_match.as_deref().is_none_or(|tags| matches(tags, version)) {
            return Err(Problem::new(ProblemCode::PreconditionFailed));
        }
        let settings = merged(&settings, &patch)?;
        let faults = settings.faults();
        if !faults.is_empty() {
            return Err(Problem::settings(&faults));
        }
        match step.store.change_settings(&call.tenant, &settings, version).await? {
            Written::Done => return Ok(shown(&settings, version + 1)),
            // Read again: the tag no longer matches, or the patch is made on what is there now.
            Written::Changed => {}
        }
    }
    Err(Problem::busy())
}

/// What the settings meet and violate. One call to the store.
pub(crate) async fn compliance(step: &ManageTenants, call: &Call) -> Result<Answer, Problem> {
    let TenantSettings { settings, .. } = stored(step, call).await?;
    Ok(Answer::new(serde_json::to_value(compliance::report(&settings))?))
}

async fn stored(step: &ManageTenants, call: &Call) -> Result<TenantSettings, Problem> {
    let read = step.store.tenant_settings(&call.tenant).await?;
    read.ok_or_else(|| Problem::new(ProblemCode::TenantUnknown))
}

fn shown(settings: &Settings, version: u64) -> Answer {
    let [chosen, effective] = [settings, &settings.effective()].map(without_secrets);
    Answer::new(json!({"settings": chosen, "effective": effective})).tagged(tag(version))
}

/// SECURITY: what was sealed is never shown, sealed or not. Held by
/// `a_client_secret_is_sealed_and_never_shown`.
fn without_secrets(settings: &Settings) -> Value {
    let mut shown = json!(settings);
    for client in clients(&mut shown) {
        client.remove("client_secret");
    }
    shown
}

/// The clients of providers in settings, or in a patch of them.
fn clients(settings: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let providers = settings.get_mut("providers").and_then(Value::as_object_mut);
    providers.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut)
}

/// A secret is sealed before anything else is done with it.
fn seal_secrets(step: &ManageTenants, call: &Call, patch: &mut Map<String, Value>) {
    let providers = patch.get_mut("providers").and_then(Value::as_object_mut);
    for (provider, client) in providers.into_iter().flatten() {
        if let Some(Value::String(secret)) = client.get_mut("client_secret") {
            let context = client_secret_context(&call.tenant, provider);
            *secret = step.client_secrets.seal(&context, secret, random());
        }
    }
}

fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// RFC 9110 §13.1.1; a weak tag matches nothing.
fn matches(if_match: &str, version: u64) -> bool {
    if_match.split(',').map(str::trim).any(|asked| asked == "*" || asked == tag(version))
}

/// The patch on the settings. What it removes is back at its default.
fn merged(settings: &Settings, patch: &Map<String, Value>) -> Result<Settings, Problem> {
    let mut target = serde_json::to_value(settings)?;
    if let Some(target) = target.as_object_mut() {
        merge(target, patch);
    }
    Ok(serde_json::from_value(target)?)
}

/// RFC 7396 §2.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(patch) => {
                let member = target.entry(name.clone()).or_insert_with(|| json!({}));
                if !member.is_object() {
                    *member = json!({});
                }
                if let Value::Object(member) = member {
                    merge(member, patch);
                }
            }
            value => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_null_is_the_default() {
        let mut settings = Settings { name: "Demo".to_owned(), ..Settings::default() };
        settings.validity.link_unclicked_seconds = 3600;
        settings.validity.session_seconds = 60;
        let patch = json!({
            "validity": {"link_unclicked_seconds": null, "link_clicked_seconds": 600},
            "frontend": {"return_urls": ["https://a.example/"]},
            "support_contact": "help@example.com",
        });
        let merged = merged(&settings, patch.as_object().unwrap()).ok().unwrap();
        assert_eq!(merged.validity.link_unclicked_seconds, 172_800);
        assert_eq!(merged.validity.link_clicked_seconds, 600);
        assert_eq!(merged.validity.session_seconds, 60);
        assert_eq!(merged.frontend.return_urls, ["https://a.example/"]);
        assert_eq!(merged.support_contact.as_deref(), Some("help@example.com"));
        assert_eq!(merged.name, "Demo");
    }

    /// RFC 7396 §2: what is null in a member that is not there yet is not there either.
    #[test]
    fn a_patch_of_what_is_not_there_makes_it_without_its_nulls() {
        let patch = json!({"providers": {"google": {"client_id": "a", "client_secret": null}}});
        let merged = merged(&Settings::default(), patch.as_object().unwrap()).ok().unwrap();
        let google = &merged.providers[&regain_domain::Provider::Google];
        assert_eq!((google.client_id.as_str(), google.client_secret.as_str()), ("a", ""));
    }

    #[test]
    fn what_is_shown_of_a_client_holds_no_secret() {
        let mut settings = Settings::default();
        let client = regain_domain::provider::ProviderClient {
            client_id: "a".to_owned(),
            client_secret: "sealed".to_owned(),
            directory: None,
        };
        settings.providers.insert(regain_domain::Provider::Google, client);
        let shown = without_secrets(&settings);
        assert_eq!(shown["providers"], json!({"google": {"client_id": "a"}}));
    }

    #[test]
    fn a_tag_matches_itself_and_a_star_anything() {
        for (tags, fits) in [
            ("\"7\"", true),
            ("\"6\", \"7\"", true),
            ("*", true),
            ("\"6\"", false),
            ("W/\"7\"", false),
            ("7", false),
            ("", false),
        ] {
            assert_eq!(matches(tags, 7), fits, "{tags}");
        }
    }
}
