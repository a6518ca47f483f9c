//! `captcha`: six characters to be typed over, as a picture and as a sound.
//!
//! Nothing is stored and nothing is read. All of a captcha is in its sealed id, so the picture and
//! the sound are made anew whenever they are asked for, of the same draws and so of the same bytes.
//! What is absent on purpose: whether an answer is right, and that it counts once; that is decided
//! in the step that the captcha was answered for.

mod draws;
mod letters;
pub mod picture;
pub mod sound;
pub mod voice;

use regain_domain::captcha::{CaptchaFault, Challenge};
use regain_domain::seal::Seal;
use regain_http::{Answer, Call, Problem, ProblemCode, random};
use serde_json::json;

/// What this step needs.
pub struct Captcha {
    /// Seals ids, with a key of the edge's secret.
    pub seal: Seal,
    /// What the URLs of picture and sound begin with.
    pub public_base: String,
}

/// Answers one request. No call to the store.
pub async fn handle(step: &Captcha, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "captcha" => Ok(make(step, call)),
        "image.png" => Ok(Answer::media(picture::draw(&open(step, call)?)?)),
        "audio.wav" => Ok(Answer::media(sound::speak(&open(step, call)?)?)),
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

fn make(step: &Captcha, call: &Call) -> Answer {
    let language = call.language_asked.or(call.language_accepted);
    let language = language.unwrap_or(call.settings.default_language);
    let challenge = Challenge::new(&call.tenant, language, random(), call.now);
    let id = challenge.seal(&step.seal, random());
    let url = format!("{}/v1/{}/captcha/{id}", step.public_base, call.tenant);
    Answer::new(json!({
        "id": id,
        "image_url": format!("{url}/image.png"),
        "audio_url": format!("{url}/audio.wav"),
        "expires_at": challenge.expires_at(),
    }))
}

fn open(step: &Captcha, call: &Call) -> Result<Challenge, Problem> {
    Challenge::open(&step.seal, &call.tenant, call.param("id"), call.now).map_err(|fault| {
        Problem::new(match fault {
            CaptchaFault::Unknown => ProblemCode::CaptchaUnknown,
            CaptchaFault::Expired => ProblemCode::CaptchaExpired,
        })
    })
}
