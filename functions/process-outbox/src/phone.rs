//! Text messages through Amazon SNS, calls through AWS End User Messaging. The only place that
//! knows how a code leaves for a phone.
//!
//! `Ok` says that a service took the message, not that it arrived. SNS takes what it then drops,
//! and tells nobody but its delivery log: when the account has spent its month's money, when the
//! price is above [`TEXT_USD_MAX`], often when the owner has opted out. Nothing here asks how it
//! ended: who waits in vain chooses another way, and the operator has an alarm on the money.
//! A message whose answer was lost may come twice, with the same code.

use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_pinpointsmsvoicev2::operation::send_voice_message::SendVoiceMessageError;
use aws_sdk_pinpointsmsvoicev2::types::{
    AccessDeniedExceptionReason, ConflictExceptionReason, ServiceQuotaExceededExceptionReason,
    ValidationExceptionReason, VoiceId, VoiceMessageBodyTextType,
};
use aws_sdk_sns::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use regain_domain::{Language, PhoneNumber, Settings};
use regain_http::log;
use regain_store::Cloud;

use crate::{FUNCTION, SendError};

/// A text in one part costs less than this nearly everywhere. What costs more is a route that
/// somebody earns on, and SNS does not send it.
const TEXT_USD_MAX: &str = "0.50";
/// The same for a minute of a call, and a code is read in less.
const CALL_MINUTE_USD_MAX: &str = "1.00";
/// No code lives shorter. Whoever is called later has asked for another.
const CALL_WAITS_SECONDS_MAX: i32 = 60;
/// How long a service may take to answer: others are waiting behind this one.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Sends codes to phones.
pub struct Phones {
    texts: Service<aws_sdk_sns::Client>,
    calls: Service<aws_sdk_pinpointsmsvoicev2::Client>,
    voice_origin: Option<String>,
}

/// Why a message did not go.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// Trying again could not help; the word is for the timeline: `opted_out`, `refused`,
    /// `spend_limit` or `voice_not_configured`.
    Never(&'static str),
    /// Throttled, down, not answering, or not allowed yet.
    NotNow(SendError),
}

impl Phones {
    /// With calls from `voice_origin`, a phone number's id; without one nobody is called.
    #[must_use]
    pub fn new(cloud: &Cloud, voice_origin: Option<String>) -> Self {
        Self::within(cloud, voice_origin, ANSWER_MAX)
    }

    fn within(cloud: &Cloud, voice_origin: Option<String>, answer_max: Duration) -> Self {
        // One try, cut short, as for mails.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(answer_max.min(Duration::from_secs(2)))
            .operation_timeout(answer_max)
            .build();
        let texts = aws_sdk_sns::config::Builder::from(cloud.sdk())
            .timeout_config(timeouts.clone())
            .retry_config(RetryConfig::disabled())
            .build();
        let calls = aws_sdk_pinpointsmsvoicev2::config::Builder::from(cloud.sdk())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled())
            .build();
        Self {
            texts: Service::new("SNS", aws_sdk_sns::Client::from_conf(texts)),
            calls: Service::new(
                "the voice API",
                aws_sdk_pinpointsmsvoicev2::Client::from_conf(calls),
            ),
            voice_origin,
        }
    }

    /// Hands one text message to SNS, under the tenant's name if it has one.
    pub(crate) async fn send_sms(
        &self,
        settings: &Settings,
        to: &PhoneNumber,
        text: String,
    ) -> Result<(), NotSent> {
        let mut publish = self.texts.client.publish().phone_number(to.as_str()).message(text);
        let name = settings.sender.sms_name.as_deref();
        for (attribute, kind, value) in [
            ("AWS.SNS.SMS.SMSType", "String", Some("Transactional")),
            ("AWS.SNS.SMS.MaxPrice", "Number", Some(TEXT_USD_MAX)),
            ("AWS.SNS.SMS.SenderID", "String", name),
        ] {
            if let Some(value) = value {
                publish = publish.message_attributes(attribute, attribute_value(kind, value)?);
            }
        }
        self.texts.ask(publish.send(), text_judged).await
    }

    /// Has a number called and `ssml` read out.
    pub(crate) async fn call(
        &self,
        to: &PhoneNumber,
        ssml: String,
        language: Language,
    ) -> Result<(), NotSent> {
        let Some(origin) = &self.voice_origin else {
            return Err(NotSent::Never(VOICE_NOT_CONFIGURED));
        };
        let voice = match language {
            Language::En => VoiceId::Amy,
            Language::Nl => VoiceId::Lotte,
        };
        let call = self
            .calls
            .client
            .send_voice_message()
            .destination_phone_number(to.as_str())
            .origination_identity(origin)
            .message_body(ssml)
            .message_body_text_type(VoiceMessageBodyTextType::Ssml)
            .voice_id(voice)
            .max_price_per_minute(CALL_MINUTE_USD_MAX)
            .time_to_live(CALL_WAITS_SECONDS_MAX);
        self.calls.ask(call.send(), call_judged).await
    }
}

fn attribute_value(kind: &str, value: &str) -> Result<MessageAttributeValue, NotSent> {
    let built = MessageAttributeValue::builder().data_type(kind).string_value(value).build();
    built.map_err(|error: BuildError| NotSent::NotNow(error.into()))
}

/// A service, and whether it is left alone for a while.
struct Service<C> {
    name: &'static str,
    client: C,
    pause: Pause,
}

