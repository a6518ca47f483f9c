//! The HTTP API in front of the functions, as API Gateway is on AWS: it knows the routes of
//! `infra/template.yaml`, makes an event of version 2.0 of a request, and HTTP of the answer.
//!
//! What it deliberately does not do: check methods, sizes below its own, or origins. On AWS the
//! gateway does not either; that is the functions' work.

mod answer;
mod event;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    response::Response,
};

use crate::{Functions, LocalError, Template, ports, state::random_hex};

/// API Gateway's own limit.
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// API Gateway waits no longer for a function.
const INTEGRATION_MAX: Duration = Duration::from_secs(30);

/// The gateway's port, taken; nothing is answered before [`Gateway::serve`].
pub struct Gateway {
    listener: TcpListener,
    url: String,
}

struct Routes {
    template: Template,
    functions: Functions,
}

impl Gateway {
    /// Takes the port; 0 takes a free one.
    ///
    /// # Errors
    /// [`LocalError::PortTaken`].
    pub fn bind(port: u16) -> Result<Self, LocalError> {
        let listener = ports::listen(port, "--port")?;
        let url = format!("http://{}", ports::address(&listener)?);
        Ok(Self { listener, url })
    }

    /// The base URL of the API.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers from now on. Must be called inside a Tokio runtime, which it then lives on.
    ///
    /// # Errors
    /// [`LocalError::System`] when the listener cannot be registered.
    pub fn serve(self, template: &Template, functions: Functions) -> Result<(), LocalError> {
        let routes = Arc::new(Routes { template: template.clone(), functions });
        let router = Router::new().fallback(handle).with_state(routes);
        ports::serve(&tokio::runtime::Handle::current(), self.listener, router)
    }
}

async fn handle(
    State(routes): State<Arc<Routes>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = random_hex(8).unwrap_or_default();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return answer::own(status, "Request Entity Too Large", &request_id);
    };
    let route = event::find_route(&routes.template, parts.uri.path());
    let event = event::event(&parts, &body, peer.ip(), &route, &request_id);
    let invocation = routes.functions.invoke(&route.function, &event);
    match tokio::time::timeout(INTEGRATION_MAX, invocation).await {
        Ok(Ok(answer)) => answer::response(&answer, &request_id),
        _ => answer::own(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", &request_id),
    }
}
