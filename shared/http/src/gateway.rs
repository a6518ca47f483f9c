//! Events of API Gateway (HTTP API, payload 2.0): the few members that the edge reads, and the
//! answer. Read here rather than by lambda_http, whose conversion stops the function on a header
//! or a query string that is no part of a URL, before the edge could answer anything.

use std::collections::HashMap;
use std::net::IpAddr;

use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::ResponseBody;
use crate::edge::Incoming;

/// One request, as the gateway describes it.
pub(crate) struct Event {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
    source_ip: Option<IpAddr>,
    request_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    raw_path: String,
    #[serde(default)]
    raw_query_string: Option<String>,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(default)]
    request_id: String,
    http: Http,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    source_ip: String,
}

impl Event {
    /// Fails only on what no gateway sends. A header that is none is left out: what it could have
    /// asked for is then not asked for.
    pub(crate) fn read(event: Value) -> Result<Self, serde_json::Error> {
        let wire: Wire = serde_json::from_value(event)?;
        let headers = wire.headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
        });
        let body = wire.body.unwrap_or_default().into_bytes();
        // What is not base64 is no JSON either, and refused as that.
        let body = match wire.is_base64_encoded {
            true => BASE64.decode(&body).unwrap_or(body),
            false => body,
        };
        Ok(Self {
            // An odd method is refused with 405 on every path, like this one.
            method: Method::from_bytes(wire.request_context.http.method.as_bytes())
                .unwrap_or(Method::TRACE),
            path: wire.raw_path,
            query: wire.raw_query_string.unwrap_or_default(),
            headers: headers.collect(),
            body,
            // From the gateway's own record of the connection, never from a header.
            source_ip: wire.request_context.http.source_ip.parse().ok(),
            request_id: wire.request_context.request_id,
        })
    }

    pub(crate) fn incoming(&self) -> Incoming<'_> {
        Incoming {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
            source_ip: self.source_ip,
            request_id: &self.request_id,
        }
    }
}

/// The answer as the gateway takes it.
pub(crate) fn answer(response: &Response<ResponseBody>) -> Value {
    let (body, is_encoded) = match response.body() {
        ResponseBody::Text(text) => (text.clone(), false),
        ResponseBody::Bytes(bytes) => (BASE64.encode(bytes), true),
    };
    let headers: Map<String, Value> = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.into())))
        .collect();
    json!({
        "statusCode": response.status().as_u16(),
        "headers": headers,
        // Empty, but there: `cargo lambda watch` takes no answer without them.
        "multiValueHeaders": {},
        "cookies": [],
        "body": body,
        "isBase64Encoded": is_encoded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(headers: Value, body: Value, encoded: bool) -> Value {
        json!({
            "version": "2.0",
            "rawPath": "/v1/demo/sign-in",
            "rawQueryString": "a=\"<b> c",
            "headers": headers,
            "requestContext": {
                "requestId": "r",
                "http": {"method": "POST", "path": "/v1/demo/sign-in", "sourceIp": "192.0.2.7"},
            },
            "body": body,
            "isBase64Encoded": encoded,
        })
    }

    #[test]
    fn no_header_and_no_query_stops_a_function() {
        for (name, value) in [
            ("x-forwarded-proto", "1"),
            ("x-forwarded-proto", "https, http"),
            ("host", "[x"),
            ("host", "a%zz"),
            ("bad name", "x"),
            ("x", "a\nb"),
            ("cookie", "\u{e9}"),
        ] {
            let headers = json!({"content-type": "application/json", name: value});
            let read = Event::read(event(headers, json!("{}"), false)).unwrap();
            let incoming = read.incoming();
            assert_eq!(incoming.path, "/v1/demo/sign-in", "{name}: {value}");
            assert_eq!(incoming.headers["content-type"], "application/json");
            assert_eq!(incoming.source_ip, Some([192, 0, 2, 7].into()));
            assert_eq!((incoming.body, incoming.request_id), (b"{}".as_slice(), "r"));
        }
    }

    /// One that cannot be read must not count as one that is not there: `If-Match` guards a change.
    #[test]
    fn a_header_beyond_ascii_is_there_all_the_same() {
        for (tags, is_there) in [("\"\u{e9}\"", true), ("\"1\"", true), ("\"1\"\n", false)] {
            let read = Event::read(event(json!({"if-match": tags}), json!("{}"), false)).unwrap();
            let kept = read.headers.get("if-match").map(HeaderValue::as_bytes);
            assert_eq!(kept, is_there.then_some(tags.as_bytes()), "{tags}");
        }
    }

    #[test]
    fn a_body_is_bytes_however_it_comes() {
        for (body, encoded, expected) in [
            (json!("e30="), true, b"{}".as_slice()),
            (json!("e30"), true, b"e30".as_slice()),
            (json!("e30="), false, b"e30=".as_slice()),
            (Value::Null, false, b"".as_slice()),
        ] {
            let read = Event::read(event(json!({}), body, encoded)).unwrap();
            assert_eq!(read.incoming().body, expected);
        }
    }

    #[test]
    fn an_answer_is_what_the_gateway_takes() {
        let response = Response::builder()
            .status(202)
            .header("content-type", "application/json")
            .body(ResponseBody::Text("{}".to_owned()))
            .unwrap();
        assert_eq!(
            answer(&response),
            json!({
                "statusCode": 202,
                "headers": {"content-type": "application/json"},
                "multiValueHeaders": {},
                "cookies": [],
                "body": "{}",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn bytes_that_are_no_text_reach_the_gateway_whole() {
        let response = Response::new(ResponseBody::Bytes(vec![0xff, 0x00]));
        let answer = answer(&response);
        assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
    }
}
