//! How a function reaches AWS, or the laptop that stands in for it; and its secrets.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::BoxError;
use regain_domain::keys::{BadKeyring, Keyring};

/// Region, credentials, time-outs and retries for every client of a function.
pub struct Cloud {
    sdk: SdkConfig,
    stack: String,
}

/// A secret of the stack. Who may read which is in `infra/template.yaml`, and tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretName {
    /// Links, grants and the password history.
    Links,
    /// Session tokens.
    Sessions,
    /// The edge: limit keys and pseudonyms of callers.
    Edge,
    /// What is kept sealed: the keys of second steps, and providers' client secrets.
    AtRest,
}

impl SecretName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Sessions => "sessions",
            Self::Edge => "edge",
            Self::AtRest => "at-rest",
        }
    }
}

/// A function that cannot start. It says so and stops: nothing runs half configured.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The secret could not be read.
    #[error("the secret {name:?} could not be read")]
    Secret {
        /// Which.
        name: SecretName,
        /// Why not.
        #[source]
        source: BoxError,
    },
    /// The secret is not a keyring.
    #[error("the secret {name:?} is not a keyring")]
    Keyring {
        /// Which.
        name: SecretName,
        /// What is wrong with it.
        #[source]
        source: BadKeyring,
    },
}

impl Cloud {
    /// From the standard AWS environment. Does no I/O; credentials are resolved at the first call.
    pub async fn connect(stack: &str) -> Self {
        // A caller waits at the other end: three quick tries within five seconds, then 503.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .load()
            .await;
        Self { sdk, stack: stack.to_owned() }
    }

    /// Reaches what `sdk` reaches; for suites that bring their own endpoint.
    #[must_use]
    pub fn with(sdk: SdkConfig, stack: &str) -> Self {
        Self { sdk, stack: stack.to_owned() }
    }

    /// For the clients that a function builds itself.
    #[must_use]
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// Reads one secret. Called once, at init.
    pub async fn secret(&self, name: SecretName) -> Result<Keyring, CloudError> {
        let fault = |source: BoxError| CloudError::Secret { name, source };
        let answer = Client::new(&self.sdk)
            .get_secret_value()
            .secret_id(format!("{}/{}", self.stack, name.as_str()))
            .send()
            .await
            .map_err(|error| fault(error.into()))?;
        let text = answer.secret_string().ok_or_else(|| fault("it holds no text".into()))?;
        Keyring::parse(text).map_err(|source| CloudError::Keyring { name, source })
    }
}
