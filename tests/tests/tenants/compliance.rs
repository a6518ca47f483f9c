//! What the settings of a tenant meet and violate, as an auditor reads it.

use std::collections::BTreeSet;

use http::Method;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::steps::{NULL, patch};

async fn report(world: &World) -> Value {
    let path = "tenants/demo/compliance";
    let reply = world.admin(Method::GET, path, &world.admin, NULL).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

fn violated(report: &Value) -> Vec<&str> {
    let clauses = report["clauses"].as_array().unwrap().iter();
    let violated = clauses.filter(|clause| clause["verdict"] == "violated");
    violated.map(|clause| clause["id"].as_str().unwrap()).collect()
}

/// What a profile decides.
const DECIDED: [&str; 4] = [
    "NIST SP 800-63B-4 §3.1.1.2(1)",
    "NIST SP 800-63B-4 §3.1.1.2(5)",
    "NIST SP 800-63B-4 §4.2.1.2(mail)",
    "NIST SP 800-63B-4 §4.2.1.2(confirmation)",
];

#[tokio::test]
async fn a_report_says_of_every_clause_how_the_settings_stand_and_why() {
    let world = World::new().await;
    let report = report(&world).await;
    assert_eq!(report.as_object().unwrap().len(), 2, "{report}");
    assert_eq!(report["profile"], "classic");
    let clauses = report["clauses"].as_array().unwrap();
    let ids: BTreeSet<&str> = clauses.iter().map(|clause| clause["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), clauses.len(), "no clause stands there twice");
    for standard in ["NIST SP 800-63B-4 §", "v5.0.0-"] {
        assert!(ids.iter().any(|id| id.contains(standard)), "{standard}: {ids:?}");
    }
    for clause in clauses {
        let members: Vec<&str> = clause.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["because", "id", "title", "verdict"], "{clause}");
        let said = |name: &str| clause[name].as_str().is_some_and(|text| !text.is_empty());
        assert!(said("because") && said("title"), "{clause}");
        let verdicts = ["met", "violated", "not_applicable"];
        assert!(verdicts.contains(&clause["verdict"].as_str().unwrap()), "{clause}");
    }
}

#[tokio::test]
async fn classic_violates_what_the_nist_profile_meets() {
    let world = World::new().await;
    let classic = report(&world).await;
    let violated_before = violated(&classic);
    for id in DECIDED {
        assert!(violated_before.contains(&id), "{id}: {violated_before:?}");
    }
    let nist = json!({"password_policy": {"profile": "nist-800-63b-4"}});
    assert_eq!(patch(&world, after(0), &world.admin, nist).await.status, 200);
    let nist = report(&world).await;
    assert_eq!(nist["profile"], "nist-800-63b-4");
    for id in DECIDED {
        let clauses = nist["clauses"].as_array().unwrap();
        let clause = clauses.iter().find(|clause| clause["id"] == id).unwrap();
        assert_eq!(clause["verdict"], "met", "{clause}");
    }
}

/// The contract: over twenty codes a day, the report says violated.
#[tokio::test]
async fn more_than_twenty_codes_a_day_are_violated() {
    let world = World::new().await;
    for (codes, is_violated) in [(20, false), (21, true), (1000, true)] {
        let limit = json!({"limits": {"codes_per_account_day": codes}});
        assert_eq!(patch(&world, after(0), &world.admin, limit).await.status, 200);
        let report = report(&world).await;
        let said = violated(&report).contains(&"NIST SP 800-63B-4 §3.2.2(codes)");
        assert_eq!(said, is_violated, "{codes}");
    }
}
