use super::*;

fn named() -> Settings {
    Settings { name: "Demo".into(), ..Settings::default() }
}

#[test]
fn a_host_is_a_name_and_no_rule_of_a_policy() {
    let long = "a".repeat(254);
    for host in ["$;report-uri", "*", "*.com", "a,b", "a\"b", "a'b", "a!b", "a(b)", "a_b", &long] {
        let url = format!("https://{host}/");
        let settings = Settings {
            frontend: Frontend { return_urls: vec![url.clone()], ..Frontend::default() },
            ..Settings::default()
        };
        assert_eq!(settings.allowed_return_url(&url), None, "{url}");
        assert!(settings.return_origins().is_empty(), "{url}");
        assert!(!is_secure_base(&format!("https://{host}")), "{host}");
    }
    for url in ["https://xn--bcher-kva.example/", "https://[::1]:8/", "https://192.0.2.7/x"] {
        let frontend = Frontend { return_urls: vec![url.to_owned()], ..Frontend::default() };
        let settings = Settings { frontend, ..Settings::default() };
        assert_eq!(settings.allowed_return_url(url).as_deref(), Some(url));
        assert_eq!(settings.return_origins().len(), 1);
    }
}

#[test]
fn the_defaults_are_within_their_bounds() {
    assert_eq!(named().faults(), []);
    let stored: Settings = serde_json::from_str(r#"{"name":"Demo"}"#).unwrap();
    assert_eq!(stored, named());
    assert_eq!(stored.validity.link_unclicked_seconds, 48 * 60 * 60);
    assert_eq!(stored.validity.link_clicked_seconds, 15 * 60);
    assert_eq!(stored.looks.accent().to_string(), "#1f5fa8");
    assert_eq!((stored.looks.logo_url, stored.time_zone.as_str()), (None, "Europe/Amsterdam"));
    let stored: Settings = serde_json::from_str(r##"{"looks":{"accent":"#000000"}}"##).unwrap();
    assert_eq!(stored.looks.logo_url, None);
}

#[test]
fn every_setting_out_of_bounds_is_named_at_once() {
    let mut settings = named();
    settings.validity.link_unclicked_seconds = 299;
    settings.validity.link_clicked_seconds = 86_401;
    settings.limits.mails_per_login_hour = 0;
    settings.password_policy.length_min = 7;
    settings.languages = vec![Language::Nl];
    settings.sender.email = "nobody".into();
    settings.name = "two\nlines".into();
    settings.frontend.link_url = Some("http://example.com/{token}".into());
    let pointers: Vec<_> = settings.faults().into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(
        pointers,
        [
            "/validity/link_unclicked_seconds",
            "/validity/link_clicked_seconds",
            "/limits/mails_per_login_hour",
            "/password_policy/length_min",
            "/name",
            "/default_language",
            "/sender/email",
            "/frontend/link_url",
        ]
    );
}

#[test]
fn a_link_url_holds_the_token_after_a_secure_host() {
    for (url, fine) in [
        ("https://app.example.com/reset/{token}", true),
        ("https://app.example.com/#/reset?t={token}", true),
        ("http://127.0.0.1:5173/reset/{token}", true),
        ("http://localhost:5173/reset/{token}", true),
        ("http://app.example.com/reset/{token}", false),
        ("https://app.example.com/reset", false),
        ("https://{token}.example.com/", false),
        ("https://{token}", false),
        ("https:///{token}", false),
        ("https:///evil{token}.example/", false),
        ("https://app.example.com/ {token}", false),
        ("https://app.example.com/\u{202e}{token}", false),
        ("https://app.example.com/\u{200b}{token}", false),
        (" https://app.example.com/{token}", false),
        ("https://app.example.com/{token}/{token}", false),
        ("https://good@evil.example/{token}", false),
        ("javascript:alert('{token}')", false),
        ("//evil.example/{token}", false),
        ("/reset/{token}", false),
    ] {
        assert_eq!(urls::is_a_link_url(url), fine, "{url}");
    }
}

#[test]
fn a_return_url_is_allowed_only_if_it_parses_to_one_on_the_list() {
    let mut settings = named();
    settings.frontend.return_urls =
        vec!["https://good.example/welcome".into(), "http://127.0.0.1:5173/".into()];
    assert_eq!(settings.faults(), []);
    for (asked, allowed) in [
        ("https://good.example/welcome", true),
        ("https://GOOD.example:443/welcome", true),
        ("http://127.0.0.1:5173", true),
        ("https://good.example/welcome/", false),
        ("https://good.example/welcome?x=1", false),
        ("https://good.example/welcome#x", false),
        ("http://good.example/welcome", false),
        ("//good.example/welcome", false),
        ("https:good.example/welcome", false),
        ("https:/good.example/welcome", false),
        ("https:\\\\good.example\\welcome", false),
        ("https://good.example\t/welcome", false),
        (" https://good.example/welcome", false),
        ("https://good.example.evil.example/welcome", false),
        ("https://good.example@evil.example/welcome", false),
        ("https://user@good.example/welcome", false),
        ("javascript:alert(1)", false),
        ("", false),
    ] {
        assert_eq!(settings.allowed_return_url(asked).is_some(), allowed, "{asked:?}");
    }
}

#[test]
fn an_origin_is_a_scheme_a_host_and_a_port() {
    for (origin, fine) in [
        ("https://app.example.com", true),
        ("http://localhost:5173", true),
        ("https://app.example.com/", false),
        ("https://*.example.com", false),
        ("https://app.example.com:443", false),
        ("http://app.example.com", false),
        ("*", false),
        ("null", false),
    ] {
        assert_eq!(urls::is_an_origin(origin), fine, "{origin}");
    }
}

#[test]
fn a_link_is_built_from_configuration_or_settings() {
    let tenant = TenantId::parse("demo").unwrap();
    let mut settings = named();
    let to = |settings: &Settings, purpose| {
        settings.link_url("https://regain.example", &tenant, purpose, "T0K")
    };
    let of = |settings: &Settings| to(settings, LinkPurpose::Reset);
    assert_eq!(of(&settings), "https://regain.example/p/demo/link/T0K");
    assert_eq!(to(&settings, LinkPurpose::Magic), "https://regain.example/p/demo/magic/T0K");
    settings.frontend.link_url = Some("https://app.example.com/reset/{token}".into());
    assert_eq!(of(&settings), "https://app.example.com/reset/T0K");
}
