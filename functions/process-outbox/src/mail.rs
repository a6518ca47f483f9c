//! Amazon SES. The only place that knows how a mail leaves.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use data_encoding::BASE64;
use regain_domain::Settings;
use regain_notices::Mail;
use regain_store::Cloud;

use crate::SendError;

/// Sends mail through SES.
pub struct Mailer {
    client: Client,
    configuration_set: String,
}

impl Mailer {
    /// Through the configuration set of `stack`, which tracks neither opens nor clicks.
    #[must_use]
    pub fn new(cloud: &Cloud, stack: &str) -> Self {
        // One try, cut short: the outbox tries again, and others are waiting behind this one.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let config = aws_sdk_sesv2::config::Builder::from(cloud.sdk())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled())
            .build();
        Self { client: Client::from_conf(config), configuration_set: stack.to_owned() }
    }

    /// Hands one mail to one address to SES.
    pub(crate) async fn send(
        &self,
        settings: &Settings,
        to: &str,
        mail: Mail,
    ) -> Result<(), SendError> {
        let body = Body::builder().text(content(mail.text)?).html(content(mail.html)?).build();
        // RFC 3834: so that no out-of-office reply comes back.
        let automatic = MessageHeader::builder().name("Auto-Submitted").value("auto-generated");
        let message = Message::builder()
            .subject(content(mail.subject)?)
            .body(body)
            .headers(automatic.build()?)
            .build();
        self.client
            .send_email()
            .configuration_set_name(&self.configuration_set)
            .from_email_address(from(settings))
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(told_safely)?;
        Ok(())
    }
}

/// SES answered that it will not take a mail; the code says why.
#[derive(Debug, thiserror::Error)]
#[error("SES answered {0}")]
struct Refused(String);

/// SECURITY: what SES says to a refusal may name the recipient, so only its code is kept. Held by
/// `the_log_of_process_outbox_holds_no_secret_and_no_name`.
fn told_safely(error: SdkError<SendEmailError>) -> SendError {
    match error {
        SdkError::ServiceError(answer) => {
            Refused(answer.err().code().unwrap_or("an error without a code").to_owned()).into()
        }
        unanswered => unanswered.into(),
    }
}

fn content(text: String) -> Result<Content, SendError> {
    Ok(Content::builder().data(text).charset("UTF-8").build()?)
}

/// `Name <address>`, the name as RFC 2047 writes it, so that nothing in it is syntax.
fn from(settings: &Settings) -> String {
    let name = settings.sender.name.as_ref().unwrap_or(&settings.name);
    let words: Vec<String> = encoded_words(name);
    format!("{} <{}>", words.join(" "), settings.sender.email)
}

/// RFC 2047 §2: an encoded word has at most 75 characters, and none splits a character.
fn encoded_words(text: &str) -> Vec<String> {
    const BYTES_MAX: usize = 45;
    let mut pieces = vec![String::new()];
    for character in text.chars() {
        match pieces.last_mut() {
            Some(piece) if piece.len() + character.len_utf8() <= BYTES_MAX => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    let encoded = |piece: String| format!("=?UTF-8?B?{}?=", BASE64.encode(piece.as_bytes()));
    pieces.into_iter().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_name_is_never_syntax() {
        let mut settings =
            Settings { name: "Café \"Zon\" <x@y.z>, Bcc".into(), ..Settings::default() };
        settings.sender.email = "no-reply@example.com".into();
        let from = from(&settings);
        assert!(from.ends_with(" <no-reply@example.com>"), "{from}");
        assert_eq!(from.matches(['<', '>', '"', ',']).count(), 2, "{from}");
        settings.name = "é".repeat(100);
        assert!(super::from(&settings).split(' ').all(|word| word.len() <= 75));
    }
}
