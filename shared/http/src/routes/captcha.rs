//! Captchas, for who is about to ask for something that costs.

use regain_notices::ProblemCode as P;

use crate::api::{Field, Kind, Operation, Route};

const PROBLEMS: &[P] = &[P::CaptchaUnknown, P::CaptchaExpired];

pub(super) const CAPTCHA: Route = Route {
    path: "/v1/{tenant}/captcha",
    function: "captcha",
    operations: &[Operation {
        id: "captcha",
        summary: "Make a captcha: six characters, to be read off the picture or heard. Another one \
                  is another call.",
        body: &[Field::optional("language", Kind::Language, "The language that it is spoken in.")],
        status: 201,
        answer: &[
            Field::required("id", Kind::Text(256), "Goes back with the answer. Good for one use."),
            Field::required("image_url", Kind::Text(2048), "The picture."),
            Field::required("audio_url", Kind::Text(2048), "The sound."),
            Field::required("expires_at", Kind::Moment, "No answer is taken from this moment on."),
        ],
        ..Operation::POST
    }],
};

pub(super) const IMAGE: Route = Route {
    path: "/v1/{tenant}/captcha/{id}/image.png",
    function: "captcha",
    operations: &[Operation {
        id: "image.png",
        summary: "The picture of a captcha, 440 by 160 pixels, to be shown at half that size; \
                  always the same bytes.",
        media: Some("image/png"),
        problems: PROBLEMS,
        ..Operation::GET
    }],
};

pub(super) const AUDIO: Route = Route {
    path: "/v1/{tenant}/captcha/{id}/audio.wav",
    function: "captcha",
    operations: &[Operation {
        id: "audio.wav",
        summary: "The sound of a captcha: its characters one after another, with a word for each \
                  letter, and which letters are capitals; always the same bytes.",
        media: Some("audio/wav"),
        problems: PROBLEMS,
        ..Operation::GET
    }],
};
