//! The end of a connection: what the peer still sends is read and discarded for a while, so that our last bytes arrive.
//!
//! Closing a socket with unread data resets the connection. On a reset the peer's system discards what the peer has not read yet:
//! the answer to a question that was refused unread, or the TLS alert.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;

/// The most bytes that are discarded: twice the largest file.
pub(super) const MOST: usize = 16 << 20;

/// How long nothing may arrive before the peer counts as quiet.
pub(super) const QUIET: Duration = Duration::from_secs(2);

/// Reads a socket until its peer closes it or is quiet, within bounds of bytes and time.
pub(in crate::identity) struct Drain {
    left: usize,
    end: Pin<Box<Sleep>>,
    quiet: Pin<Box<Sleep>>,
}

impl Drain {
    /// Makes a drain that ends after `patience` at the latest.
    pub fn new(patience: Duration) -> Self {
        Self { left: MOST, end: Box::pin(sleep(patience)), quiet: Box::pin(sleep(QUIET)) }
    }

    pub fn poll(&mut self, socket: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 8192];
        while self.left > 0 {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *socket).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.left = self.left.saturating_sub(buffer.filled().len());
                    self.quiet.as_mut().reset(Instant::now() + QUIET);
                }
                // The peer has closed the connection or has gone.
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    let over = self.end.as_mut().poll(cx).is_ready() || self.quiet.as_mut().poll(cx).is_ready();
                    return if over { Poll::Ready(()) } else { Poll::Pending };
                }
            }
        }
        Poll::Ready(())
    }
}

/// A connection whose shutdown ends only when the peer has received it: closes the writing side, then drains the reading side.
pub(super) struct Lingering {
    stream: Pin<Box<TimeoutStream<TlsStream<TcpStream>>>>,
    patience: Duration,
    drain: Option<Drain>,
}

impl Lingering {
    pub fn new(stream: TimeoutStream<TlsStream<TcpStream>>, patience: Duration) -> Self {
        Self { stream: Box::pin(stream), patience, drain: None }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = &mut *self;
        if me.drain.is_none() {
            ready!(me.stream.as_mut().poll_shutdown(cx))?;
        }
        let patience = me.patience;
        let drain = me.drain.get_or_insert_with(|| Drain::new(patience));
        drain.poll(me.stream.as_mut().get_pin_mut().get_mut().get_mut().0, cx).map(Ok)
    }
}
