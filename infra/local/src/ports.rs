//! Loopback ports: taken before anything starts, served after.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use axum::Router;
use tokio::runtime::Handle;

use crate::LocalError;

/// A loopback port, bound at once so that a port that is taken shows before anything starts.
pub(crate) fn listen(port: u16, option: &'static str) -> Result<TcpListener, LocalError> {
    let taken = |source| LocalError::PortTaken { port, option, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    Ok(listener)
}

pub(crate) fn address(listener: &TcpListener) -> Result<SocketAddr, LocalError> {
    listener.local_addr().map_err(|error| LocalError::System(error.to_string()))
}

pub(crate) fn serve(
    runtime: &Handle,
    listener: TcpListener,
    router: Router,
) -> Result<(), LocalError> {
    let _guard = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener)
        .map_err(|error| LocalError::System(error.to_string()))?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, service).await });
    Ok(())
}
