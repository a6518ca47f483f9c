//! A function's answer as HTTP.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64;
use serde_json::{Value, json};

/// An answer of the gateway's own, in its words.
pub(super) fn own(status: StatusCode, message: &str, request_id: &str) -> Response {
    let body = json!({"message": message}).to_string();
    let headers =
        [(header::CONTENT_TYPE.as_str(), "application/json"), ("apigw-requestid", request_id)];
    (status, headers, body).into_response()
}

/// What the function answered; 500 in the gateway's words when that is no answer at all.
pub(super) fn response(answer: &Value, request_id: &str) -> Response {
    parsed(answer, request_id).unwrap_or_else(|| {
        own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", request_id)
    })
}

fn parsed(answer: &Value, request_id: &str) -> Option<Response> {
    let status = answer.get("statusCode").and_then(Value::as_u64)?;
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let body = if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) {
        BASE64.decode(body.as_bytes()).ok()?
    } else {
        body.as_bytes().to_vec()
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let one = answer.get("headers").and_then(Value::as_object);
    for (name, value) in one.into_iter().flatten() {
        headers.append(header_name(name)?, header_value(value)?);
    }
    let many = answer.get("multiValueHeaders").and_then(Value::as_object);
    for (name, values) in many.into_iter().flatten() {
        for value in values.as_array()? {
            headers.append(header_name(name)?, header_value(value)?);
        }
    }
    let cookies = answer.get("cookies").and_then(Value::as_array);
    for cookie in cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, header_value(cookie)?);
    }
    headers.insert("apigw-requestid", HeaderValue::from_str(request_id).ok()?);
    Some(response)
}

fn header_name(name: &str) -> Option<HeaderName> {
    HeaderName::try_from(name).ok()
}

fn header_value(value: &Value) -> Option<HeaderValue> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn headers_cookies_and_bytes_come_through() {
        let answer = json!({
            "statusCode": 418,
            "headers": {"content-type": "image/png"},
            "multiValueHeaders": {"x-two": ["a", "b"]},
            "cookies": ["k=v", "l=w"],
            "body": "/wA=",
            "isBase64Encoded": true,
        });
        let response = response(&answer, "r1");
        assert_eq!(response.status(), 418);
        assert_eq!(response.headers()["content-type"], "image/png");
        assert_eq!(response.headers().get_all("x-two").iter().count(), 2);
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.headers()["apigw-requestid"], "r1");
        assert_eq!(to_bytes(response.into_body(), 10).await.unwrap(), &[0xff, 0x00][..]);
    }

    #[test]
    fn what_is_no_answer_is_the_gateways_own_500() {
        for answer in [
            json!({}),
            json!("x"),
            json!({"statusCode": 99}),
            json!({"statusCode": 200, "headers": {"a b": "c"}}),
        ] {
            assert_eq!(response(&answer, "r1").status(), 500, "{answer}");
        }
    }
}
