//! The least that answers on Lambda, with lambda_http and nothing else: the floor of
//! `cargo xtask bench`.

use lambda_http::{Body, Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(|_: Request| async { Ok::<_, Error>(Response::new(Body::Empty)) }))
        .await
}
