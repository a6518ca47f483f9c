use serde_json::{Value, json};

use super::*;
use crate::routes::ROUTES;

fn operation(id: &str) -> &'static Operation {
    ROUTES.iter().flat_map(|route| route.operations).find(|found| found.id == id).unwrap()
}

/// The faults in a body of an operation, in short: `/pointer code`.
fn faults(id: &str, bytes: impl AsRef<[u8]>) -> Vec<String> {
    let Err(problem) = Body::read(operation(id), bytes.as_ref()) else { return Vec::new() };
    let document = problem.document(Language::En, None, "");
    assert_eq!(document["code"], "invalid_request");
    let short = |fault: &Value| {
        let text = |name: &str| fault[name].as_str().unwrap().to_owned();
        format!("{} {}", text("pointer"), text("code"))
    };
    document["errors"].as_array().unwrap().iter().map(short).collect()
}

const FINE: &str = r#"{"login":"mo@example.com","password":"Zeilboot7"}"#;

#[test]
fn a_body_is_one_json_object_and_nothing_else() {
    assert_eq!(faults("sign-in", FINE), [] as [&str; 0]);
    assert_eq!(faults("sign-in", format!(" \r\n\t{FINE}\n ")), [] as [&str; 0]);
    let deep = format!("{}{}", r#"{"login":"#.repeat(2000), "1");
    let lists = "[".repeat(10_000);
    for text in [
        "",
        " ",
        "{",
        "nul",
        "{login:1}",
        "{'login':'mo@example.com'}",
        &format!("\u{feff}{FINE}"),
        &format!("{FINE}{FINE}"),
        &format!("{FINE}x"),
        &format!("{FINE},"),
        &format!("{FINE}// comment"),
        &format!("/* comment */{FINE}"),
        r#"{"login":"mo@example.com","password":"Zeilboot7",}"#,
        r#"{"login":"mo@example.com","password":NaN}"#,
        r#"{"login":"mo@example.com","password":1e999}"#,
        r#"{"login":"mo@example.com","password":0x10}"#,
        r#"{"login":"mo@example.com","password":"\ud800"}"#,
        r#"{"login":"mo@example.com","password":"\x41"}"#,
        "{\"login\":\"mo@example.com\",\"password\":\"line\nbreak\"}",
        &deep,
        &lists,
    ] {
        assert_eq!(faults("sign-in", text), [" not_json"], "{text:.80}");
    }
    let mut latin = FINE.as_bytes().to_vec();
    latin[12] = 0xe9;
    assert_eq!(faults("sign-in", &latin), [" not_json"]);
    assert_eq!(faults("sign-in", b"\xff\xfe{\0}\0"), [" not_json"]);
    for text in ["[]", "null", "true", "7", r#""login""#, &format!("[{FINE}]")] {
        assert_eq!(faults("sign-in", text), [" not_an_object"], "{text}");
    }
}

#[test]
fn every_fault_is_named_at_once() {
    let body = r#"{"login":"no address","login":"mo@example.com","role":"admin","a/b~c":{"d":1}}"#;
    assert_eq!(
        faults("sign-in", body),
        [
            "/login not_an_address",
            "/login duplicate_key",
            "/role unknown_field",
            "/a~1b~0c unknown_field",
            "/password required",
        ]
    );
}

#[test]
fn a_key_stands_once_however_it_is_spelled() {
    let twice = r#"{"login":"mo@example.com","\u006cogin":"ann@example.com","password":"x"}"#;
    assert_eq!(faults("sign-in", twice), ["/login duplicate_key"]);
    let same = r#"{"login":"mo@example.com","login":"mo@example.com","password":"x"}"#;
    assert_eq!(faults("sign-in", same), ["/login duplicate_key"]);
    let other_case = r#"{"Login":"mo@example.com","password":"x"}"#;
    assert_eq!(faults("sign-in", other_case), ["/Login unknown_field", "/login required"]);
}

#[test]
fn a_member_is_of_its_type() {
    for value in [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!(["mo@example.com"]),
        json!({"text": "mo@example.com"}),
    ] {
        for (id, name) in [("sign-in", "password"), ("set-password", "grant")] {
            let mut body = json!({"login": "mo@example.com", "password": "x"});
            if id == "set-password" {
                body = json!({"grant": "x", "password": "x"});
            }
            body[name] = value.clone();
            assert_eq!(faults(id, body.to_string()), [format!("/{name} wrong_type")], "{value}");
        }
    }
    let huge = r#"{"grant":123456789012345678901234567890,"password":"x"}"#;
    assert_eq!(faults("set-password", huge), ["/grant wrong_type"]);
}

#[test]
fn a_text_is_not_blank_and_holds_no_control_character() {
    for (value, code) in [
        ("", "blank"),
        ("  ", "blank"),
        ("\u{a0}\u{2003}", "blank"),
        ("\n", "control_character"),
        ("a\0", "control_character"),
        ("mo@example.com\r\nBcc: eve@example.org", "control_character"),
        ("\u{85}", "control_character"),
        ("\u{7f}", "control_character"),
    ] {
        for (id, name) in
            [("request-reset", "login"), ("check-link", "token"), ("request-reset", "token")]
        {
            let found = faults(id, json!({name: value}).to_string());
            assert_eq!(found, [format!("/{name} {code}")], "{value:?}");
        }
        let body = json!({"login": "mo@example.com", "return_url": value, "language": value});
        let found = faults("request-reset", body.to_string());
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|fault| fault.ends_with(code)), "{found:?}");
    }
}

