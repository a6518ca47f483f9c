//! A function that builds the clients of `request-reset` and `click-link` and reads their two
//! secrets, and does nothing else: what `cargo xtask bench` compares their start with.

use lambda_http::{Body, Error, Request, Response, service_fn};
use regain_store::{Cloud, SecretName, Store};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "an example reads its own environment")]
async fn main() -> Result<(), Error> {
    let stack = std::env::var("REGAIN_STACK")?;
    let cloud = Cloud::connect(&stack).await;
    tokio::try_join!(cloud.secret(SecretName::Links), cloud.secret(SecretName::Edge))?;
    let _store = Store::new(&cloud, &stack);
    lambda_http::run(service_fn(|_: Request| async { Ok::<_, Error>(Response::new(Body::Empty)) }))
        .await
}
