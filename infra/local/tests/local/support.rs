//! SDK clients that speak to a local cloud under a name.

use aws_sdk_dynamodb::types::AttributeValue;
use regain_local::{Cloud, Options};

pub(crate) fn cloud() -> Cloud {
    Cloud::start(Options::default()).unwrap()
}

pub(crate) async fn dynamodb(cloud: &Cloud, caller: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&cloud.sdk(caller).await)
}

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
