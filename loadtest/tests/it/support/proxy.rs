//! A proxy before a server: it slows the server on purpose, and keeps what both sides say first.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// When nothing is forwarded.
#[derive(Clone)]
pub enum Stalls {
    /// In the last part of each period, from the start of the proxy, as long as the stall.
    Each { period: Duration, stall: Duration },
    /// While a test says so.
    While(Arc<AtomicBool>),
}

/// The first bytes that a side sent on each connection: its hello of TLS.
pub type Hellos = Arc<Mutex<Vec<Vec<u8>>>>;

/// A proxy before a server.
pub struct Proxy {
    pub address: SocketAddr,
    pub of_clients: Hellos,
    pub of_server: Hellos,
}

/// Starts a proxy before a server.
pub async fn start(server: SocketAddr, stalls: Stalls) -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let begun = Instant::now();
    let (of_clients, of_server) = (Hellos::default(), Hellos::default());
    let proxy = Proxy { address, of_clients: of_clients.clone(), of_server: of_server.clone() };
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(server).await.unwrap();
            for stream in [&client, &server] {
                stream.set_nodelay(true).unwrap();
            }
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::spawn(forward(from_client, to_server, begun, stalls.clone(), of_clients.clone()));
            tokio::spawn(forward(from_server, to_client, begun, stalls.clone(), of_server.clone()));
        }
    });
    proxy
}

async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    begun: Instant,
    stalls: Stalls,
    hellos: Hellos,
) {
    let mut bytes = vec![0; 16 * 1024];
    let mut hellos = Some(hellos);
    while let Ok(count) = from.read(&mut bytes).await
        && count > 0
    {
        if let Some(hellos) = hellos.take() {
            hellos.lock().unwrap().push(bytes[..count].to_vec());
        }
        match &stalls {
            Stalls::Each { period, stall } => {
                let into = Duration::from_nanos((begun.elapsed().as_nanos() % period.as_nanos()) as u64);
                if into >= *period - *stall {
                    tokio::time::sleep(*period - into).await;
                }
            }
            Stalls::While(held) => {
                while held.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
