//! A terminal that speaks HTTP/2, with as many requests at once as it likes.

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

/// A connection of an institution's first terminal. Can be cloned; the connection ends with the last one.
#[derive(Clone)]
pub struct H2(SendRequest<Outgoing>);

/// A body of which nothing has been sent yet.
pub struct Unsent(mpsc::Sender<Bytes>);

impl Unsent {
    /// Sends it whole.
    pub async fn send(self, body: Vec<u8>) {
        self.0.send(body.into()).await.unwrap();
    }
}

impl H2 {
    pub async fn connect(world: &World, institution: &str) -> Self {
        Self::with_window(world, institution, 65_535).await
    }

    /// One that lets the server send so many bytes of an answer before it has taken some.
    pub async fn with_window(world: &World, institution: &str, window: u32) -> Self {
        let stream = TcpStream::connect(world.app.terminal_addr()).await.unwrap();
        let (certificate, key) = world.identity(institution);
        let stream = crate::tls::stream_over(stream, &world.pki.ca(), (&certificate, &key), "h2").await;
        Self::over(stream, window).await
    }

    /// The same over a connection on which h2 was agreed.
    pub async fn over(stream: TlsStream<TcpStream>, window: u32) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window).initial_connection_window_size(65_535);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Posts a message; what comes back is its head, and the body to be taken.
    pub async fn begin(&mut self, id: &str, media: &str, body: Vec<u8>) -> hyper::Result<Response<Incoming>> {
        self.0.ready().await?;
        self.0.send_request(request(id, media, Full::new(body.into()).boxed())).await
    }

    /// Posts a message.
    pub async fn post(&mut self, id: &str, media: &str, body: Vec<u8>) -> hyper::Result<Reply> {
        whole(self.begin(id, media, body).await?).await
    }

    /// Posts a message of which nothing but the head is sent yet.
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
