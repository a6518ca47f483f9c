//! What a function is told by its environment.

use regain_domain::TenantId;
use regain_domain::settings::is_secure_base;

/// The configuration of every function. Tenants' settings are not here: they are data.
#[derive(Clone, Debug)]
pub struct Config {
    stack: String,
    public_base: String,
    voice_origin: Option<String>,
    provider_base: Option<String>,
    home_tenant: Option<TenantId>,
}

/// The environment is not one that a function may run in. It says so and stops.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadConfig {
    /// Not set, or not what it should be.
    #[error("{name} must be {expected}")]
    Variable {
        /// Which variable.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Somebody sends a deployed function elsewhere than to AWS or the identity providers.
    #[error("{name} is set, and this function is deployed")]
    Redirected {
        /// Which variable.
        name: String,
    },
}

impl Config {
    /// Reads `REGAIN_STACK`, `REGAIN_PUBLIC_BASE`, `REGAIN_VOICE_ORIGIN`, `REGAIN_PROVIDER_BASE` and
    /// `REGAIN_HOME_TENANT`.
    pub fn from_env() -> Result<Self, BadConfig> {
        Self::from_vars(std::env::vars())
    }

    /// The same, from anywhere.
    pub fn from_vars(vars: impl Iterator<Item = (String, String)>) -> Result<Self, BadConfig> {
        let vars: Vec<_> = vars.collect();
        let of = |name: &str| vars.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let fault = |name, expected| BadConfig::Variable { name, expected };
        let stack = of("REGAIN_STACK")
            .filter(|stack| {
                (1..=40).contains(&stack.len())
                    && stack.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
            .ok_or_else(|| fault("REGAIN_STACK", "1 to 40 letters, digits or -"))?;
        let public_base =
            of("REGAIN_PUBLIC_BASE").filter(|base| is_secure_base(base)).ok_or_else(|| {
                let expected = "an https origin without a path, or http on a loopback address";
                fault("REGAIN_PUBLIC_BASE", expected)
            })?;
        let voice_origin = of("REGAIN_VOICE_ORIGIN").filter(|origin| !origin.is_empty());
        if voice_origin.is_some_and(|origin| !is_an_origination_identity(origin)) {
            return Err(fault("REGAIN_VOICE_ORIGIN", "a phone number's id, or nothing"));
        }
        // SECURITY: whoever could set an endpoint would be handed every secret, and whoever could
        // set a provider could sign in as anyone. Held by
        // `a_deployed_function_refuses_other_endpoints`.
        let deployed = of("AWS_EXECUTION_ENV").is_some() || public_base.starts_with("https:");
        let redirects =
            |key: &str| key.starts_with("AWS_ENDPOINT_URL") || key == "REGAIN_PROVIDER_BASE";
        let redirected = vars.iter().find(|(key, _)| redirects(key));
        if let (true, Some((name, _))) = (deployed, redirected) {
            return Err(BadConfig::Redirected { name: name.clone() });
        }
        let provider_base = of("REGAIN_PROVIDER_BASE");
        if provider_base.is_some_and(|base| !is_provider_base(base)) {
            let expected = "an http origin on a loopback address, without a path";
            return Err(fault("REGAIN_PROVIDER_BASE", expected));
        }
        let home = of("REGAIN_HOME_TENANT").filter(|home| !home.is_empty());
        let home_tenant = home.map(|home| TenantId::parse(home)).transpose();
        let home_tenant = home_tenant
            .map_err(|_| fault("REGAIN_HOME_TENANT", "the name of a tenant, or nothing"))?;
        Ok(Self {
            home_tenant,
            stack: stack.clone(),
            public_base: public_base.clone(),
            voice_origin: voice_origin.cloned(),
            provider_base: provider_base.cloned(),
        })
    }

    /// The prefix of tables and secrets, and the name of the mail configuration set.
    #[must_use]
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// Scheme, host and port of every link. Never from a request.
    #[must_use]
    pub fn public_base(&self) -> &str {
        &self.public_base
    }

    /// Where calls come from; `None`: nobody is called.
    #[must_use]
    pub fn voice_origin(&self) -> Option<&str> {
        self.voice_origin.as_deref()
    }

    /// Whose the page is where the installation's passwords are changed.
    #[must_use]
    pub fn home_tenant(&self) -> Option<&TenantId> {
        self.home_tenant.as_ref()
    }

    /// Where the identity providers are looked for; `None`: where Google, Microsoft and LinkedIn
    /// are.
    #[must_use]
    pub fn provider_base(&self) -> Option<&str> {
        self.provider_base.as_deref()
    }
}

/// Whether identity providers may be looked for there: an http origin, which is secure on a
/// loopback address alone.
#[must_use]
pub fn is_provider_base(text: &str) -> bool {
    text.starts_with("http:") && is_secure_base(text)
}

/// As AWS End User Messaging takes one.
fn is_an_origination_identity(text: &str) -> bool {
    text.len() <= 256
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:/+-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, BadConfig> {
        Config::from_vars(vars.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())))
    }