#[test]
fn a_password_may_hold_anything_but_nul() {
    let with = |password: &str| json!({"login": "mo@example.com", "password": password});
    for fine in [" ", "tab\tline\nend\u{7f}", "\u{200d}👩‍👩‍👧", &"é".repeat(600)] {
        assert_eq!(faults("sign-in", with(fine).to_string()), [] as [&str; 0], "{fine:?}");
    }
    assert_eq!(faults("sign-in", with("").to_string()), ["/password blank"]);
    assert_eq!(faults("sign-in", with("a\0b").to_string()), ["/password control_character"]);
}

#[test]
fn of_two_ways_to_name_an_account_exactly_one_is_taken() {
    let both = r#"{"login":"mo@example.com","token":"x"}"#;
    for body in [both, "{}", r#"{"language":"nl"}"#] {
        assert_eq!(faults("request-reset", body), ["/login exactly_one", "/token exactly_one"]);
    }
    assert_eq!(faults("request-reset", r#"{"token":"x"}"#), [] as [&str; 0]);
}

#[test]
fn what_readers_of_the_api_are_shown_as_an_example_is_a_body() {
    let takes_one = |operation: &&Operation| {
        !operation.body.is_empty() && !matches!(operation.form, crate::api::Form::Lines)
    };
    for operation in ROUTES.iter().flat_map(|route| route.operations).filter(takes_one) {
        let given: Result<Value, _> = serde_json::from_str(operation.example);
        assert!(operation.example.is_empty() || given.is_ok(), "{}", operation.id);
        let example = crate::openapi::example(operation).to_string();
        assert_eq!(faults(operation.id, &example), [] as [&str; 0], "{} {example}", operation.id);
    }
}

#[test]
fn sizes_are_bounded() {
    let long = json!({"login": "mo@example.com", "return_url": "x".repeat(2049)}).to_string();
    assert_eq!(faults("request-reset", long), ["/return_url too_long"]);
    let token = json!({"token": "é".repeat(5000)}).to_string();
    let body = Body::read(operation("check-link"), token.as_bytes()).ok().unwrap();
    assert_eq!(body.token("token").chars().count(), TOKEN_BYTES_MAX);
    for language in ["de", "EN", "nl-NL", "english"] {
        let body = json!({"login": "mo@example.com", "language": language}).to_string();
        assert_eq!(faults("request-reset", body), ["/language not_a_language"], "{language}");
    }
}

#[test]
fn an_answer_about_a_bad_body_is_not_many_times_its_size() {
    let members: Vec<String> = (0..1600).map(|at| format!(r#""{at}":0"#)).collect();
    let body = format!("{{{}}}", members.join(","));
    let found = faults("check-link", &body);
    assert_eq!(found.len(), FAULTS_MAX);
    let named = format!(r#"{{"token":"x","{}":0}}"#, "n".repeat(10_000));
    let [fault] = faults("check-link", named).try_into().unwrap();
    assert!(fault.len() < 100, "{fault}");
}

#[test]
fn what_was_sent_is_escaped_where_it_is_named() {
    let named = "{\"token\":\"x\",\"\\u0000<b>\\\"\\r\\n\\u202e\":0}";
    let [fault] = faults("check-link", named).try_into().unwrap();
    assert_eq!(fault, "/<b>\"\u{202e} unknown_field");
}

#[test]
fn a_number_is_a_whole_one_and_outside_every_bound_it_is_still_a_number() {
    let patch = |value: &str| {
        let body = format!(r#"{{"validity":{{"code_seconds":{value}}}}}"#);
        Body::read(operation("change-settings"), body.as_bytes()).map(|body| body.merge_patch())
    };
    for (value, number) in [("600", 600), ("0", 0), ("-1", u32::MAX), ("4294967296", u32::MAX)] {
        let read = patch(value).ok().unwrap();
        assert_eq!(read["validity"]["code_seconds"], number, "{value}");
    }
    for value in ["1.5", "1e3", "\"600\"", "true", "[600]", "{}"] {
        let body = format!(r#"{{"validity":{{"code_seconds":{value}}}}}"#);
        assert_eq!(
            faults("change-settings", &body),
            ["/validity/code_seconds wrong_type"],
            "{value}"
        );
    }
}

#[test]
fn a_merge_patch_needs_nothing_and_may_remove_anything_and_knows_every_member() {
    assert_eq!(faults("change-settings", "{}"), [] as [&str; 0]);
    let body = r#"{"name":null,"frontend":{"link_url":null},"sms_names":[]}"#;
    let patch = Body::read(operation("change-settings"), body.as_bytes()).ok().unwrap();
    assert_eq!(Value::from(patch.merge_patch()), serde_json::from_str::<Value>(body).unwrap());
    for (body, fault) in [
        (r#"{"nome":"x"}"#, "/nome unknown_field"),
        (r#"{"frontend":{"urls":[]}}"#, "/frontend/urls unknown_field"),
        (r#"{"frontend":{"link_url":"a","link_url":"b"}}"#, "/frontend/link_url duplicate_key"),
        (r#"{"frontend":[]}"#, "/frontend wrong_type"),
        (r#"{"sms_names":"x"}"#, "/sms_names wrong_type"),
        (r#"{"sms_names":[7]}"#, "/sms_names wrong_type"),
        (r#"{"sms_names":[" "]}"#, "/sms_names blank"),
        (r#"{"languages":["de"]}"#, "/languages not_one_of"),
        (r#"{"own_password":"never"}"#, "/own_password not_one_of"),
        (r#"{"temporary_passwords_enabled":1}"#, "/temporary_passwords_enabled wrong_type"),
    ] {
        assert_eq!(faults("change-settings", body), [fault], "{body}");
    }
}

#[test]
fn a_query_string_is_read_as_strictly_as_a_body() {
    let read = |query: &str| Body::query(operation("list-accounts"), query);
    let body = read("login=Mo%40Example.COM&limit=7").ok().unwrap();
    assert_eq!(body.login("login").map(Login::as_str), Some("mo@example.com"));
    assert_eq!(body.integer("limit"), Some(7));
    for (query, fault) in [
        ("limit=x", "?limit wrong_type"),
        ("limit=", "?limit blank"),
        ("limit=1&limit=2", "?limit duplicate_key"),
        ("page=1", "?page unknown_field"),
        ("login=nobody", "?login not_an_address"),
        ("cursor=%00", "?cursor control_character"),
    ] {
        let problem = read(query).err().unwrap().document(Language::En, None, "");
        let error = &problem["errors"][0];
        let named =
            format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap());
        assert_eq!(named, fault, "{query}");
    }
}

#[test]
fn lines_are_read_one_by_one_and_a_bad_one_is_named_by_its_number() {
    let body = "{\"login\":\"a@example.com\"}\r\n\n{nonsense\n{\"login\":\"nobody\",\"x\":1}\n[]";
    let lines = Body::lines(operation("import-accounts"), body.as_bytes());
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let faults = line.body.as_ref().err().map(|faults| {
                faults.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect::<Vec<_>>()
            });
            (line.number, line.login.as_deref(), faults.unwrap_or_default().join(", "))
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, Some("a@example.com"), String::new()),
            (3, None, " not_json".to_owned()),
            (4, Some("nobody"), "/login not_an_address, /x unknown_field".to_owned()),
            (5, None, " not_an_object".to_owned()),
        ]
    );
}
