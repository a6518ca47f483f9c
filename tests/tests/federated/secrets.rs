//! Codes, states, handovers, clients' secrets and who people are elsewhere: in no table, stream, mail or
//! log. What is kept of a person is a hash.

use regain_domain::Provider;
use regain_domain::provider::IdentityRef;
use regain_tests::openid::{DIRECTORY, Document, Forgery, Trick};
use regain_tests::{OpenId, Reply, VERIFIER, Who, World, after, parameter};
use serde_json::{Value, json};

use crate::steps::{MO, MOS, with, world};

/// What happened, and what must be nowhere.
struct Story {
    world: World,
    openid: OpenId,
    replies: Vec<Reply>,
    canaries: Vec<String>,
}

/// As one provider calls Mo, and the address that it tells of.
fn mo_at(provider: Provider) -> Who {
    let sub = format!("canary-of-a-sub-at-{}", provider.as_str());
    Who { email: format!("canary.address@{}.example", provider.as_str()), ..Who::named(&sub) }
}

impl Story {
    /// One way there and back, and what is made of it.
    async fn goes(&mut self, seconds: i64, provider: Provider, session: Option<&str>, end: &str) {
        let (world, now) = (&self.world, after(seconds));
        let who = mo_at(provider);
        let intent = if session.is_some() { "link" } else { "sign_in" };
        let body = world.federated(provider.as_str(), intent);
        let begun = match session {
            Some(session) => world.signed_in(now, session, "federated-login", body).await,
            None => world.post(now, "federated-login", body).await,
        };
        let url = begun.text("url").to_owned();
        let mut back = match end {
            "turned back" => self.openid.turn_back(&url).await,
            _ => self.openid.sign_in(&url, &who).await,
        };
        match end {
            "error" => {
                let error = "canary-of-an-error";
                back = format!("{}&error_description={error}", with(&back, "error", Some(error)));
                self.canaries.push(error.to_owned());
            }
            "damaged" => {
                back = with(&back, "state", Some("canary-of-a-state"));
                self.canaries.push("canary-of-a-state".to_owned());
            }
            _ => {}
        }
        let came = world.come_back(now, &back).await;
        let again = world.come_back(now, &back).await;
        let location = came.header("location").to_owned();
        let mut secrets = vec![parameter(&back, "code"), parameter(&url, "nonce")];
        // Of a state the MAC: the rest is the name under which the attempt is kept.
        secrets.push(parameter(&url, "state")[19..45].to_owned());
        self.replies.extend([begun, came, again]);
        if location.contains("handover=") {
            let handover = world.handover(&location);
            let wrong = json!({"handover": handover["handover"], "verifier": "canary-of-a-guess"});
            secrets.push(handover["handover"].as_str().unwrap().to_owned());
            for body in [wrong, handover.clone(), handover] {
                let reply = world.post(now, "finish-sign-in", body).await;
                secrets.push(reply.text("token").to_owned());
                self.replies.push(reply);
            }
        }
        self.canaries.extend(secrets.into_iter().filter(|secret| !secret.is_empty()));
        self.canaries.extend([who.sub, who.email]);
    }
}

async fn lived() -> Story {
    let (world, openid) = world(|_| {}).await;
    let session = world.session_of(after(0), MO, MOS).await;
    let mut story = Story { world, openid, replies: Vec::new(), canaries: Vec::new() };
    story.canaries.extend([VERIFIER.to_owned(), "canary-of-a-guess".to_owned(), session.clone()]);
    for provider in Provider::ALL {
        story.canaries.push(story.openid.client(provider).client_secret.to_owned());
        for end in ["", "turned back", "error", "damaged"] {
            story.goes(0, provider, None, end).await;
        }
        story.goes(1, provider, Some(&session), "").await;
        for end in ["", "error", "damaged"] {
            story.goes(2, provider, None, end).await;
        }
        story.openid.forge(|token: &mut Forgery| token.claims["aud"] = json!("canary-of-a-claim"));
        story.goes(3, provider, None, "").await;
        for (seconds, document) in [(4, Document::Token), (5, Document::Keys)] {
            let body = "canary-of-an-answer".to_owned();
            story.openid.play(document, Trick::Status(500, body));
            story.goes(seconds, provider, None, "").await;
        }
        let echo = json!({"error": "invalid_grant", "error_description": "canary-of-an-answer"});
        story.openid.play(Document::Token, Trick::Status(400, echo.to_string()));
        story.goes(6, provider, None, "").await;
        story.openid.play_fair();
    }
    story.canaries.extend(["canary-of-a-claim", "canary-of-an-answer"].map(str::to_owned));
    story.world.deliver(after(7)).await;
    story
}

fn found<'c>(canaries: &'c [String], place: &str) -> Vec<&'c String> {
    canaries.iter().filter(|canary| place.contains(canary.as_str())).collect()
}

const NOTHING: [&String; 0] = [];

#[tokio::test]
async fn nothing_of_it_is_at_rest_but_a_hash_of_who_it_is() {
    let story = lived().await;
    assert!(story.canaries.len() > 100, "{}", story.canaries.len());
    let at_rest = story.world.cloud.dump().unwrap();
    for (place, item) in &at_rest {
        assert_eq!(found(&story.canaries, &item.to_string()), NOTHING, "{place}: {item}");
    }
    for provider in Provider::ALL {
        let base = story.openid.base();
        let issuer = match provider {
            Provider::Google => format!("{base}/google"),
            Provider::Linkedin => format!("{base}/linkedin"),
            Provider::Microsoft => format!("{base}/microsoft/{DIRECTORY}/v2.0"),
        };
        let identity = IdentityRef::of(&story.world.tenant(), &issuer, &mo_at(provider).sub);
        let holds = |(_, item): &&(String, Value)| item.to_string().contains(identity.as_str());
        assert!(at_rest.iter().filter(holds).count() > 0, "{provider:?}");
    }
}

#[tokio::test]
async fn nothing_of_it_is_in_a_log_or_a_mail() {
    let story = lived().await;
    let refused = story.replies.iter().filter(|reply| reply.log.get("federated.fault").is_some());
    assert!(refused.count() > 10, "the log tells of refusals");
    for reply in &story.replies {
        assert_eq!(found(&story.canaries, &reply.log.to_string()), NOTHING, "{reply:?}");
    }
    let messages = story.world.cloud.messages(None);
    assert_eq!(messages.len(), 3, "of linking");
    for message in messages {
        assert_eq!(found(&story.canaries, &format!("{message:?}")), NOTHING, "{message:?}");
    }
}

/// What an answer holds is what it is for: the first the way there, the second the handover, the third
/// the session.
#[tokio::test]
async fn an_answer_holds_what_is_its_own_and_no_more() {
    let story = lived().await;
    for reply in &story.replies {
        let mut body = reply.body.clone();
        for own in ["url", "token"] {
            body.as_object_mut().and_then(|body| body.remove(own));
        }
        let mut headers = reply.headers.clone();
        let location = headers.remove("location");
        let whole = format!("{body} {headers:?}");
        assert_eq!(found(&story.canaries, &whole), NOTHING, "{reply:?}");
        // To the return URL goes no code, no state, no name, and nothing that a provider wrote.
        let location = location.map(|at| at.to_str().unwrap().to_owned()).unwrap_or_default();
        let handover = parameter_or_none(&location);
        let at_return = found(&story.canaries, &location);
        assert!(at_return.iter().all(|canary| **canary == handover), "{location}");
    }
}

fn parameter_or_none(location: &str) -> String {
    if location.is_empty() { String::new() } else { parameter(location, "handover") }
}