impl<C> Service<C> {
    fn new(name: &'static str, client: C) -> Self {
        Self { name, client, pause: Pause::default() }
    }

    /// Waits for one answer, unless the service lately gave none.
    async fn ask<T, E: Error + Send + Sync + 'static>(
        &self,
        answer: impl Future<Output = Result<T, SdkError<E>>>,
        judge: fn(&E) -> Judged,
    ) -> Result<(), NotSent> {
        if self.pause.lasts(Instant::now()) {
            return Err(NotSent::NotNow(Silent(self.name).into()));
        }
        match answer.await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(answer)) => {
                // SECURITY: what a service says to a refusal may name the number, so only its codes
                // are kept. Held by `what_a_service_says_of_a_number_is_not_repeated`.
                let Judged { code, never } = judge(answer.err());
                let refused = Refused { service: self.name, code };
                let Some(cause) = never else { return Err(NotSent::NotNow(refused.into())) };
                // The timeline gets a word; what there is to mend, the operator.
                log::failure(FUNCTION, "a text message or call was refused", &refused);
                Err(NotSent::Never(cause))
            }
            Err(unanswered) => {
                if matches!(unanswered, SdkError::TimeoutError(_) | SdkError::DispatchFailure(_)) {
                    self.pause.begin(Instant::now());
                }
                Err(NotSent::NotNow(unanswered.into()))
            }
        }
    }
}

/// What a service answered, and the word for it if it would answer the same again.
struct Judged {
    code: String,
    never: Option<&'static str>,
}

const OPTED_OUT: &str = "opted_out";
/// No number that can be reached, a country that is closed, a price above ours.
const REFUSED: &str = "refused";
const SPEND_LIMIT: &str = "spend_limit";
const VOICE_NOT_CONFIGURED: &str = "voice_not_configured";

fn text_judged(error: &PublishError) -> Judged {
    let code = error.code().unwrap_or("an error without a code");
    let never = match code {
        "OptedOut" => Some(OPTED_OUT),
        "InvalidParameter" | "ParameterValueInvalid" | "ValidationException" | "UserError" => {
            Some(REFUSED)
        }
        _ => None,
    };
    Judged { code: code.to_owned(), never }
}

fn call_judged(error: &SendVoiceMessageError) -> Judged {
    use AccessDeniedExceptionReason as Denied;
    use ConflictExceptionReason as Conflict;
    use SendVoiceMessageError as Answer;
    use ServiceQuotaExceededExceptionReason as Quota;
    use ValidationExceptionReason as Invalid;
    let (reason, never) = match error {
        Answer::ConflictException(conflict) => {
            let never = match conflict.reason() {
                Some(Conflict::DestinationPhoneNumberOptedOut) => Some(OPTED_OUT),
                Some(
                    Conflict::DestinationCountryBlockedByProtectConfiguration
                    | Conflict::DestinationPhoneNumberBlockedByProtectNumberOverride
                    | Conflict::DestinationPhoneNumberNotVerified,
                ) => Some(REFUSED),
                Some(
                    Conflict::NoOriginationIdentitiesFound | Conflict::NumberCapabilitiesMismatch,
                ) => Some(VOICE_NOT_CONFIGURED),
                _ => None,
            };
            (conflict.reason().map(Conflict::as_str), never)
        }
        Answer::ServiceQuotaExceededException(quota) => {
            let never = match quota.reason() {
                Some(Quota::MonthlySpendLimitReachedForVoice) => Some(SPEND_LIMIT),
                Some(Quota::DailyDestinationCallLimit) => Some(REFUSED),
                _ => None,
            };
            (quota.reason().map(Quota::as_str), never)
        }
        Answer::ValidationException(invalid) => {
            let never = match invalid.reason() {
                Some(Invalid::ChannelNotEnabled | Invalid::VoiceCapabilityNotAvailable) => {
                    VOICE_NOT_CONFIGURED
                }
                _ => REFUSED,
            };
            (invalid.reason().map(Invalid::as_str), Some(never))
        }
        Answer::AccessDeniedException(denied) => (denied.reason().map(Denied::as_str), None),
        Answer::ResourceNotFoundException(_) => (None, Some(VOICE_NOT_CONFIGURED)),
        _ => (None, None),
    };
    let code = error.code().unwrap_or("an error without a code");
    let code = reason.map_or(code.to_owned(), |reason| format!("{code} ({reason})"));
    Judged { code, never }
}

/// A service that gave no answer is not asked again for a while, so that mails which wait behind
/// texts go on. A sandbox that slept meanwhile may see the end of it later.
#[derive(Default)]
struct Pause(Mutex<Option<Instant>>);

impl Pause {
    const LENGTH: Duration = Duration::from_secs(10);

    fn begin(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    fn lasts(&self, now: Instant) -> bool {
        let begun = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.is_some_and(|begun| now.saturating_duration_since(begun) < Self::LENGTH)
    }
}

/// A service answered that it will not take a message; the code says why.
#[derive(Debug, thiserror::Error)]
#[error("{service} answered {code}")]
struct Refused {
    service: &'static str,
    code: String,
}

/// Not asked, because it did not answer a moment ago.
#[derive(Debug, thiserror::Error)]
#[error("{0} did not answer a moment ago")]
struct Silent(&'static str);

#[cfg(test)]
#[path = "phone_tests.rs"]
mod tests;