    const LOCAL: [(&str, &str); 2] =
        [("REGAIN_STACK", "regain"), ("REGAIN_PUBLIC_BASE", "http://127.0.0.1:9000")];

    #[test]
    fn missing_or_broken_configuration_is_refused() {
        assert!(read(&LOCAL).is_ok());
        assert!(read(&[]).is_err());
        assert!(read(&LOCAL[..1]).is_err());
        for base in [
            "",
            "http://id.example.com",
            "https://id.example.com/",
            "https://id.example.com/x",
            "id.example.com",
            "https://u@id.example.com",
        ] {
            assert!(read(&[LOCAL[0], ("REGAIN_PUBLIC_BASE", base)]).is_err(), "{base}");
        }
        for stack in ["", "a b", "a/b", &"a".repeat(41)] {
            assert!(read(&[("REGAIN_STACK", stack), LOCAL[1]]).is_err(), "{stack}");
        }
    }

    #[test]
    fn calls_come_from_nowhere_unless_it_is_said_where() {
        let origin = |text: &str| {
            let config = read(&[LOCAL[0], LOCAL[1], ("REGAIN_VOICE_ORIGIN", text)])?;
            Ok::<_, BadConfig>(config.voice_origin().map(str::to_owned))
        };
        assert_eq!(read(&LOCAL).unwrap().voice_origin(), None);
        assert_eq!(origin("").unwrap(), None);
        for said in ["phone-0123456789abcdef", "+31201234567", &"a".repeat(256)] {
            assert_eq!(origin(said).unwrap().as_deref(), Some(said));
        }
        for broken in [" ", "phone 1", "phone-1\n", &"a".repeat(257)] {
            assert!(origin(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn other_providers_than_the_real_ones_are_on_this_machine_or_nowhere() {
        let base = |text: &str| {
            let config = read(&[LOCAL[0], LOCAL[1], ("REGAIN_PROVIDER_BASE", text)])?;
            Ok::<_, BadConfig>(config.provider_base().map(str::to_owned))
        };
        assert_eq!(read(&LOCAL).unwrap().provider_base(), None);
        for here in ["http://127.0.0.1:9100", "http://localhost:9100", "http://[::1]:9100"] {
            assert_eq!(base(here).unwrap().as_deref(), Some(here));
        }
        for elsewhere in [
            "",
            "127.0.0.1:9100",
            "https://127.0.0.1:9100",
            "https://id.example.com",
            "http://id.example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "http://192.0.2.7:9100",
            "http://127.0.0.1:9100/",
            "http://127.0.0.1:9100/google",
        ] {
            assert!(base(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn a_deployed_function_refuses_other_endpoints() {
        let on_lambda = ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023");
        let public = ("REGAIN_PUBLIC_BASE", "https://id.example.com");
        assert!(read(&[LOCAL[0], public, on_lambda]).is_ok());
        let kept = |config: Result<Config, BadConfig>| config.map(|_| ());
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "REGAIN_PROVIDER_BASE"] {
            let redirect = (name, "http://127.0.0.1:8000");
            assert!(read(&[LOCAL[0], LOCAL[1], redirect]).is_ok(), "{name}");
            let refused = Err(BadConfig::Redirected { name: name.to_owned() });
            assert_eq!(kept(read(&[LOCAL[0], LOCAL[1], redirect, on_lambda])), refused);
            assert_eq!(kept(read(&[LOCAL[0], public, redirect])), refused);
            for value in ["", "http://id.example.com"] {
                assert_eq!(kept(read(&[LOCAL[0], public, (name, value)])), refused, "{value}");
            }
        }
    }
}
