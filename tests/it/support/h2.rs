//! A terminal that speaks HTTP/2 and sends any number of requests at once.

use std::convert::Infallible;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use shikaku::terminal::Reply;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::client::TlsStream;

use super::World;

pub type Outgoing = BoxBody<Bytes, Infallible>;

/// A connection of an institution's first terminal. Clones share it; it closes when the last one is dropped.
#[derive(Clone)]
pub struct H2(SendRequest<Outgoing>);

/// A body that has not been sent yet.
pub struct Unsent(mpsc::Sender<Bytes>);

impl Unsent {
    /// Sends the whole body.
    pub async fn send(self, body: Vec<u8>) {
        self.0.send(body.into()).await.unwrap();
    }
}

impl H2 {
    pub async fn connect(world: &World, institution: &str) -> Self {
        Self::with_window(world, institution, 65_535).await
    }

    /// Connects with a stream window: the bytes of an answer that the server may send before the client has read any.
    pub async fn with_window(world: &World, institution: &str, window: u32) -> Self {
        let stream = TcpStream::connect(world.app.terminal_addr()).await.unwrap();
        let (certificate, key) = world.identity(institution);
        let stream = crate::tls::stream_over(stream, &world.pki.ca(), (&certificate, &key), "h2").await;
        Self::over(stream, window).await
    }

    /// Starts HTTP/2 on a TLS connection that negotiated h2.
    pub async fn over(stream: TlsStream<TcpStream>, window: u32) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window).initial_connection_window_size(65_535);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Posts a message; returns the head of the answer with the body still unread.
    pub async fn begin(&mut self, id: &str, media: &str, body: Vec<u8>) -> hyper::Result<Response<Incoming>> {
        self.0.ready().await?;
        self.0.send_request(request(id, media, Full::new(body.into()).boxed())).await
    }

    /// Posts a message and reads the whole answer.
    pub async fn post(&mut self, id: &str, media: &str, body: Vec<u8>) -> hyper::Result<Reply> {
        whole(self.begin(id, media, body).await?).await
    }

    /// Sends the head of a message; [`Unsent`] sends the body later.
    pub async fn post_head(
        &mut self,
        id: &str,
        media: &str,
    ) -> (Unsent, impl Future<Output = hyper::Result<Reply>> + Send + use<>) {
        let (sender, mut parts) = mpsc::channel::<Bytes>(1);
        let parts = futures_util::stream::poll_fn(move |context| parts.poll_recv(context));
        let body = StreamBody::new(futures_util::StreamExt::map(parts, |part| Ok::<_, Infallible>(Frame::data(part))));
        self.0.ready().await.unwrap();
        let sent = self.0.send_request(request(id, media, BodyExt::boxed(body)));
        (Unsent(sender), async move { whole(sent.await?).await })
    }
}

fn request(id: &str, media: &str, body: Outgoing) -> Request<Outgoing> {
    Request::post(format!("https://localhost/oqs/{id}")).header("content-type", media).body(body).unwrap()
}

async fn whole(response: Response<Incoming>) -> hyper::Result<Reply> {
    let (parts, body) = response.into_parts();
    Ok(Reply { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
}
