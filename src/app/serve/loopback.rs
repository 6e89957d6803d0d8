//! The practice cluster's API on a loopback port, over HTTPS, for clients that want a socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, rustls};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{certificate, door, kubeconfig};
use crate::practice::Practice;

/// How long a client may take to shake hands and to send a request's head.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait when the system has no socket to give.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(200);

/// Why the practice cluster could not be put on a port.
#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    #[error("cannot listen on 127.0.0.1:{port}: {source}; leave --port out for any free one")]
    Listen { port: u16, source: io::Error },
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot use the certificate: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the system gives no random bytes for a token")]
    Chance,
}

/// A practice cluster being served; it stops, with every connection, when this is dropped.
pub struct Loopback {
    address: SocketAddr,
    authority: String,
    token: String,
    _stop: DropGuard,
}

impl Loopback {
    /// Serves a practice cluster on 127.0.0.1; port 0 is any free one.
    ///
    /// # Errors
    /// When the port is taken, or the system gives neither keys nor chance.
    pub async fn start(practice: &Practice, port: u16) -> Result<Self, LoopbackError> {
        let refused = |source| LoopbackError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (identity, token) = (certificate::fresh()?, certificate::token()?);
        let stop = CancellationToken::new();
        let router = door::guarded(practice.router(), address.port(), &token);
        tokio::spawn(
            stop.clone()
                .run_until_cancelled_owned(accept(listener, TlsAcceptor::from(identity.config), router)),
        );
        Ok(Self {
            address,
            authority: identity.authority,
            token,
            _stop: stop.drop_guard(),
        })
    }

    /// The server's URL.
    #[must_use]
    pub fn server(&self) -> String {
        format!("https://{}", self.address)
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// A kubeconfig that opens this cluster in a namespace.
    #[must_use]
    pub fn kubeconfig(&self, namespace: &str) -> String {
        kubeconfig::text(&self.server(), &self.authority, &self.token, namespace)
    }
}

/// Takes connections, each served by a task that ends with this one.
async fn accept(listener: TcpListener, tls: TlsAcceptor, router: axum::Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, tls.clone(), router.clone()))),
                Err(_) => tokio::time::sleep(OUT_OF_SOCKETS).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection; what goes wrong with it is the client's to see.
async fn connection(stream: TcpStream, tls: TlsAcceptor, router: axum::Router) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await else {
        return;
    };
    let mut server = Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let _ = server
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
}
